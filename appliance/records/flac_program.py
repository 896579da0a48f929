"""Runs `flac`, the reference encoder: a file from samples, samples from a file (FLAC is RFC 9639).

Each run is a process of its own at the lowest priority, so that no call waits for it. Nothing of ours reads or writes
a FLAC frame; what a file says of itself is `flac`'s namesake module.
"""

from __future__ import annotations

import os
import subprocess
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from appliance.errors import RecordError

# Measured on telephone speech with a party on each side: the fixed predictors (-0) give the size of sox's level 2 in
# two thirds of the time, -3 another 3 % for a sixth more. Padding would cost 8 KB a file.
_ENCODE = ("-0", "--verify", "--no-padding", "--no-seektable", "--force")
_SAMPLES = ("--force-raw-format", "--endian=little", "--sign=signed")
_LOWEST_PRIORITY = 19
_END_WAIT_S = 60.0
_READ_BYTES = 1 << 16
_LAST_WORDS = 300


def encode_flac(pcm: Iterable[array[int]], target: Path, *, rate_hz: int, tags: Sequence[tuple[str, str]] = ()) -> None:
    """Write stereo 16-bit samples (left first) to `target`, which may be torn where RecordError is raised.

    `tags`: names and values of its VORBIS_COMMENT.

    The encoder decodes what it has made and compares it with what it was given; its STREAMINFO holds the samples' MD5.
    """
    form = ("--channels=2", "--bps=16", f"--sample-rate={rate_hz}")
    tagged = [f"--tag={name}={value}" for name, value in tags]
    arguments = (*_ENCODE, *_SAMPLES, *form, *tagged, f"--output-name={target.absolute()}", "-")
    with _flac(arguments, f"encode {target}") as process, suppress(BrokenPipeError):  # its last words say why
        for block in pcm:
            _pipe(process.stdin).write(block)


def decode_flac(path: Path) -> Iterator[bytes]:
    """The samples of a stereo 16-bit file, little endian, left first. Raises RecordError for a damaged or torn one."""
    arguments = ("--decode", "--stdout", *_SAMPLES, str(path.absolute()))
    with _flac(arguments, f"decode {path}") as process:
        while block := _pipe(process.stdout).read(_READ_BYTES):
            yield block


@contextmanager
def _flac(arguments: tuple[str, ...], doing: str) -> Iterator[subprocess.Popen[bytes]]:
    pipe = subprocess.PIPE
    try:
        process = subprocess.Popen(("flac", "--silent", *arguments), stdin=pipe, stdout=pipe, stderr=pipe)
    except OSError as error:
        raise RecordError(f"could not {doing}: {error}; install flac") from error
    with process:
        try:
            _lower(process.pid)
            yield process
            status, words = _end(process)
        except subprocess.TimeoutExpired:
            raise RecordError(f"could not {doing}: flac did not end in {_END_WAIT_S:.0f} s; try again") from None
        finally:
            process.kill()
    if status != 0:
        raise RecordError(f"could not {doing}: flac ended with {status}: {words or 'no reason given'}; check the disk")


def _end(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Its exit status and last words. They fit into a pipe: with --silent there are only errors."""
    with suppress(BrokenPipeError):
        _pipe(process.stdin).close()
    status = process.wait(_END_WAIT_S)
    words = _pipe(process.stderr).read().decode(errors="replace")
    return status, " ".join(words.split())[-_LAST_WORDS:]


def _lower(pid: int) -> None:
    """A sandbox may forbid it, and the process may be over: then it is as it is."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, _LOWEST_PRIORITY)


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise RecordError("flac was started without its pipes")
    return pipe
