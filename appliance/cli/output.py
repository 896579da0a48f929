"""How results look: tables and lines for people, one JSON document for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click
import msgspec
from tabulate import tabulate

from appliance.errors import ApplianceError, ProblemsError
from appliance.switchboard.calling import RefusedError
from appliance.switchboard.wire import fault_of

Row = Mapping[str, Any]


def show_json(result: object) -> None:
    """One document, keys as the switchboard gave them."""
    click.echo(json.dumps(result, indent=2, ensure_ascii=False, default=str))


def show_done(result: object, sentence: str, *, as_json: bool) -> None:
    """What was done: the answer as it is for a program; `sentence`, which needs nothing of it, for a person."""
    if as_json:
        show_json(result)
    else:
        click.echo(sentence)


def show_rows(rows: Sequence[Row], columns: Mapping[str, str], *, empty: str) -> None:
    """A table with `columns` (key → heading), less those that no row has; `empty` is said where there is no row."""
    if not rows:
        click.echo(empty)
        return
    used = {key: heading for key, heading in columns.items() if any(key in row for row in rows)}
    cells = [[cell(row.get(key)) for key in used] for row in rows]
    click.echo(tabulate(cells, headers=list(used.values()), tablefmt="simple", disable_numparse=True))


def show_listing(rows: Sequence[Row], columns: Mapping[str, str], *, empty: str, as_json: bool) -> None:
    """As `show_rows` for a person, as they are for a program."""
    if as_json:
        show_json(rows)
    else:
        show_rows(rows, columns, empty=empty)


def show_fields(fields: Row) -> None:
    """One `key  value` line each, lists of rows as tables below."""
    tables = {key: value for key, value in fields.items() if _is_table(value)}
    lines = {key: value for key, value in fields.items() if key not in tables}
    width = max((len(key) for key in lines), default=0)
    for key, value in lines.items():
        click.echo(f"{heading(key):<{width}}  {cell(value)}")
    for key, rows in tables.items():
        click.echo(f"\n{heading(key)}")
        show_rows(rows, {name: heading(name) for row in rows for name in row}, empty="none")


def heading(key: str) -> str:
    """A key as a heading: `ring_timeout_s` → `ring timeout s`."""
    return key.replace("_", " ")


def _is_table(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def cell(value: object) -> str:
    """A value as a person writes it: no None, no brackets, yes and no."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.1f}"
    if isinstance(value, (list, tuple)):
        return ", ".join(cell(item) for item in value) or "-"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {cell(item)}" for key, item in value.items()) or "-"
    return str(value)


def error_document(error: ApplianceError) -> dict[str, Any]:
    """`{"ok": false, "error": {"kind", "message", "problems"}}`, the form of the switchboard's own answers."""
    return {"ok": False, "error": {**msgspec.to_builtins(fault_of(error)), "problems": list(_problems(error))}}


def show_error(error: ApplianceError, *, as_json: bool) -> None:
    """For a person on standard error, several problems one a line; for a program on standard output."""
    problems = _problems(error)
    if as_json:
        show_json(error_document(error))
        return
    click.echo(f"linekeeper: {error.summary if isinstance(error, ProblemsError) else error}", err=True)
    for problem in problems:
        click.echo(f"  {problem}", err=True)


def _problems(error: ApplianceError) -> tuple[str, ...]:
    return error.problems if isinstance(error, (ProblemsError, RefusedError)) else ()
