from __future__ import annotations

from appliance import events as said
from appliance.dialplan import Strategy
from appliance.ids import ContactId, Extension, LegId
from appliance.stamps import Stamp
from appliance.switchboard.joints.turns import Turns

MEMBERS = ("101", "102", "103")


def talk(turns: Turns, extension: str, *, until_s: float, status: int = 200, several: bool = False) -> None:
    """A leg of `extension` begins and ends."""
    leg, role = LegId("agent-1"), said.LegRole.AGENT
    number = Extension(extension)
    started = said.LegStarted(
        leg=leg, role=role, uri="", sip_call_id="", outgoing=True, extension=None if several else number
    )
    answered = said.LegAnswered(leg=leg, extension=number if several else None)
    bodies: list[said.AnyBody] = [started, answered]
    bodies.append(said.LegEnded(leg=leg, role=role, sip_status=status, remote=True))
    at = Stamp(boot="b", mono_s=until_s, wall_s=until_s, synced=True)
    for seq, body in enumerate(bodies, 1):
        turns.note(said.ContactEvent(contact=ContactId("c"), writer=said.Writer.CONTACT, seq=seq, at=at, body=body))


def test_round_robin_when_asked_again_begins_with_the_next() -> None:
    turns = Turns()
    found = [turns.order("desk", Strategy.ROUND_ROBIN, MEMBERS) for _ in range(4)]
    assert found == [("101", "102", "103"), ("102", "103", "101"), ("103", "101", "102"), ("101", "102", "103")]


def test_round_robin_when_groups_are_several_each_has_its_own_turn() -> None:
    turns = Turns()
    turns.order("desk", Strategy.ROUND_ROBIN, MEMBERS)
    assert turns.order("back", Strategy.ROUND_ROBIN, MEMBERS)[0] == "101"


def test_round_robin_when_the_last_one_is_gone_begins_anew() -> None:
    turns = Turns()
    turns.order("desk", Strategy.ROUND_ROBIN, MEMBERS)
    assert turns.order("desk", Strategy.ROUND_ROBIN, ("102", "103")) == ("102", "103")


def test_longest_idle_when_some_have_talked_puts_them_last_in_order() -> None:
    turns = Turns()
    talk(turns, "101", until_s=20.0)
    talk(turns, "102", until_s=10.0, several=True)
    assert turns.order("desk", Strategy.LONGEST_IDLE, MEMBERS) == ("103", "102", "101")


def test_longest_idle_when_a_phone_only_rang_counts_it_as_idle() -> None:
    turns = Turns()
    talk(turns, "101", until_s=20.0, status=487)
    assert turns.order("desk", Strategy.LONGEST_IDLE, MEMBERS) == MEMBERS
