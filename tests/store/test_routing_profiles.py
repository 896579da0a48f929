"""Routing profiles and proficiencies in the store, and how older stores come to have them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlite_utils import Database

from appliance.acd.model import AgentOrder, AgentPlan, AvailabilityTimer, Proficiency, QueuePlan, QueueShare
from appliance.ids import AgentId, Extension, ProfileId, QueueId
from appliance.store import (
    AgentState,
    Store,
    StoredAgent,
    StoredExtension,
    StoredProfile,
    StoredQueue,
    UnknownReferenceError,
)
from appliance.store.migrations import STEPS

SALES, AID = QueueId("sales"), QueueId("aid")
KIM, LEE = AgentId("kim"), AgentId("lee")
FIRST = StoredProfile(
    profile=ProfileId("first"),
    display_name="First line",
    queues=(QueueShare(queue=SALES, priority=2, delay_s=30.0), QueueShare(queue=AID)),
    outbound_queue=AID,
    timer=AvailabilityTimer.LAST_INBOUND,
)


@pytest.fixture
def furnished(store: Store) -> Store:
    store.queues.put(StoredQueue(plan=QueuePlan(queue=SALES, agent_order=AgentOrder.ROUND_ROBIN, last_agent_s=20.0)))
    store.queues.put(StoredQueue(plan=QueuePlan(queue=AID)))
    store.extensions.put(StoredExtension(extension=Extension("101")))
    store.routing_profiles.put(FIRST)
    return store


def test_queue_when_put_then_order_and_last_agent_come_back(furnished: Store) -> None:
    queue = furnished.queues.get(SALES)
    assert queue is not None
    assert (queue.plan.agent_order, queue.plan.last_agent_s) == (AgentOrder.ROUND_ROBIN, 20.0)


def test_profile_when_put_twice_then_the_second_counts(furnished: Store) -> None:
    assert furnished.routing_profiles.get(FIRST.profile) == FIRST
    changed = StoredProfile(profile=FIRST.profile, queues=(QueueShare(queue=AID),))
    furnished.routing_profiles.put(changed)
    assert furnished.routing_profiles.all() == [changed]


def test_profile_when_it_names_an_unknown_queue_then_refused_whole(furnished: Store) -> None:
    for wrong in (
        StoredProfile(profile=FIRST.profile, queues=(QueueShare(queue=QueueId("x")),)),
        StoredProfile(profile=FIRST.profile, outbound_queue=QueueId("x")),
    ):
        with pytest.raises(UnknownReferenceError, match="no queue x; add it first"):
            furnished.routing_profiles.put(wrong)
    assert furnished.routing_profiles.all() == [FIRST]


def test_agent_when_it_has_a_profile_then_the_plan_is_the_profiles(furnished: Store) -> None:
    furnished.agents.put(StoredAgent(plan=AgentPlan(agent=KIM), profile=FIRST.profile))
    kim = furnished.agents.get(KIM)
    assert kim is not None
    assert kim.profile == "first"
    assert kim.plan == AgentPlan(
        agent=KIM, queues=FIRST.queues, outbound_queue=AID, timer=AvailabilityTimer.LAST_INBOUND
    )
    assert furnished.routing_profiles.agents_of(FIRST.profile) == [KIM]


def test_agent_when_it_leaves_its_own_queues_for_a_profile_and_back_then_nothing_is_left_over(furnished: Store) -> None:
    own = StoredAgent(plan=AgentPlan(agent=KIM, queues=(QueueShare(queue=AID, priority=3),)))
    furnished.agents.put(own)
    assert furnished.agents.get(KIM) == own
    furnished.agents.put(StoredAgent(plan=own.plan, profile=FIRST.profile))
    assert [profile.profile for profile in furnished.routing_profiles.all()] == ["first"]
    assert set(furnished.routing_profiles.of_agents()) == {"first"}
    furnished.agents.put(own)
    assert furnished.agents.get(KIM) == own
    assert furnished.agents.remove(KIM)
    assert set(furnished.routing_profiles.of_agents()) == {"first"}
    assert furnished.faults() == []


def test_profile_when_an_agent_has_it_then_not_removed(furnished: Store) -> None:
    furnished.agents.put(StoredAgent(plan=AgentPlan(agent=KIM), profile=FIRST.profile))
    with pytest.raises(UnknownReferenceError, match="first belongs to kim"):
        furnished.routing_profiles.remove(FIRST.profile)
    furnished.agents.remove(KIM)
    assert furnished.routing_profiles.remove(FIRST.profile)
    assert not furnished.routing_profiles.remove(FIRST.profile)


def test_agent_when_its_profile_is_unknown_then_error_says_so(furnished: Store) -> None:
    with pytest.raises(UnknownReferenceError, match="no routing profile x; add it first"):
        furnished.agents.put(StoredAgent(plan=AgentPlan(agent=KIM), profile=ProfileId("x")))


def test_queue_when_removed_then_gone_from_every_profile(furnished: Store) -> None:
    furnished.agents.put(StoredAgent(plan=AgentPlan(agent=KIM), profile=FIRST.profile))
    assert furnished.queues.remove(AID)
    kim = furnished.agents.get(KIM)
    assert kim is not None
    assert (kim.plan.queues, kim.plan.outbound_queue) == (FIRST.queues[:1], None)


def test_agent_when_put_then_proficiencies_and_limits_come_back(furnished: Store) -> None:
    plan = AgentPlan(
        agent=KIM,
        extension=Extension("101"),
        proficiencies=(
            Proficiency(name="language", value="en", level=2.5),
            Proficiency(name="language", value="ko", level=5.0),
        ),
        wrap_up_s=0.0,
        auto_accept=True,
    )
    furnished.agents.put(StoredAgent(plan=plan))
    furnished.agents.put(StoredAgent(plan=AgentPlan(agent=LEE)))
    assert [agent.plan for agent in furnished.agents.all()] == [plan, AgentPlan(agent=LEE)]


def test_migration_when_a_store_has_agents_with_queues_then_they_keep_them(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    old = Database(path)
    old.execute("PRAGMA foreign_keys = ON")
    STEPS.apply(old, stop_before="0012_routing_profiles")
    state = '{"agent":"kim","status":"Available","activity":"idle","since":STAMP,"idle_since":STAMP}'
    state = state.replace("STAMP", '{"boot":"b","mono_s":1.0,"wall_s":2.0,"synced":true}')
    with old.conn:
        old.execute(
            "INSERT INTO queues (queue, display_name, ring_timeout_s, wrap_up_s, enabled) VALUES ('sales','',9,0,1)"
        )
        old.execute("INSERT INTO extensions (extension, display_name) VALUES ('101', 'Desk')")
        old.execute("INSERT INTO agents VALUES ('kim', 'Kim', '101')")
        old.execute("INSERT INTO agent_queues VALUES ('kim', 0, 'sales', 2, 7.5)")
        old.execute("INSERT INTO agent_states VALUES ('kim', ?)", [state])
        old.execute("INSERT INTO recording_policies (agent, policy) VALUES ('kim', 'never')")
    old.close()
    with Store.open(path) as store:
        share = QueueShare(queue=SALES, priority=2, delay_s=7.5)
        plan = AgentPlan(agent=KIM, extension=Extension("101"), queues=(share,))
        assert store.agents.all() == [StoredAgent(plan=plan, display_name="Kim")]
        assert [found.agent for found in store.agent_states.all()] == [KIM]
        assert isinstance(store.agent_states.get(KIM), AgentState)
        assert store.routing_profiles.all() == []
        assert [(found.agent, found.policy) for found in store.recording_policies.all()] == [("kim", "never")]
        assert store.faults() == []
        assert store.agents.remove(KIM)
        assert store.agent_states.all() == []
        assert store.recording_policies.all() == []
