"""Which routing profile an agent had is written down with the offer and with the talk. Real pjsua2 processes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from contact.stage import Stage

from appliance.contact import protocol as p
from appliance.events import AgentConnected, AgentOffered, ContactTransferred

pytestmark = pytest.mark.scenario


def test_profile_when_offered_connected_or_reached_by_extension_then_in_the_event(
    make_stage: Callable[..., Stage],
) -> None:
    stage = make_stage(plan={"profiles": {"kim": "senior", "lee": "agent:lee"}})
    customer, agent, other = stage.party(), stage.party(), stage.party()
    caller, _, contact = stage.put_through(customer, agent)
    board = stage.switchboard
    assert board.wait_event(contact, AgentOffered).profile == "senior"
    assert board.wait_event(contact, AgentConnected).profile == "senior"
    assert board.order(p.TransferContact(contact=contact, target="103")) == ""
    stage.peer.wait_call("103", media_port=other.port).answer()
    following = board.wait_event(contact, ContactTransferred).next
    assert board.wait_event(following, AgentConnected).profile == "agent:lee"
    caller.bye()
    stage.be_quiet()
