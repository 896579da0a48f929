"""When a live state is worth sending."""

from __future__ import annotations

import msgspec

from appliance.cloud.live import Health, LiveAgent, LiveContact, LiveQueue, LiveState
from appliance.stamps import Stamp
from appliance.sync.live.comparing import AT_LEAST_EVERY_S, Newest, face_of, is_worth_sending

AT = Stamp(boot="b", mono_s=100.0, wall_s=5.0, synced=True)
STATE = LiveState(
    at=AT,
    number=7,
    queues=(LiveQueue(queue="sales", name="Sales", waiting=1, oldest_s=5.0, staffed=2, available=1),),
    agents=(LiveAgent(agent="kim", name="Kim", status="Available", activity="idle", since_s=9.0),),
    contacts=(LiveContact(contact="c1", stage="in_queue", customer="+1", queue="sales", agent="", since_s=5.0),),
    health=Health(
        version="1",
        uptime_s=100.0,
        edge="answers",
        contact_processes=4,
        free_processes=3,
        storage_used=1,
        storage_budget=2,
        pending_events=0,
        pending_recordings=0,
    ),
)
SENT = Newest(face=face_of(STATE), sent_s=AT.mono_s)
replace = msgspec.structs.replace


def test_state_when_only_time_has_passed_then_not_worth_it() -> None:
    later = replace(
        STATE,
        number=8,
        queues=(replace(STATE.queues[0], oldest_s=6.0),),
        agents=(replace(STATE.agents[0], since_s=10.0),),
        contacts=(replace(STATE.contacts[0], since_s=6.0),),
        health=replace(STATE.health, uptime_s=101.0, pending_events=3, storage_used=9),
    )
    assert not is_worth_sending(later, SENT, replace(AT, mono_s=101.0))


def test_state_when_something_has_happened_then_worth_it() -> None:
    for changed in (
        replace(STATE, queues=(replace(STATE.queues[0], waiting=2),)),
        replace(STATE, agents=(replace(STATE.agents[0], activity="ringing"),)),
        replace(STATE, contacts=()),
        replace(STATE, health=replace(STATE.health, edge="silent")),
        replace(STATE, health=replace(STATE.health, warnings=("the disk is full",))),
    ):
        assert is_worth_sending(changed, SENT, AT)


def test_state_when_the_last_one_is_a_while_ago_or_never_was_then_worth_it() -> None:
    assert is_worth_sending(STATE, SENT, replace(AT, mono_s=AT.mono_s + AT_LEAST_EVERY_S))
    assert is_worth_sending(STATE, Newest(), AT)
