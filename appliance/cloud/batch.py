"""Several events in one request: a CloudEvents JSON batch, compressed with zstd.

The batch keeps each event's bytes as they are, so that the receiver can follow the chain. Limits hold before anything
is unpacked: what a hostile box sends can't fill the console's memory.

Source: CloudEvents JSON format 1.0.2 §4 (`application/cloudevents-batch+json`), RFC 8878 (zstd)
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import zstandard

from appliance.cloud.errors import MalformedError

CONTENT_TYPE = "application/cloudevents-batch+json"
ENCODING = "zstd"
MOST_EVENTS = 1000
MOST_BYTES = 8_000_000  # unpacked
_LEVEL = 6


def pack(events: Sequence[bytes]) -> bytes:
    """The request body."""
    return zstandard.ZstdCompressor(level=_LEVEL, write_content_size=True).compress(b"[" + b",".join(events) + b"]")


def unpack(body: bytes) -> list[bytes]:
    """The events' own bytes, in order. Raises MalformedError."""
    try:
        said = zstandard.frame_content_size(body)
        if not 0 <= said <= MOST_BYTES:
            raise MalformedError(f"a batch of {said} bytes unpacked; at most {MOST_BYTES} are taken")
        text = zstandard.ZstdDecompressor().decompress(body, max_output_size=MOST_BYTES, allow_extra_data=False)
        events = [bytes(event) for event in _DECODER.decode(text)]
    except (zstandard.ZstdError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError(f"a batch that can't be unpacked: {error}") from error
    if len(events) > MOST_EVENTS:
        raise MalformedError(f"a batch of {len(events)} events; at most {MOST_EVENTS} are taken")
    return events


_DECODER = msgspec.json.Decoder(list[msgspec.Raw])
