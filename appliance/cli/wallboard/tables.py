"""The board's tables as data: columns, where their values come from, and when a row is in need. Pure.

Rows are those of the switchboard's `wallboard` operation; a row knows its key, so that a table keeps its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]
Cell = str | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is a breach: a service level below, a wait above."""

    level_pct: int = 80
    wait_s: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`value` gives what is sorted by, `shown` how it is written; `width` in characters; `right`: aligned so."""

    title: str
    value: Callable[[Json], Cell]
    width: int
    shown: Callable[[Any], str] = str
    right: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOf:
    """`rows` picks them from the document; `tone` gives a style word ("", good, warning, breach, dim) for a row."""

    key: str
    title: str
    rows: Callable[[Json], Sequence[Json]]
    name: Callable[[Json], str]
    columns: tuple[Column, ...]
    tone: Callable[[Json, Limits], str]


def clock(seconds: float | None) -> str:
    """`0:42`, `12:05`, `1:02:03`."""
    if seconds is None:
        return "-"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def word(value: object) -> str:
    """As a person writes it: `on contact`, `-` for nothing."""
    return "-" if value in (None, "") else str(value).replace("_", " ")


def percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} %"


def _queue_tone(row: Json, limits: Limits) -> str:
    level = row["today"]["service_level_20s_pct"]
    if row["oldest_contact_age_s"] > limits.wait_s or (row["contacts_in_queue"] and not row["agents_staffed"]):
        return "breach"
    if level is not None and level < limits.level_pct:
        return "breach"
    return "warning" if row["contacts_in_queue"] else ""


def _agent_tone(row: Json, limits: Limits) -> str:
    if row["activity"] in ("missed", "error"):
        return "breach"
    if row["status"] == "Offline":
        return "dim"
    if row["status"] != "Available":
        return "warning"
    return "good" if row["activity"] == "idle" else ""


def _contact_tone(row: Json, limits: Limits) -> str:
    if row["stage"] in ("in_queue", "ringing"):
        return "breach" if row["in_state_s"] > limits.wait_s else "warning"
    return "dim" if row["stage"] in ("disconnected", "after_contact_work") else ""


def _line_tone(row: Json, limits: Limits) -> str:
    return "" if row["good"] else "breach"


def _lines(document: Json) -> Sequence[Json]:
    """Trunks, then what else the box stands on."""
    trunks = [
        {"line": f"trunk {trunk['trunk']}", "state": trunk["state"], "good": trunk["state"] in ("registered", "static")}
        for trunk in document["trunks"]
    ]
    edge, processes = document["edge"], document["processes"]
    phones = "unknown" if edge["phones"] is None else f"{edge['phones']} registered"
    free = f"{processes['free']} of {processes['capacity']} free"
    return [
        *trunks,
        {"line": "phones", "state": phones, "good": edge["phones"] is not None},
        {"line": "edge", "state": edge["state"], "good": edge["answers"]},
        {"line": "processes", "state": free, "good": processes["free"] > 0},
        {"line": "refused today", "state": str(edge["today"]["refused_contacts"]),
         "good": not edge["today"]["refused_contacts"]},
    ]  # fmt: skip


QUEUES = TableOf(
    key="queues",
    title="Queues",
    rows=lambda document: document["queues"],
    name=lambda row: str(row["queue"]),
    columns=(
        Column(title="queue", value=lambda row: row["queue"], width=18),
        Column(title="waiting", value=lambda row: row["contacts_in_queue"], width=7, right=True),
        Column(title="oldest", value=lambda row: row["oldest_contact_age_s"], width=7, shown=clock, right=True),
        Column(title="SL 20", value=lambda row: row["today"]["service_level_20s_pct"], width=6, shown=percent,
               right=True),
        Column(title="lost", value=lambda row: row["today"]["abandoned"], width=5, right=True),
        Column(title="free", value=lambda row: row["agents_available"], width=4, right=True),
        Column(title="on", value=lambda row: row["agents_on_contact"] - row["agents_after_contact_work"], width=3,
               right=True),
        Column(title="ACW", value=lambda row: row["agents_after_contact_work"], width=3, right=True),
        Column(title="err", value=lambda row: row["agents_error"], width=3, right=True),
    ),
    tone=_queue_tone,
)  # fmt: skip
AGENTS = TableOf(
    key="agents",
    title="Agents",
    rows=lambda document: document["agents"],
    name=lambda row: str(row["agent"]),
    columns=(
        Column(title="agent", value=lambda row: row["agent"], width=18),
        Column(title="ext", value=lambda row: row["extension"], width=6, shown=word),
        Column(title="status", value=lambda row: row["status"], width=12),
        Column(title="activity", value=lambda row: row["activity"], width=18, shown=word),
        Column(title="for", value=lambda row: row["for_s"], width=8, shown=clock, right=True),
        Column(title="contact", value=lambda row: (row["contact"] or "")[:8], width=8, shown=word),
    ),
    tone=_agent_tone,
)
CONTACTS = TableOf(
    key="contacts",
    title="Contacts",
    rows=lambda document: document["under_way"],
    name=lambda row: str(row["contact"]),
    columns=(
        Column(title="contact", value=lambda row: row["contact"][:8], width=8),
        Column(title="state", value=lambda row: row["stage"], width=12, shown=lambda text: word(text)[:12]),
        Column(title="for", value=lambda row: row["in_state_s"], width=7, shown=clock, right=True),
        Column(title="total", value=lambda row: row["duration_s"], width=7, shown=clock, right=True),
        Column(title="queue", value=lambda row: row["queue"] or "", width=10, shown=word),
        Column(title="agent", value=lambda row: row["agent"] or "", width=9, shown=word),
        Column(title="caller", value=lambda row: row["customer"] or "", width=13, shown=word),
    ),
    tone=_contact_tone,
)
LINES = TableOf(
    key="lines",
    title="Lines",
    rows=_lines,
    name=lambda row: str(row["line"]),
    columns=(
        Column(title="line", value=lambda row: row["line"], width=24),
        Column(title="state", value=lambda row: row["state"], width=50),
    ),
    tone=_line_tone,
)
TABLES = (QUEUES, AGENTS, CONTACTS, LINES)


def ordered(rows: Sequence[Json], column: Column, *, downwards: bool) -> list[Json]:
    """By the column; what has no value comes last."""
    known = [row for row in rows if column.value(row) not in (None, "")]
    rest = [row for row in rows if column.value(row) in (None, "")]
    return [*sorted(known, key=lambda row: _sorting(column.value(row)), reverse=downwards), *rest]


def _sorting(value: Cell) -> tuple[int, float, str]:
    return (1, 0.0, value.lower()) if isinstance(value, str) else (0, float(value or 0), "")
