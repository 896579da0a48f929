"""Agents after a restart: the contacts' events are the truth, the stored state adds what they can't tell."""

from __future__ import annotations

from typing import Any

from appliance.acd import events as acd
from appliance.acd.model import Activity
from appliance.ids import AgentId, ContactId, Extension, OfferId, QueueId
from appliance.stamps import Stamp
from appliance.store.agent_states import AgentState
from appliance.switchboard.contacts.contact_state import ContactState
from appliance.switchboard.contacts.restored_agents import restored_agents

KIM = AgentId("kim")
NOW = Stamp(boot="b", mono_s=1000.0, wall_s=2e9, synced=True)
SINCE = Stamp(boot="b", mono_s=900.0, wall_s=2e9 - 100, synced=True)


def stored(activity: Activity, contact: str | None = None, **more: Any) -> AgentState:
    fields = {"status": "Available", "since": SINCE, "idle_since": SINCE, **more}
    return AgentState(agent=KIM, activity=activity, contact=None if contact is None else ContactId(contact), **fields)


def contact(name: str, **more: Any) -> ContactState:
    return ContactState(contact=ContactId(name), agent_of=_nobody, **more)


def _nobody(_extension: Extension) -> AgentId | None:
    return None


def only(found: list[acd.AcdEvent]) -> acd.AgentStateRestored:
    (event,) = found
    assert isinstance(event, acd.AgentStateRestored)
    return event


def test_agent_when_on_an_open_contact_then_stays_on_it() -> None:
    talk = contact("c", engaged={KIM: True}, queue=QueueId("sales"))
    found = restored_agents([talk], [stored(Activity.ON_CONTACT, "c", next_status="Lunch")], NOW)
    restored = only(found.told)
    assert (restored.activity, restored.contact, restored.queue) == ("on_contact", "c", "sales")
    assert (restored.since, restored.status, restored.next_status) == (900.0, "Available", "Lunch")


def test_agent_when_stored_with_its_queue_then_that_one_counts() -> None:
    talk = contact("c", engaged={KIM: True}, queue=QueueId("second"))
    state = stored(Activity.ON_CONTACT, "c", queue=QueueId("first"))
    assert only(restored_agents([talk], [state], NOW).told).queue == "first"
    other = stored(Activity.ON_CONTACT, "before", queue=QueueId("first"))
    assert only(restored_agents([talk], [other], NOW).told).queue == "second"


def test_agent_when_stored_state_is_behind_the_events_then_the_events_count() -> None:
    talk = contact("c", engaged={KIM: True})
    restored = only(restored_agents([talk], [stored(Activity.RINGING, "c")], NOW).told)
    assert (restored.activity, restored.since) == ("on_contact", 1000.0)


def test_agent_when_contact_has_gone_then_is_idle() -> None:
    for activity in (Activity.ON_CONTACT, Activity.RINGING, Activity.AFTER_CONTACT_WORK):
        restored = only(restored_agents([], [stored(activity, "gone")], NOW).told)
        assert (restored.activity, restored.contact) == ("idle", None)


def test_agent_when_missed_then_stays_missed() -> None:
    assert only(restored_agents([], [stored(Activity.MISSED)], NOW).told).activity == "missed"


def test_agent_when_ringing_then_rings_on() -> None:
    rings = contact("c", offers={OfferId("c/1"): KIM})
    restored = only(restored_agents([rings], [stored(Activity.RINGING, "c")], NOW).told)
    assert (restored.activity, restored.contact) == ("ringing", "c")


def test_agent_when_box_was_rebooted_then_times_follow_the_wall_clock() -> None:
    earlier = Stamp(boot="a", mono_s=77777.0, wall_s=2e9 - 5000, synced=True)
    restored = only(restored_agents([], [stored(Activity.IDLE, since=earlier, idle_since=earlier)], NOW).told)
    assert (restored.since, restored.idle_since) == (-4000.0, -4000.0)


def test_agent_when_on_several_contacts_then_each_is_told_or_ended() -> None:
    states = [
        contact("work", working={KIM}),
        contact("talk", engaged={KIM: False}),
        contact("second", engaged={KIM: True}, queue=QueueId("sales")),
    ]
    found = restored_agents(states, [stored(Activity.ON_CONTACT, "talk")], NOW)
    restored = found.told[0]
    assert isinstance(restored, acd.AgentStateRestored)
    assert (restored.contact, restored.queue) == ("talk", None)
    assert found.told[1:] == [acd.AgentEngaged(agent=KIM, contact=ContactId("second"), queue=QueueId("sales"))]
    assert found.worked_up == [("work", "kim")]


def test_work_when_its_agent_has_no_state_any_more_then_is_ended() -> None:
    found = restored_agents([contact("work", working={KIM})], [], NOW)
    assert (found.told, found.worked_up) == ([], [("work", "kim")])
