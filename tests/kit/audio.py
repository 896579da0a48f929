"""The kit's name for `appliance.cli.softphone.audio`, which ships with the demonstration."""

from appliance.cli.softphone.audio import SILENCE_RMS, Sound, read_growing_wav, read_sides, write_tone

__all__ = ["SILENCE_RMS", "Sound", "read_growing_wav", "read_sides", "write_tone"]
