"""An analog line as a trunk: a driver of `hw` on one side, a user agent towards the edge on the other."""
