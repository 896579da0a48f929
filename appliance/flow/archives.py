"""Whether the files of an archive that came from elsewhere are few and small enough to be looked at. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from appliance.errors import FlowError

ZIP_BEGINS = b"PK\x03\x04"
MOST_FILES = 2000
MOST_BYTES = 256_000_000  # of all files together


def check_sizes(sizes: Sequence[int]) -> None:
    """sizes: of each file once unpacked, bytes. Raises FlowError."""
    if len(sizes) > MOST_FILES or sum(sizes) > MOST_BYTES:
        raise FlowError("the archive is too large", [f"at most {MOST_FILES} files and {MOST_BYTES} bytes are taken"])
