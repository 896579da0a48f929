"""Reports as values: what an input report says, and the bytes of an output report that sets a lamp. Pure.

An output report carries every bit of its id, so what was set before is kept here and sent again.
"""

from __future__ import annotations

from collections.abc import Mapping

from hw.errors import SignalError
from hw.headset.descriptor import Field, Kind, ReportMap
from hw.headset.usages import Usage


def read_report(layout: ReportMap, data: bytes) -> dict[Usage, int]:
    """The values of an input report by usage; of an array: 1 for what is pressed, 0 for the rest.

    `data` begins with the report id where the device numbers its reports. A report that is too short, or of an id that
    the descriptor doesn't know, says nothing.
    """
    report_id, body = (data[0], data[1:]) if layout.numbered and data else (0, data)
    return _values(layout, Kind.INPUT, report_id, body)


def read_output(layout: ReportMap, report: bytes) -> dict[Usage, int]:
    """The lamps of an output report as it is written: its id first, 0 where the device numbers none."""
    return _values(layout, Kind.OUTPUT, report[0], report[1:]) if report else {}


def _values(layout: ReportMap, kind: Kind, report_id: int, body: bytes) -> dict[Usage, int]:
    size = layout.sizes.get((kind, report_id))
    if size is None or len(body) * 8 < size:
        return {}
    bits = int.from_bytes(body, "little")
    found: dict[Usage, int] = {}
    for field in layout.fields:
        if field.kind is kind and field.report_id == report_id:
            _read(field, bits, found)
    return found


def _read(field: Field, bits: int, found: dict[Usage, int]) -> None:
    value = bits >> field.offset & (1 << field.bits) - 1
    if field.signed and value >> field.bits - 1:
        value -= 1 << field.bits
    if not field.array:
        found[field.usages[0]] = value
        return
    for usage in field.usages:
        found.setdefault(usage, 0)
    if 0 <= value - field.low < len(field.usages):
        found[field.usages[value - field.low]] = 1


class OutputReports:
    """The output reports of a device as they were sent last."""

    def __init__(self, layout: ReportMap) -> None:
        self._layout = layout
        self._bits = {report_id: 0 for kind, report_id in layout.sizes if kind is Kind.OUTPUT}

    def has(self, usage: Usage) -> bool:
        """Whether the device has it."""
        return self._layout.find(Kind.OUTPUT, usage) is not None

    def set(self, values: Mapping[Usage, bool]) -> list[bytes]:
        """The reports that change, report id first (0 where the device numbers none); what it hasn't is passed over."""
        before = dict(self._bits)
        for usage, on in values.items():
            field = self._layout.find(Kind.OUTPUT, usage)
            if field is not None:
                self._set(field, usage, on)
        return [self._report(report_id) for report_id, bits in self._bits.items() if bits != before[report_id]]

    def everything(self) -> list[bytes]:
        """Every report as it is now: for a device that was plugged in again."""
        return [self._report(report_id) for report_id in self._bits]

    def _set(self, field: Field, usage: Usage, on: bool) -> None:
        mask = (1 << field.bits) - 1
        value = (field.usages.index(usage) + field.low if field.array else field.high or 1) if on else 0
        if value & ~mask:
            raise SignalError(f"{value} doesn't fit into {field.bits} bits of report {field.report_id}")
        self._bits[field.report_id] = self._bits[field.report_id] & ~(mask << field.offset) | value << field.offset

    def _report(self, report_id: int) -> bytes:
        size = (self._layout.sizes[Kind.OUTPUT, report_id] + 7) // 8
        return bytes([report_id]) + self._bits[report_id].to_bytes(size, "little")
