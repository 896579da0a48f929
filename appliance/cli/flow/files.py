"""Reads what a person points at: a flow in any shape, a folder or an archive of them, a bundle document.

Writes nothing. Archives are read in memory, within limits.
"""

from __future__ import annotations

import io
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import click

from appliance.errors import FlowError
from appliance.flow.bundle import FORMAT, Bundle, read_bundle
from appliance.flow.bundle_files import Gathered, gather, gather_imported, unique
from appliance.flow.importer import import_flows
from appliance.flow.model import Flow

MOST_BYTES = 256_000_000
MOST_FILES = 5000
STDIN = Path("-")

file_argument = click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
flow_option = click.option("--flow", "name", help="Which one, where FILE holds several.")


def read_bytes(file: Path) -> bytes:
    """The content of `file`, "-" being standard input. Raises FlowError where it can't be read."""
    try:
        return sys.stdin.buffer.read() if file == STDIN else file.read_bytes()
    except OSError as error:
        raise FlowError(f"{file} can't be read", [error.strerror or str(error)]) from error


def read_source(path: Path) -> Gathered:
    """The bundle in a folder, an archive, a bundle document, or made of the flows of one file. Raises FlowError."""
    if path.is_dir():
        return gather(dict(_folder(path)))
    data = read_bytes(path)
    files = _archived(data, path)
    if files is not None:
        return gather(files)
    if is_bundle(data):
        return Gathered(document=data, sounds={})
    return gather_imported(unique(import_flows(data, name=stem_of(path))))


def stem_of(path: Path) -> str:
    """What a flow is called whose file doesn't say it."""
    return "flow" if path == STDIN else path.stem


def is_bundle(data: bytes) -> bool:
    """Whether this is a bundle document."""
    return f'"{FORMAT}"'.encode() in data and data.lstrip()[:1] == b"{"


def is_collection(path: Path) -> bool:
    """Whether `path` is a folder, an archive or a bundle document rather than a file with flows."""
    if path.is_dir():
        return True
    if path == STDIN or not path.is_file():
        return False
    data = read_bytes(path)
    return is_bundle(data) or zipfile.is_zipfile(io.BytesIO(data)) or _is_tar(data)


def chosen(bundle: Bundle, name: str | None) -> Flow:
    """The flow or module called `name`; without a name the only one. Raises FlowError."""
    flows = {**bundle.modules, **bundle.flows}
    if name is None and len(flows) == 1:
        return next(iter(flows.values()))
    if name is None:
        raise FlowError("there are several flows", [f"choose one with --flow: {', '.join(flows)}"])
    if name not in flows:
        raise FlowError(f"there is no flow {name!r}", [f"there are {', '.join(flows) or 'none'}"])
    return flows[name]


def bundle_of(gathered: Gathered) -> Bundle:
    """Raises FlowError with every problem."""
    return read_bundle(gathered.document)


def _folder(root: Path) -> Iterator[tuple[str, bytes]]:
    """Relative path and content of every file; links that lead out of the folder are not followed."""
    base = root.resolve()
    total = 0
    for number, path in enumerate(sorted(root.rglob("*"))):
        if not path.is_file() or not path.resolve().is_relative_to(base):
            continue
        total += path.stat().st_size
        _limit(number, total, root)
        yield path.relative_to(root).as_posix(), read_bytes(path)


def _archived(data: bytes, path: Path) -> dict[str, bytes] | None:
    """The files of a zip or tar archive by name, None where it is neither. Raises FlowError."""
    stream = io.BytesIO(data)
    try:
        if zipfile.is_zipfile(stream):
            return dict(_zipped(stream, path))
        return dict(_tarred(io.BytesIO(data), path)) if _is_tar(data) else None
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise FlowError(f"{path} is a broken archive", [str(error)]) from error


def _is_tar(data: bytes) -> bool:
    try:
        with tarfile.open(fileobj=io.BytesIO(data)):
            return True
    except (tarfile.TarError, EOFError, OSError):
        return False


def _zipped(stream: io.BytesIO, path: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(stream) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        _limit(len(members), sum(member.file_size for member in members), path)
        for member in members:
            yield member.filename, archive.read(member)


def _tarred(stream: io.BytesIO, path: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=stream) as archive:
        total = 0
        for number, member in enumerate(archive):
            total += member.size
            _limit(number, total, path)
            opened = archive.extractfile(member) if member.isfile() else None
            if opened is not None:
                yield member.name.removeprefix("./"), opened.read()


def _limit(files: int, total: int, path: Path) -> None:
    if files > MOST_FILES or total > MOST_BYTES:
        raise FlowError(f"{path} is too large", [f"at most {MOST_FILES} files and {MOST_BYTES // 1_000_000} MB"])
