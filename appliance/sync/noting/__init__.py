"""What the box notes for the console by itself: metrics of the moment, thinned out when they get old, and its health."""
