"""What is heard and what is written: places and wires, announcements, recordings."""
