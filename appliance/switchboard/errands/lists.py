"""A campaign's list as people have it (CSV), row by row: good ones as candidates, bad ones with their line and reason.

Nothing is lost silently: every row is in the one or the other. The first line names the columns; `number` (or `phone`)
is needed, `name` and `zone` are known, all others become attributes of the contact. Pure but for time zone tables.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

import msgspec
import phonenumbers
from phonenumbers import timezone

from appliance.acd.campaigns import Candidate
from appliance.dialplan import DialPlan, ToOutside, Unroutable, may_be_called

NUMBER_COLUMNS = ("number", "phone", "phone_number")
ZONE_COLUMNS = ("zone", "timezone", "time_zone")
LONGEST_VALUE = 1000
_UNKNOWN = "Etc/Unknown"


class BadRow(msgspec.Struct, frozen=True, kw_only=True):
    """`line` of the file, from 1."""

    line: int
    reason: str


def read_list(text: str, plan: DialPlan, zone: str) -> Iterator[Candidate | BadRow]:
    """Each row in order; `zone`: of numbers that tell none. A file without a column for numbers is one bad row."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = [name.strip().lower().lstrip("\ufeff") for name in next(reader)]
    except (StopIteration, csv.Error):
        yield BadRow(line=1, reason="there is no first line that names the columns")
        return
    if not any(name in columns for name in NUMBER_COLUMNS):
        yield BadRow(line=1, reason=f"no column is called number; the first line has {', '.join(columns)}")
        return
    reading = _Reading(columns=columns, plan=plan, zone=zone, known=frozenset(available_timezones()))
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield BadRow(line=reader.line_num, reason=f"not to be read as CSV: {error}")
            continue
        if any(cell.strip() for cell in row):
            yield _row(reader.line_num, row, reading)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What every row is read by. `known`: names of time zones."""

    columns: Sequence[str]
    plan: DialPlan
    zone: str
    known: frozenset[str]


def _row(line: int, cells: Sequence[str], reading: _Reading) -> Candidate | BadRow:
    if len(cells) > len(reading.columns):
        return BadRow(line=line, reason=f"{len(cells)} values for {len(reading.columns)} columns")
    row = {name: cell.strip() for name, cell in zip(reading.columns, cells, strict=False) if name}
    if any(len(value) > LONGEST_VALUE for value in row.values()):
        return BadRow(line=line, reason=f"a value is longer than {LONGEST_VALUE} characters")
    wanted = _first(row, NUMBER_COLUMNS)
    if not wanted:
        return BadRow(line=line, reason="no number")
    destination = may_be_called(reading.plan, wanted)
    if not isinstance(destination, ToOutside):
        why = destination.why if isinstance(destination, Unroutable) else "an extension is no customer"
        return BadRow(line=line, reason=why)
    given = _first(row, ZONE_COLUMNS)
    if given and given not in reading.known:
        return BadRow(line=line, reason=f"there is no time zone {given[:40]!r}; write it as Asia/Seoul")
    rest = {name: value for name, value in row.items() if name not in (*NUMBER_COLUMNS, *ZONE_COLUMNS, "name")}
    return Candidate(
        number=destination.number,
        name=row.get("name", ""),
        zones=(given,) if given else zones_of(destination.number, reading.zone),
        attributes={name: value for name, value in rest.items() if value},
    )


def zones_of(number: str, otherwise: str) -> tuple[str, ...]:
    """Where a number (E.164) may be: every zone of its area, `otherwise` where nothing is known."""
    found: Any = timezone.time_zones_for_number(phonenumbers.parse(number, None))
    zones = tuple(str(zone) for zone in found if zone != _UNKNOWN)
    return zones or (otherwise,)


def _first(row: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((row[name] for name in names if row.get(name)), "")
