"""Which lamps are lit: extensions by their legs, agents by what they do, queues by who waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from appliance import events as said
from appliance.acd.model import Activity
from appliance.acd.snapshots import AgentSnapshot
from appliance.ids import AgentId, ContactId, Extension, LegId, QueueId, SlotId
from appliance.stamps import Stamp
from appliance.switchboard.contacts.contact_state import ContactState
from appliance.switchboard.contacts.noting import note
from appliance.switchboard.lamps.lamp import Lamp, lamp_user
from appliance.switchboard.lamps.picture import agent_lamp, picture

AT = Stamp(boot="b", mono_s=1.0, wall_s=1e9, synced=True)


class Floor:
    def __init__(self, agents: Sequence[AgentSnapshot] = (), waiting: Sequence[str] = ()) -> None:
        self._agents, self._waiting = agents, waiting

    def agents(self) -> Sequence[AgentSnapshot]:
        return self._agents

    def waiting(self) -> Sequence[QueueId]:
        return [QueueId(queue) for queue in self._waiting]


def contact(*bodies: said.AnyBody, source: str = "trunk:x") -> ContactState:
    state = ContactState(contact=ContactId("c"), agent_of=lambda _extension: None)
    first = said.ContactInitiated(
        method=said.InitiationMethod.INBOUND,
        customer=said.Endpoint(address="x"),
        system=None,
        slot=SlotId(0),
        source=source,
    )
    for seq, body in enumerate((first, *bodies), 1):
        note(state, said.ContactEvent(contact=state.contact, writer=said.Writer.CONTACT, seq=seq, at=AT, body=body))
    return state


def leg(name: str, extension: str | None = None, *, outgoing: bool = True) -> said.LegStarted:
    return said.LegStarted(
        leg=LegId(name),
        role=said.LegRole.AGENT,
        uri="sip:x",
        sip_call_id=name,
        outgoing=outgoing,
        extension=Extension(extension) if extension else None,
    )


def rings(name: str) -> said.LegRinging:
    return said.LegRinging(leg=LegId(name))


def answers(name: str) -> said.LegAnswered:
    return said.LegAnswered(leg=LegId(name))


def ends(name: str) -> said.LegEnded:
    return said.LegEnded(leg=LegId(name), role=said.LegRole.AGENT, sip_status=200, remote=True)


def agent(**settings: Any) -> AgentSnapshot:
    known = AgentSnapshot(
        agent=AgentId("kim"),
        extension=Extension("101"),
        status="Available",
        next_status=None,
        activity=Activity.IDLE,
        since=0,
        idle_since=0,
        contact=None,
        offer=None,
        queues=(),
    )
    return msgspec.structs.replace(known, **settings)


def test_extension_when_its_leg_goes_through_a_call_then_its_lamp_does() -> None:
    story = (leg("a", "101"), rings("a"), answers("a"), ends("a"))
    seen = [picture([contact(*story[:count])], Floor()).get("101") for count in range(5)]
    assert seen == [None, None, Lamp.RINGING, Lamp.BUSY, None]


def test_extension_when_it_calls_a_flow_then_it_is_lit_though_the_leg_has_no_extension() -> None:
    story = (leg("customer", outgoing=False),)
    assert picture([contact(*story, source="extension:107")], Floor()) == {"107": Lamp.AWAY}
    assert picture([contact(*story, answers("customer"), source="extension:107")], Floor()) == {"107": Lamp.BUSY}
    assert picture([contact(*story, answers("customer"))], Floor()) == {}


def test_extension_when_it_talks_and_is_rung_then_it_blinks() -> None:
    talks = contact(leg("a", "101"), answers("a"))
    rung = contact(leg("a", "101"), rings("a"))
    assert picture([talks, rung], Floor()) == picture([rung, talks], Floor()) == {"101": Lamp.RINGING}


def test_contact_when_its_process_has_let_go_then_it_lights_nothing() -> None:
    state = contact(leg("a", "101"), answers("a"))
    state.release()
    assert picture([state], Floor()) == {}


@pytest.mark.parametrize(
    ("settings", "lamp"),
    [
        ({}, None),
        ({"activity": Activity.RINGING}, Lamp.RINGING),
        ({"activity": Activity.ON_CONTACT}, Lamp.BUSY),
        ({"activity": Activity.ON_CONTACT, "status": "Lunch"}, Lamp.BUSY),
        ({"activity": Activity.AFTER_CONTACT_WORK}, Lamp.WRAPPING_UP),
        ({"activity": Activity.MISSED}, Lamp.AWAY),
        ({"activity": Activity.ERROR}, Lamp.AWAY),
        ({"extension": None}, Lamp.AWAY),
        ({"status": "Offline"}, Lamp.AWAY),
        ({"status": "Lunch"}, Lamp.AWAY),
    ],
)
def test_agent_when_in_a_state_then_the_lamp_shows_it(settings: dict[str, Any], lamp: Lamp | None) -> None:
    assert agent_lamp(agent(**settings)) is lamp
    assert picture([], Floor([agent(**settings)])).get("agent-kim") is lamp


def test_queue_when_somebody_waits_then_it_blinks_and_when_all_are_served_it_is_lit() -> None:
    served = contact(
        said.QueueRequested(queue=QueueId("sales")),
        said.AgentConnected(agent=AgentId("kim"), extension=Extension("101"), offer=None),
    )
    served.engaged[AgentId("kim")] = True
    assert picture([served], Floor())["queue-sales"] is Lamp.BUSY
    assert picture([served], Floor(waiting=["sales"]))["queue-sales"] is Lamp.RINGING
    assert "queue-sales" not in picture([], Floor())


def test_lamp_user_when_name_has_what_no_uri_may_then_it_is_replaced() -> None:
    assert lamp_user("queue", "first line; <x>") == "queue-first_line___x_"


def test_group_when_all_its_phones_ring_then_all_blink_until_one_has_answered() -> None:
    both = msgspec.structs.replace(leg("a"), members=(Extension("101"), Extension("102")))
    assert picture([contact(both, rings("a"))], Floor()) == {"101": Lamp.RINGING, "102": Lamp.RINGING}
    answered = said.LegAnswered(leg=LegId("a"), extension=Extension("102"))
    assert picture([contact(both, rings("a"), answered)], Floor()) == {"102": Lamp.BUSY}


def test_orbit_when_somebody_is_parked_there_then_blinks_under_its_number_and_its_name() -> None:
    parked = contact(said.ContactParked(orbit="701"))
    assert picture([parked], Floor()) == {"701": Lamp.RINGING, lamp_user("orbit", "701"): Lamp.RINGING}
    unparked = said.ContactUnparked(orbit="701", outcome=said.UnparkedOutcome.RETRIEVED)
    assert picture([contact(said.ContactParked(orbit="701"), unparked)], Floor()) == {}
