"""The mock line's own promises: a history, and on request an exchange that obliges."""

from __future__ import annotations

import pytest

from hw.errors import DeviceBusyError
from hw.line.mock import MockLine, MockLines
from hw.line.profile import Profile
from hw.line.signals import CallConnected, CallEnded, Dial, EndReason, HangUp, LineFound, LineLost
from hw.line.states import LineState

QUICK = Profile(settle_s=0.01, guard_s=0.01)


def test_history_when_a_call_goes_out_then_every_state_with_its_time() -> None:
    line = MockLine(profile=QUICK, obliging=True)
    line.ask(Dial(number="110"))
    assert line.next_event(5.0) == CallConnected()
    assert line.dialled == ["110"]
    line.ask(HangUp())
    assert line.next_event(5.0) == CallEnded(reason=EndReason.HUNG_UP)
    while line.state is not LineState.IDLE:
        line.next_event(0.05)
    assert [state for _, state in line.history] == [
        LineState.IDLE,
        LineState.SEIZED,
        LineState.DIAL_TONE,
        LineState.DIALLED,
        LineState.TALKING,
        LineState.RELEASING,
        LineState.IDLE,
    ]
    assert [at for at, _ in line.history] == sorted(at for at, _ in line.history)
    line.close()


def test_cable_when_pulled_and_put_back_then_lost_and_found() -> None:
    with MockLine(profile=QUICK) as line:
        line.inject_cable(there=False)
        line.inject_cable(there=True)
        assert [line.next_event(), line.next_event()] == [LineLost(), LineFound()]


def test_backend_when_a_line_is_open_then_busy_until_closed() -> None:
    backend = MockLines()
    found = backend.find()[0]
    with backend.open(found, QUICK), pytest.raises(DeviceBusyError, match=r"mock:line is in use by this process"):
        backend.open(found, QUICK)
    backend.open(found, QUICK).close()
