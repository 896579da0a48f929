"""One file a step; `revision` is its number, `down_revision` the one before."""
