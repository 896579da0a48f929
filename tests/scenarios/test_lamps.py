"""Busy lamps on the whole box: extensions, agents and queues, through a real call; after an edge's restart."""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import closing

import pytest
from kit.box import PASSWORD, RunningBox
from kit.processes import wait_until
from kit.subscriber import Subscriber
from kit.talk import AGENT_HZ, CUSTOMER_HZ, STRAIGHT, PhoneMaker

pytestmark = pytest.mark.scenario


def lamps_of(box: RunningBox, extension: str) -> Subscriber:
    """A phone with lamps, extension `extension`."""
    box.add_extension(extension)
    return Subscriber(box.port, user=extension, password=PASSWORD)


def written(box: RunningBox, database: str, table: str) -> int:
    """Rows that the edge has written down for its next life."""
    with closing(sqlite3.connect(box.run / database)) as found:
        return int(found.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_lamp_when_an_extension_is_called_then_it_blinks_is_lit_and_goes_dark(
    box: RunningBox, phone: PhoneMaker
) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    called = phone(box, "102", tone_hz=AGENT_HZ)
    with lamps_of(box, "190") as desk:
        theirs, own = desk.watch("102"), desk.watch("101")
        caller.dial("102")
        called.wait_for("CALL_INCOMING")
        theirs.shows("early")
        called.answer()
        caller.wait_for("CALL_ESTABLISHED")
        theirs.shows("confirmed")
        own.shows("confirmed")
        caller.hang_up()
        theirs.shows("terminated")
        own.shows("terminated")
        assert theirs.lamps == ["terminated", "early", "confirmed", "terminated"]


def test_lamps_when_a_contact_goes_through_a_queue_then_queue_and_agent_show_it(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    ann = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    box.set_status("ann", "Offline")
    with lamps_of(box, "190") as desk:
        queue, agent, set_ = desk.watch("queue-sales"), desk.watch("agent-ann"), desk.watch("201")
        agent.shows("trying")
        customer.dial(STRAIGHT)
        queue.shows("early")
        box.set_status("ann", "Available")
        ann.wait_for("CALL_INCOMING", timeout_s=15)
        agent.shows("early")
        set_.shows("early")
        ann.answer()
        agent.shows("confirmed")
        set_.shows("confirmed")
        queue.shows("confirmed")
        customer.hang_up()
        queue.shows("terminated")
        set_.shows("terminated")
        wait_until(lambda: agent.lamp in {"proceeding", "terminated"}, timeout_s=5, what="the agent's lamp")


def test_lamps_when_the_edge_restarts_in_a_call_then_subscriptions_go_on_and_the_state_is_right(
    box: RunningBox, phone: PhoneMaker
) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    called = phone(box, "102", tone_hz=AGENT_HZ)
    with lamps_of(box, "190") as desk:
        lamp, dark = desk.watch("102"), desk.watch("queue-sales")
        caller.dial("102")
        called.wait_for("CALL_INCOMING")
        called.answer()
        lamp.shows("confirmed")
        wait_until(lambda: written(box, "edge-presence.db", "active_watchers") == 2, timeout_s=5, what="subscriptions")
        wait_until(lambda: written(box, "edge-dialogs.db", "dialog") == 2, timeout_s=5, what="both dialogs")
        seen = len(lamp.notifies)
        os.kill(box.pid_of("kamailio"), signal.SIGTERM)
        wait_until(lambda: len(lamp.notifies) > seen, timeout_s=30, what="a NOTIFY of the new edge")
        assert lamp.lamp == "confirmed"
        assert dark.lamp == "terminated"
        caller.hang_up()
        lamp.shows("terminated")
        desk.renew(lamp)
        assert lamp.answer.startswith("SIP/2.0 200"), lamp.answer


def test_lamps_when_the_switchboard_restarts_then_no_lamp_stays_lit(box: RunningBox, phone: PhoneMaker) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    called = phone(box, "102", tone_hz=AGENT_HZ)
    with lamps_of(box, "190") as desk:
        lamp = desk.watch("102")
        caller.dial("102")
        called.wait_for("CALL_INCOMING")
        called.answer()
        lamp.shows("confirmed")
        os.kill(box.pid_of("appliance.switchboard"), signal.SIGKILL)
        caller.hang_up()
        lamp.shows("terminated", timeout_s=30)
