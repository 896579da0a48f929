"""The published directory of callers' names: lines sorted by number, looked up in place by bisection.

Contact processes map the file into memory, so that they share its pages and twenty thousand names cost none of them
anything. The first line is `#<revision>`; each other `<E.164>TAB<name>`, UTF-8, in the order of its bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

_BREAKS = str.maketrans({"\t": " ", "\n": " ", "\r": " "})


class Sheet(Protocol):
    """The file's bytes: `bytes` or an `mmap`."""

    def __len__(self) -> int: ...

    def find(self, sub: bytes, start: int = ..., end: int = ..., /) -> int: ...

    def rfind(self, sub: bytes, start: int = ..., end: int = ..., /) -> int: ...

    def __getitem__(self, key: slice, /) -> bytes: ...


def encode_directory(revision: int, entries: Iterable[tuple[str, str]]) -> bytes:
    """The file. `entries`: number and name, in any order."""
    lines = sorted(f"{number}\t{name.translate(_BREAKS)}".encode() for number, name in entries)
    return b"\n".join([b"#%d" % revision, *lines, b""])


def revision_of(head: bytes) -> int | None:
    """The revision of a file that begins with `head`; None for no such file."""
    first = head.partition(b"\n")[0]
    return int(first[1:]) if first[:1] == b"#" and first[1:].isdigit() else None


def find_name(sheet: Sheet, number: str) -> str:
    """The name of `number` (E.164), "" where there is none."""
    wanted = number.encode() + b"\t"
    low, high = 0, len(sheet)  # of the starts of lines: those before `low` are smaller, those from `high` on are not
    while low < high:
        start = sheet.rfind(b"\n", low, (low + high) // 2) + 1 or low
        end = sheet.find(b"\n", start)
        line = sheet[start : end if end >= 0 else len(sheet)]
        if line.startswith(wanted):
            return line[len(wanted) :].decode(errors="replace")
        if line < wanted:
            low = start + len(line) + 1
        else:
            high = start
    return ""
