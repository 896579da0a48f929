"""Reads a HID report descriptor: which usage stands at which bit of which report. Pure.

Source: Device Class Definition for HID 1.11, §6.2.2 (items) and §8 (report layout). The descriptor comes from a device
that anybody may have made: everything in it is bounded. Must not know what a usage means.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, replace

from hw.errors import SignalError
from hw.headset.usages import NO_USAGE, Usage

MOST_BYTES = 4096  # of a descriptor (the kernel's own limit)
MOST_FIELDS = 4096
MOST_REPORT_BITS = 8 * 4096
MOST_DEPTH = 32  # of collections, and of pushed states
_LONG_ITEM = 0xFE


class DescriptorError(SignalError):
    """`offset`: the byte of the descriptor at which it stops making sense."""

    def __init__(self, fault: str, offset: int) -> None:
        super().__init__(f"report descriptor: {fault} at byte {offset}; the device can't be used for call control")
        self.offset = offset


class Kind(enum.Enum):
    INPUT = 8
    OUTPUT = 9
    FEATURE = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One value of a report. offset, bits: where it stands, without the byte of the report id.

    usages: of a variable field its one usage; of an array those that its values `low` … choose from. relative, and
    no_preferred: a button that reports presses, not positions. application: usage of the collection around it.
    """

    kind: Kind
    report_id: int
    offset: int
    bits: int
    usages: tuple[Usage, ...]
    low: int
    high: int
    array: bool = False
    relative: bool = False
    no_preferred: bool = False
    application: Usage = NO_USAGE

    @property
    def signed(self) -> bool:
        return self.low < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMap:
    """Every field but padding. sizes: bits of each report, by kind and id (0: the device numbers no reports)."""

    fields: tuple[Field, ...]
    sizes: dict[tuple[Kind, int], int]

    @property
    def numbered(self) -> bool:
        """Whether each report begins with its id."""
        return any(report_id for _, report_id in self.sizes)

    def find(self, kind: Kind, usage: Usage) -> Field | None:
        """The first field of `kind` that has `usage`."""
        return next((field for field in self.fields if field.kind is kind and usage in field.usages), None)


def parse_descriptor(data: bytes) -> ReportMap:
    """Raises DescriptorError."""
    if len(data) > MOST_BYTES:
        raise DescriptorError(f"more than {MOST_BYTES} bytes", MOST_BYTES)
    parser = _Parser()
    offset = 0
    for offset, kind, tag, value, size in _items(data):
        parser.offset = offset
        parser.take(kind, tag, value, size)
    return parser.finished(offset)


def _items(data: bytes) -> Iterator[tuple[int, int, int, bytes, int]]:
    """(offset, type, tag, value, size) of every short item."""
    at = 0
    while at < len(data):
        prefix = data[at]
        if prefix == _LONG_ITEM:
            if at + 1 >= len(data):
                raise DescriptorError("a long item without its size", at)
            at += 3 + data[at + 1]
            continue
        size = (0, 1, 2, 4)[prefix & 3]
        value = data[at + 1 : at + 1 + size]
        if len(value) < size:
            raise DescriptorError("the last item is cut off", at)
        yield at, prefix >> 2 & 3, prefix >> 4, value, size
        at += 1 + size


@dataclass(frozen=True, slots=True)
class _Globals:
    page: int = 0
    low: int = 0
    high_bytes: bytes = b""
    bits: int = 0
    report_id: int = 0
    count: int = 0

    @property
    def high(self) -> int:
        """Read as unsigned where the minimum isn't negative: devices write 255 as one byte."""
        return int.from_bytes(self.high_bytes, "little", signed=self.low < 0)


class _Parser:
    def __init__(self) -> None:
        self.offset = 0
        self._now = _Globals()
        self._pushed: list[_Globals] = []
        self._collections: list[Usage] = []
        self._usages: list[tuple[int, int]] = []  # value and size, not yet with their page
        self._range: list[int | None] = [None, None]
        self._range_size = 0
        self._fields: list[Field] = []
        self._sizes: dict[tuple[Kind, int], int] = {}

    def take(self, kind: int, tag: int, value: bytes, size: int) -> None:
        if kind == 0:
            self._main(tag, int.from_bytes(value, "little"))
            self._usages, self._range = [], [None, None]
        elif kind == 1:
            self._global(tag, value)
        elif kind == 2:
            self._local(tag, int.from_bytes(value, "little"), size)

    def finished(self, offset: int) -> ReportMap:
        if self._collections:
            raise DescriptorError("a collection is never closed", offset)
        return ReportMap(fields=tuple(self._fields), sizes=self._sizes)

    # ── items ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _main(self, tag: int, value: int) -> None:
        if tag == 10:
            if len(self._collections) >= MOST_DEPTH:
                raise DescriptorError("collections nest too deep", self.offset)
            own = self._all_usages()
            self._collections.append(own[0] if own else NO_USAGE)
        elif tag == 12:
            if not self._collections:
                raise DescriptorError("a collection ends that never began", self.offset)
            self._collections.pop()
        elif tag in (kind.value for kind in Kind):
            self._field(Kind(tag), value)

    def _global(self, tag: int, value: bytes) -> None:
        number = int.from_bytes(value, "little")
        match tag:
            case 0:
                self._now = replace(self._now, page=number)
            case 1:
                self._now = replace(self._now, low=int.from_bytes(value, "little", signed=True))
            case 2:
                self._now = replace(self._now, high_bytes=value)
            case 7:
                self._now = replace(self._now, bits=number)
            case 8:
                self._now = replace(self._now, report_id=self._report_id(number))
            case 9:
                self._now = replace(self._now, count=number)
            case 10:
                self._push()
            case 11:
                self._pop()

    def _report_id(self, number: int) -> int:
        if not 0 < number < 256:
            raise DescriptorError(f"report id {number} is none", self.offset)
        return number

    def _push(self) -> None:
        if len(self._pushed) >= MOST_DEPTH:
            raise DescriptorError("too many pushed states", self.offset)
        self._pushed.append(self._now)

    def _pop(self) -> None:
        if not self._pushed:
            raise DescriptorError("a state is popped that was never pushed", self.offset)
        self._now = self._pushed.pop()

    def _local(self, tag: int, value: int, size: int) -> None:
        if tag == 0:
            if len(self._usages) >= MOST_FIELDS:
                raise DescriptorError("too many usages", self.offset)
            self._usages.append((value, size))
        elif tag in (1, 2):
            self._range[tag - 1] = value
            self._range_size = size
            self._close_range()

    def _close_range(self) -> None:
        first, last = self._range
        if first is None or last is None:
            return
        if not 0 <= last - first < MOST_FIELDS:
            raise DescriptorError(f"usages {first:#x} to {last:#x} are no range", self.offset)
        self._usages += [(value, self._range_size) for value in range(first, last + 1)]
        self._range = [None, None]

    # ── fields ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _all_usages(self) -> tuple[Usage, ...]:
        """A usage of four bytes brings its page along; others have the page in force now (§6.2.2.8)."""
        return tuple(Usage(value if size == 4 else self._now.page << 16 | value) for value, size in self._usages)

    def _field(self, kind: Kind, flags: int) -> None:
        now = self._now
        key = (kind, now.report_id)
        start = self._sizes.get(key, 0)
        if start + now.bits * now.count > MOST_REPORT_BITS or len(self._fields) + now.count > MOST_FIELDS:
            raise DescriptorError(f"{now.count} fields of {now.bits} bits are too many", self.offset)
        self._sizes[key] = start + now.bits * now.count
        usages = self._all_usages()
        if flags & 1 or not usages or not 0 < now.bits <= 32:  # padding, or nothing that we could name
            return
        for index in range(now.count):
            own = (usages[min(index, len(usages) - 1)],) if flags & 2 else usages
            self._fields.append(
                Field(
                    kind=kind,
                    report_id=now.report_id,
                    offset=start + index * now.bits,
                    bits=now.bits,
                    usages=own,
                    low=now.low,
                    high=now.high,
                    array=not flags & 2,
                    relative=bool(flags & 4),
                    no_preferred=bool(flags & 0x20),
                    application=self._collections[0] if self._collections else NO_USAGE,
                )
            )
