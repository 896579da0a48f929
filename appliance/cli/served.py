"""How settings of agents and profiles are written on the command line: `sales`, `sales:2` (priority), `sales:2:30`
(and delay); a number of seconds or `queue`.
"""

from __future__ import annotations

from typing import Any

import click
from typing_extensions import override


class ServedQueue(click.ParamType[dict[str, Any]]):
    """`queue[:priority[:delay]]`: priority 1 (first) to 99, delay 0 to 9999 s that a contact must have waited."""

    name = "queue[:priority[:delay]]"

    @override
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        queue, *numbers = str(value).split(":")
        if len(numbers) > 2 or not all(number.isdigit() for number in numbers):
            self.fail(f"{value!r} is no queue[:priority[:delay]]; write sales, sales:2 or sales:2:30", param, ctx)
        return {"queue": queue, **dict(zip(("priority", "delay_s"), map(int, numbers), strict=False))}


class WrapUp(click.ParamType[float | str]):
    """Seconds of an agent's own limit of after-contact work, or `queue` for the queue's."""

    name = "seconds|queue"

    @override
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | str:
        if value == "queue":
            return "queue"
        return click.FloatRange(0, 86400).convert(value, param, ctx)


def written(served: list[dict[str, Any]]) -> list[str]:
    """The same for a person, as short as possible."""
    return [_written(entry["queue"], entry["priority"], int(entry["delay_s"])) for entry in served]


def _written(queue: str, priority: int, delay_s: int) -> str:
    if delay_s:
        return f"{queue}:{priority}:{delay_s}"
    return queue if priority == 1 else f"{queue}:{priority}"
