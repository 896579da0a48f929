"""Reads what a FLAC file says of itself: its STREAMINFO block (RFC 9639, section 8.2). Pure: decodes no frame."""

from __future__ import annotations

import msgspec

from appliance.errors import RecordError

HEADER_BYTES = 42  # marker, block header, STREAMINFO


class StreamInfo(msgspec.Struct, frozen=True, kw_only=True):
    """`samples` per channel; `md5` of the decoded little-endian samples."""

    rate_hz: int
    channels: int
    bits: int
    samples: int
    md5: bytes


def parse_stream_info(head: bytes) -> StreamInfo:
    """From the first `HEADER_BYTES` of a file. Raises RecordError where that is no FLAC file."""
    if len(head) < HEADER_BYTES or head[:4] != b"fLaC" or head[4] & 0x7F != 0:
        raise RecordError("no FLAC file: it doesn't begin with a STREAMINFO block")
    # 20 bits rate, 3 bits channels - 1, 5 bits sample size - 1, 36 bits samples
    fields = int.from_bytes(head[18:26], "big")
    return StreamInfo(
        rate_hz=fields >> 44,
        channels=(fields >> 41 & 0x7) + 1,
        bits=(fields >> 36 & 0x1F) + 1,
        samples=fields & 0xF_FFFF_FFFF,
        md5=head[26:42],
    )
