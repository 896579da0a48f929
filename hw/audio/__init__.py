"""Sound of devices: buffers between two clocks, levels, and streams of a sound card (PortAudio) or of a mock."""
