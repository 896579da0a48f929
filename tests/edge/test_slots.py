"""However a contact ends, its slot can be used again."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

import pytest
from edge.parties import Parties, Party
from edge.running import RunningEdge, password_of
from kit.ports import PortBlock
from kit.processes import wait_until

from appliance.edge.database import dialog_database
from appliance.edge.requests import busy_slots, clear_slot, counters, end_dialog, silent_slots
from appliance.edge.rpc import AsyncEdgeLink
from appliance.ids import SlotId

pytestmark = pytest.mark.scenario
SECRET = password_of("100")


@pytest.fixture
def edge(make_edge) -> RunningEdge:
    """One slot only, so that the next contact proves that it is free."""
    return make_edge(capacity=1)


@pytest.fixture
def call(edge: RunningEdge, parties: Parties, ports: PortBlock):
    def start(scenario: str = "call", **options: object) -> Party:
        return parties.start(scenario, port=ports.take(), to=edge.outside, password=SECRET, **options)

    return start


def assert_usable(edge: RunningEdge, parties: Parties, call) -> None:
    wait_until(lambda: not edge.ask(busy_slots(1)), timeout_s=5, what="slot 0 is free")
    # Several calls, because a late CANCEL for a process that has died counts as one for SIPp.
    process = parties.start("answer", port=edge.slot_port(0), calls=9)
    call().done()
    process.stop()


@pytest.mark.parametrize("ringing", ["180 Ringing", "183 Session Progress"])
def test_slot_when_caller_gives_up_then_free(edge: RunningEdge, parties: Parties, call, ringing: str) -> None:
    process = parties.start("ring", port=edge.slot_port(0), ringing=ringing)
    call("call_cancelled", provisional=ringing[:3], pause_ms=100).done()
    process.done()

    assert_usable(edge, parties, call)


def test_slot_when_caller_gives_up_before_it_rings_then_free(edge: RunningEdge, parties: Parties, call) -> None:
    process = parties.start("ring", port=edge.slot_port(0), ringing="100 Trying")
    call("call_cancelled_early", pause_ms=100).done()
    process.done()

    assert_usable(edge, parties, call)


def test_slot_when_caller_gives_up_before_process_has_answered_anything_then_free(
    edge: RunningEdge, parties: Parties, call
) -> None:
    process = parties.start("silent", port=edge.slot_port(0))
    call("call_cancelled_early", pause_ms=100).done()
    process.stop()

    assert_usable(edge, parties, call)


def test_slot_when_caller_hangs_up_then_free(edge: RunningEdge, parties: Parties, call) -> None:
    for _ in range(3):
        assert_usable(edge, parties, call)


def test_slot_when_process_hangs_up_then_free(edge: RunningEdge, parties: Parties, call) -> None:
    process = parties.start("answer_hangs_up", port=edge.slot_port(0))
    call("call_ended").done()
    process.done()

    assert_usable(edge, parties, call)


def test_slot_when_no_process_is_there_then_503_counted_as_dead_and_usable_once_it_is(
    edge: RunningEdge, parties: Parties, call
) -> None:
    call("call_refused", status="503").done()

    assert edge.ask(counters()).dead_slots == 1
    assert edge.ask(counters()).refused_contacts == 1
    process = parties.start("answer", port=edge.slot_port(0))
    wait_until(lambda: not edge.ask(silent_slots(1)), timeout_s=5, what="slot 0 may be tried again")
    call().done()
    process.done()


def test_slot_when_process_was_killed_while_idle_then_next_slot_takes_the_contact(
    make_edge, parties: Parties, ports: PortBlock
) -> None:
    edge = make_edge(capacity=2)
    parties.start("answer", port=edge.slot_port(1)).kill()
    process = parties.start("answer", port=edge.slot_port(0), calls=2)
    for _ in range(2):
        parties.start("call", port=ports.take(), to=edge.outside, password=SECRET).done()

    process.done()
    assert edge.ask(counters()).dead_slots == 1


def test_slot_when_process_is_killed_in_the_call_and_cleared_then_caller_gets_bye(
    edge: RunningEdge, parties: Parties, call
) -> None:
    process = parties.start("answer_vanishes", port=edge.slot_port(0))
    caller = call("call_ended")
    caller.saw("SIP/2.0 200")
    process.kill()

    wait_until(lambda: edge.ask(clear_slot(SlotId(0))), timeout_s=5, what="a dialog in slot 0")
    caller.done()

    assert_usable(edge, parties, call)


def test_slot_when_process_is_killed_while_ringing_and_cleared_then_caller_is_refused(
    edge: RunningEdge, parties: Parties, call
) -> None:
    process = parties.start("vanish", port=edge.slot_port(0))
    caller = call("call_refused", status="500")
    caller.saw("SIP/2.0 180")
    process.kill()

    assert edge.ask(clear_slot(SlotId(0))) == 1
    caller.done()

    assert_usable(edge, parties, call)


def test_end_dialog_when_call_is_up_then_both_sides_get_bye(edge: RunningEdge, parties: Parties, call) -> None:
    process = parties.start("answer", port=edge.slot_port(0))
    caller = call("call_ended")
    caller.saw("SIP/2.0 200")
    call_id = _call_id(caller)
    link = AsyncEdgeLink(edge.paths.edge_rpc_socket)

    assert asyncio.run(link.run(end_dialog(call_id))) == 1
    caller.done()
    process.done()
    assert asyncio.run(link.run(end_dialog(call_id))) == 0
    assert edge.ask(end_dialog("nobody@nowhere")) == 0

    assert_usable(edge, parties, call)


def test_slot_when_caller_has_vanished_and_process_clears_then_free(edge: RunningEdge, parties: Parties, call) -> None:
    process = parties.start("answer", port=edge.slot_port(0))
    call("call_vanishes").done()

    assert edge.ask(busy_slots(1)) == {0}
    assert edge.ask(clear_slot(SlotId(0))) == 1
    process.done()

    assert_usable(edge, parties, call)


def test_slot_when_kamailio_is_killed_in_the_call_then_still_taken_and_hang_up_frees_it(
    edge: RunningEdge, parties: Parties, call
) -> None:
    process = parties.start("answer", port=edge.slot_port(0))
    caller = call(pause_ms=6000)
    caller.saw("SIP/2.0 200")
    wait_until(lambda: _is_stored(edge), timeout_s=5, what="the answered dialog is stored")

    edge.kill()
    edge.start()
    assert edge.ask(busy_slots(1)) == {0}
    caller.done()
    process.done()

    assert_usable(edge, parties, call)


def test_end_dialog_when_kamailio_was_restarted_in_the_call_then_both_sides_get_bye(
    edge: RunningEdge, parties: Parties, call
) -> None:
    process = parties.start("answer", port=edge.slot_port(0))
    caller = call("call_ended")
    caller.saw("SIP/2.0 200")
    wait_until(lambda: _is_stored(edge), timeout_s=5, what="the answered dialog is stored")

    edge.stop()
    edge.start()
    assert edge.ask(end_dialog(_call_id(caller))) == 1
    caller.done()
    process.done()

    assert_usable(edge, parties, call)


@pytest.mark.slow
def test_slot_when_both_sides_have_vanished_and_nobody_clears_then_keep_alive_frees_it(
    edge: RunningEdge, parties: Parties, call
) -> None:
    process = parties.start("answer_vanishes", port=edge.slot_port(0))
    call("call_vanishes").done()
    process.kill()

    wait_until(lambda: not edge.ask(busy_slots(1)), timeout_s=120, what="slot 0 is free")
    assert_usable(edge, parties, call)


def _call_id(party: Party) -> str:
    answer = party.received("SIP/2.0 200")[0]
    return next(line.partition(":")[2].strip() for line in answer.splitlines() if line.startswith("Call-ID"))


def _is_stored(edge: RunningEdge) -> bool:
    with closing(sqlite3.connect(dialog_database(edge.paths))) as connection:
        return connection.execute("SELECT state FROM dialog").fetchall() == [(4,)]
