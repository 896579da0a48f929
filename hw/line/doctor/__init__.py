"""The line doctor: what a few seconds of a line in each state say of it. Pure but for `recording` and `files`."""
