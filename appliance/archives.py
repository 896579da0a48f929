"""Archives of flows in memory: opened within limits, and packed so that the same files make the same bytes.

Nothing of an archive is ever written by the name that it has in there.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from appliance.errors import FlowError

ZIP_BEGINS = b"PK\x03\x04"
MOST_FILES = 2000
MOST_BYTES = 256_000_000  # of all files together, unpacked
_EPOCH = (1980, 1, 1, 0, 0, 0)  # of every file


def unzipped(content: bytes, what: str) -> dict[str, bytes]:
    """The files by name. what: as a person knows it. Raises FlowError for one that is broken or too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _check_sizes([entry.file_size for entry in entries])
            return {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, RuntimeError) as error:
        raise FlowError(f"{what} can't be opened", [str(error)]) from error


def zipped(files: Mapping[str, bytes]) -> bytes:
    """An archive of these files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _check_sizes(sizes: list[int]) -> None:
    if len(sizes) > MOST_FILES or sum(sizes) > MOST_BYTES:
        raise FlowError("the archive is too large", [f"at most {MOST_FILES} files and {MOST_BYTES} bytes are taken"])
