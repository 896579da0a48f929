"""Analog lines by a DAA chip and a codec: what a modem would do is done here, from sound and pins. Signals are pure."""
