"""Supervisors: who may listen to whom, and the tree of processes by which any number of them hears one conversation."""
