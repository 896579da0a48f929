"""The state of a line behind a gateway, from what SIP tells of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.devices.gateway.watch import MOST_SILENT, GatewayWatch
from appliance.edge.requests import TrunkCall
from hw.line.caller_id import Absence, CallerId
from hw.line.signals import CallArrived, CallEnded, EndReason
from hw.line.states import LineState


def call(name: str = "a", *, caller: str = "+12125550123", inward: bool = True, answered: bool = False) -> TrunkCall:
    return TrunkCall(sip_call_id=name, caller=caller, inward=inward, answered=answered)


def test_call_in_when_taken_and_over_then_the_states_of_any_line() -> None:
    watch = GatewayWatch()
    assert watch.seen([call()], 1.0) == [CallArrived(caller=CallerId(number="+12125550123"))]
    assert watch.state is LineState.RINGING
    assert watch.seen([call(answered=True)], 2.0) == []
    assert watch.state is LineState.TALKING
    assert watch.seen([call(answered=True)], 3.0) == []
    assert watch.seen([], 4.0) == [CallEnded(reason=EndReason.FAR_END)]
    assert (watch.state, watch.calls_in, watch.calls_out, watch.last_end) == (LineState.IDLE, 1, 0, "far_end")


def test_call_in_when_nobody_takes_it_then_the_caller_gave_up() -> None:
    watch = GatewayWatch()
    watch.seen([call(caller="Anonymous")], 1.0)
    assert watch.seen([], 4.0) == [CallEnded(reason=EndReason.CALLER_GAVE_UP)]
    assert watch.state is LineState.IDLE


def test_call_in_when_the_number_is_withheld_then_so_told() -> None:
    (arrived,) = GatewayWatch().seen([call(caller="anonymous")], 1.0)
    assert arrived == CallArrived(caller=CallerId(no_number=Absence.PRIVATE))


def test_call_out_when_answered_and_over_then_dialled_and_talking() -> None:
    watch = GatewayWatch()
    watch.seen([call(inward=False)], 1.0)
    assert watch.state is LineState.DIALLED
    watch.seen([call(inward=False, answered=True)], 2.0)
    assert watch.state is LineState.TALKING
    watch.seen([], 3.0)
    assert (watch.state, watch.calls_out) == (LineState.IDLE, 1)


def test_call_when_one_follows_the_other_between_two_looks_then_both_count() -> None:
    watch = GatewayWatch()
    watch.seen([call("a", answered=True)], 1.0)
    watch.seen([call("b", inward=False)], 2.0)
    assert (watch.state, watch.calls_in, watch.calls_out) == (LineState.DIALLED, 1, 1)


def test_gateway_when_it_answers_no_more_then_lost_and_found_again() -> None:
    watch = GatewayWatch()
    for _ in range(MOST_SILENT - 1):
        watch.pinged(1.0, answered=False)
        assert watch.state is LineState.IDLE
    watch.pinged(2.0, answered=False)
    assert watch.state is LineState.NO_LINE
    watch.pinged(3.0, answered=True)
    assert watch.state is LineState.IDLE


def test_gateway_when_it_carries_a_call_then_it_is_there_whatever_it_answers() -> None:
    watch = GatewayWatch()
    for _ in range(MOST_SILENT):
        watch.pinged(1.0, answered=False)
    watch.seen([call()], 2.0)
    assert watch.state is LineState.RINGING
    for _ in range(MOST_SILENT):
        watch.pinged(3.0, answered=False)
    assert watch.state is LineState.RINGING


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.booleans(), st.booleans(), st.booleans(), st.booleans()), max_size=30)
)
def test_watch_when_it_sees_anything_then_it_comes_to_rest(steps: list[tuple[str, bool, bool, bool, bool]]) -> None:
    watch = GatewayWatch()
    for at, (name, there, inward, answered, ping) in enumerate(steps):
        watch.pinged(float(at), answered=ping)
        watch.seen([call(name, inward=inward, answered=answered)] if there else [], float(at))
    watch.seen([], 100.0)
    watch.pinged(101.0, answered=True)
    assert watch.state is LineState.IDLE


@pytest.mark.parametrize("inward", [True, False])
def test_watch_when_it_begins_in_the_middle_of_a_talk_then_talking(inward: bool) -> None:
    watch = GatewayWatch()
    watch.seen([call(inward=inward, answered=True)], 1.0)
    assert watch.state is LineState.TALKING
