"""A headset as an agent's seat: its buttons, lamps and sound, and a phone of the box, in a process of its own."""
