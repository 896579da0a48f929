"""A finished recording as WAV: what every program plays. Decoded by `flac`; nothing is written."""

from __future__ import annotations

import io
import wave
from pathlib import Path

from appliance.records.finish import read_stream_info
from appliance.records.flac_program import decode_flac


def as_wav(path: Path) -> bytes:
    """The stereo 16-bit file. Raises RecordError for a damaged one, or without flac."""
    info = read_stream_info(path)
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(info.channels)
        file.setsampwidth(info.bits // 8)
        file.setframerate(info.rate_hz)
        for block in decode_flac(path):
            file.writeframesraw(block)
    return target.getvalue()
