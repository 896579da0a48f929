"""What the panel's lamps show of the box. Pure: the switchboard's board and the lines' states in, signs out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from appliance.devices.line.board import LineShown
from hw.line.states import INCOMING, LineState
from hw.panel.patterns import Lamp, Sign

_RINGS = frozenset({"ringing"})  # stages as `linekeeper contact list` shows them
_CALL_SIGNS = (
    (Sign.RINGING, _RINGS | {"in_queue"}),
    (Sign.HELD, frozenset({"on_hold"})),
    (Sign.TALKING, frozenset({"connected", "in_flow"})),
)
_LINE_SIGNS = {LineState.NO_LINE.value: Sign.NO_LINE} | {state.value: Sign.RINGING for state in INCOMING}
_IDLE = frozenset({LineState.IDLE.value, LineState.RELEASING.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How the box is. board: what operation `wallboard` answers, None where the switchboard doesn't; network: there is
    a way out of the box; console: reached, None for a box without one; lines: in the order of the configuration."""

    board: Mapping[str, Any] | None
    network: bool
    console: bool | None = None
    lines: tuple[LineShown | None, ...] = field(default=())


def signs(seen: Seen) -> Iterator[tuple[str, Sign]]:
    """Each lamp and what it has to show."""
    yield Lamp.POWER, Sign.RUNNING
    yield Lamp.LINK, _link(seen)
    yield Lamp.FAULT, _fault(seen)
    stages = _stages(seen.board)
    yield Lamp.CALL, _call(stages)
    yield Lamp.BELL, Sign.RINGING if stages & _RINGS else Sign.NO_CALL
    yield Lamp.EMERGENCY, Sign.EMERGENCY_CALL if _emergency(seen.board) else Sign.QUIET
    for number, line in enumerate(seen.lines, 1):
        yield f"{Lamp.LINE}{number}", _line(line)


def _link(seen: Seen) -> Sign:
    if not seen.network:
        return Sign.LINK_DOWN
    return Sign.CONSOLE_LOST if seen.console is False else Sign.LINK_UP


def _fault(seen: Seen) -> Sign:
    """Failed: nobody can call. Degraded: somebody can't."""
    board = seen.board
    if board is None or not board["edge"]["answers"] or not board["processes"]["connected"]:
        return Sign.FAILED
    short = board["processes"]["connected"] < board["processes"]["capacity"] or not board["processes"]["free"]
    lost = any(line is None or line.state == LineState.NO_LINE or not line.running for line in seen.lines)
    unregistered = any(trunk["state"] not in ("static", "registered") for trunk in board["trunks"])
    return Sign.DEGRADED if short or lost or unregistered else Sign.HEALTHY


def _call(stages: frozenset[str]) -> Sign:
    """A customer who waits for somebody comes before one who is held, and both before those who talk."""
    for sign, meant in _CALL_SIGNS:
        if stages & meant:
            return sign
    return Sign.NO_CALL


def _stages(board: Mapping[str, Any] | None) -> frozenset[str]:
    return frozenset(str(contact["stage"]) for contact in board["under_way"]) if board is not None else frozenset()


def _emergency(board: Mapping[str, Any] | None) -> bool:
    return board is not None and any(contact["emergency"] for contact in board["under_way"])


def _line(line: LineShown | None) -> Sign:
    if line is None or not line.running:
        return Sign.NO_LINE
    if line.state in _IDLE:
        return Sign.NO_CALL
    return _LINE_SIGNS.get(line.state, Sign.TALKING)
