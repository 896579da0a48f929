"""What the box notes for the console by itself: metrics of the moment, thinned out as they get old, its health."""
