"""A finished message as a file that can be played: the customer's side of the recording as mono WAV."""

from __future__ import annotations

import wave
from pathlib import Path

from appliance.errors import RecordError
from appliance.records.finish import read_stream_info
from appliance.records.flac_program import decode_flac

_STEREO_FRAME = 4


def decode_message(source: Path, target: Path) -> None:
    """Write `target` for its owner only. Blocks for some 20 ms a minute. Raises RecordError."""
    rate_hz = read_stream_info(source).rate_hz
    try:
        target.touch(mode=0o600)
        with wave.open(str(target), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate_hz)
            rest = b""
            for block in decode_flac(source):
                whole = rest + block
                cut = len(whole) // _STEREO_FRAME * _STEREO_FRAME
                rest = whole[cut:]
                frames = memoryview(whole[:cut]).cast("h")
                file.writeframes(frames[::2].tobytes())
    except OSError as error:
        raise RecordError(f"message {source} can't be played: {error.strerror}; check the run directory") from error
