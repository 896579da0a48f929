"""Real softphones under our control: for the demonstration, and for the tests that share them.

Each is a baresip process without a sound device; what it talks and what it heard are WAV files.
"""
