"""Runs sox, the one tool that turns audio into files: FLAC from samples, samples from FLAC, level statistics.

Every run is a process of its own at the lowest priority (`nice -n 19`), so that no call waits for it. File names are
absolute, because sox takes a name that begins with `|` for a command and one with `-` for an option.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from appliance.errors import RecordError

_NICE = ("nice", "-n", "19")
_END_WAIT_S = 60.0
_READ_BYTES = 1 << 16
_TITLE_CHARS = 11  # width of the titles in `stats`
COMPRESSION = "2"  # on telephone speech level 5 gains nothing in size and costs half as much CPU again


def encode_flac(pcm: Iterable[bytes], target: Path, *, rate_hz: int) -> None:
    """Write stereo 16-bit samples (little endian, left first) to `target`. Raises RecordError; `target` may be torn."""
    arguments = [*_raw(rate_hz), "-", "-t", "flac", "-C", COMPRESSION, str(target.absolute())]
    with _sox(arguments, f"encode {target}") as process:
        try:
            for block in pcm:
                _pipe(process.stdin).write(block)
        except BrokenPipeError:
            pass  # sox gave up; its exit status and its last words follow


def decode_flac(path: Path, *, rate_hz: int) -> Iterator[bytes]:
    """The samples of a stereo FLAC file as `encode_flac` took them. Raises RecordError at the first broken frame."""
    with _sox([str(path.absolute()), *_raw(rate_hz), "-"], f"decode {path}") as process:
        while block := _pipe(process.stdout).read(_READ_BYTES):
            yield block


def statistics(path: Path) -> dict[str, list[str]]:
    """sox's `stats` of a file: by line title the values (overall, left, right). Raises RecordError."""
    with tempfile.TemporaryFile() as said:
        with _sox([str(path.absolute()), "-n", "stats"], f"measure {path}", said=said):
            pass
        said.seek(0)
        text = said.read().decode(errors="replace")
    lines = [line for line in text.splitlines() if len(line) > _TITLE_CHARS]
    return {line[:_TITLE_CHARS].strip(): line[_TITLE_CHARS:].split() for line in lines}


def _raw(rate_hz: int) -> list[str]:
    return ["-t", "raw", "-r", str(rate_hz), "-e", "signed-integer", "-b", "16", "-c", "2", "-L"]


@contextmanager
def _sox(arguments: list[str], doing: str, said: IO[bytes] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    with tempfile.TemporaryFile() as own:
        words = said or own
        try:
            process = subprocess.Popen(
                [*_NICE, "sox", "-V1", "-D", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=words
            )
        except OSError as error:
            raise RecordError(f"could not {doing}: {error}; install sox") from error
        with process:
            try:
                yield process
                with suppress(BrokenPipeError):
                    _pipe(process.stdin).close()
                status = process.wait(_END_WAIT_S)
            except subprocess.TimeoutExpired:
                raise RecordError(f"could not {doing}: sox did not end in {_END_WAIT_S:.0f} s; try again") from None
            finally:
                process.kill()
        if status != 0:
            words.seek(0)
            last = words.read().decode(errors="replace").strip()[-300:]
            raise RecordError(f"could not {doing}: sox ended with {status}: {last or 'no reason'}; is sox installed?")


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise RecordError("sox was started without its pipe")
    return pipe
