"""How results look: tables and lines for people, one JSON document for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click
from tabulate import tabulate

from appliance.errors import ApplianceError, ProblemsError, RequestError

Row = Mapping[str, Any]


def show_json(result: object) -> None:
    """One document, keys as the switchboard gave them."""
    click.echo(json.dumps(result, indent=2, ensure_ascii=False, default=str))


def show_rows(rows: Sequence[Row], columns: Mapping[str, str], *, empty: str) -> None:
    """A table with `columns` (key → heading); `empty` is said where there is no row."""
    if not rows:
        click.echo(empty)
        return
    cells = [[cell(row.get(key)) for key in columns] for row in rows]
    click.echo(tabulate(cells, headers=list(columns.values()), tablefmt="simple", disable_numparse=True))


def show_fields(fields: Row) -> None:
    """One `key  value` line each."""
    width = max((len(key) for key in fields), default=0)
    for key, value in fields.items():
        click.echo(f"{key:<{width}}  {cell(value)}")


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
    """`{"ok": false, "error": {"kind", "message", "problems"?}}`, the form of the switchboard's own answers."""
    kind = error.kind if isinstance(error, RequestError) else type(error).__name__
    document: dict[str, Any] = {"kind": kind, "message": str(error)}
    if isinstance(error, ProblemsError):
        document |= {"message": error.summary, "problems": list(error.problems)}
    return {"ok": False, "error": document}


def show_error(error: ApplianceError, *, as_json: bool) -> None:
    """For a person on standard error, several problems one a line; for a program on standard output."""
    if as_json:
        show_json(error_document(error))
        return
    if not isinstance(error, ProblemsError):
        click.echo(f"linekeeper: {error}", file=sys.stderr)
        return
    click.echo(f"linekeeper: {error.summary}", file=sys.stderr)
    for problem in error.problems:
        click.echo(f"  {problem}", file=sys.stderr)
