"""Judges calls of box functions (`appliance.features`): is there one of that name, does it get what it needs, does it
answer what the flow reads of it?

Functions of the branch's own are the resource map's business; what they answer nobody knows beforehand.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

from appliance.features import BOX_FUNCTIONS, PREFIX, takes_of
from appliance.flow.model import Action, Flow

Fault = tuple[Action, str, str]  # where, what, suggestion
INVOKE = "InvokeLambdaFunction"
_ALWAYS = ("sentence", "error")  # what every box function answers: error on the error branch
_ANSWER = "$.External."


def function_findings(flow: Flow) -> Iterator[Fault]:
    """Every fault of the flow's calls of box functions."""
    calls = {action.identifier: _named(action) for action in flow.actions.values() if action.type == INVOKE}
    for identifier, name in calls.items():
        if name is not None and name.startswith(PREFIX):
            yield from _call(flow.actions[identifier], name)
    rows = [BOX_FUNCTIONS.get(name or "") for name in calls.values()]
    known = [row for row in rows if row is not None]
    if known and len(known) == len(rows):  # else it may be another function's answer
        yield from _answers(flow, {name for row in known for name in (*row.answers, *_ALWAYS)})


def _named(action: Action) -> str | None:
    """The function, None where only the call will tell."""
    name = action.parameter("LambdaFunctionARN")
    return name if isinstance(name, str) and not name.startswith("$") else None


def _call(action: Action, name: str) -> Iterator[Fault]:
    row = BOX_FUNCTIONS.get(name)
    if row is None:
        close = difflib.get_close_matches(name, BOX_FUNCTIONS, n=1)
        yield action, f"there is no box function {name}", close[0] if close else ", ".join(BOX_FUNCTIONS)
        return
    given = action.parameter("LambdaInvocationAttributes")
    names = set(given) if isinstance(given, dict) else set()
    takes = takes_of(row)
    for unknown in sorted(names - set(takes)):
        close = difflib.get_close_matches(unknown, takes, n=1)
        yield action, f"{name} has no parameter {unknown!r}", close[0] if close else ", ".join(takes)
    for lacking in sorted(set(row.needs) - names):
        yield action, f"{name} needs the parameter {lacking!r}", ""


def _answers(flow: Flow, known: set[str]) -> Iterator[Fault]:
    for action in flow.actions.values():
        for text in _texts(action.parameters):
            for part in text.split(_ANSWER)[1:]:
                name = part[: _length(part)]
                if name not in known:
                    yield action, f"no box function of this flow answers {name!r}", ", ".join(sorted(known))


def _length(text: str) -> int:
    """Of the key that `text` begins with."""
    return next(
        (at for at, sign in enumerate(text) if not (sign.isascii() and (sign.isalnum() or sign in "_-"))), len(text)
    )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, str):
        yield value
