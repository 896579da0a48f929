"""Queues, extensions, agents, agent states, flows and counters."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from appliance.acd.model import Activity, AgentPlan, QueuePlan, QueueShare
from appliance.ids import AgentId, Extension, FlowId, QueueId
from appliance.store import AgentState, Store, StoredAgent, StoredExtension, StoredQueue, UnknownReferenceError
from appliance.store.quick_connects import QuickConnectKind, StoredQuickConnect
from appliance.store.recording_policies import StoredPolicy

SALES = QueueId("sales")
KIM = AgentId("kim")
E101 = Extension("101")


def _furnish(store: Store) -> StoredAgent:
    store.queues.put(StoredQueue(plan=QueuePlan(queue=SALES, max_contacts=5), display_name="Sales"))
    store.queues.put(StoredQueue(plan=QueuePlan(queue=QueueId("aid"))))
    store.extensions.put(StoredExtension(extension=E101, display_name="Front desk"))
    shares = (QueueShare(queue=SALES, priority=1, delay_s=2.5), QueueShare(queue=QueueId("aid"), priority=2))
    agent = StoredAgent(plan=AgentPlan(agent=KIM, extension=E101, queues=shares), display_name="Kim")
    store.agents.put(agent)
    return agent


def test_queue_when_put_twice_then_the_second_counts(store: Store) -> None:
    _furnish(store)
    changed = StoredQueue(plan=QueuePlan(queue=SALES, enabled=False), queue_flow=FlowId("music"))
    store.queues.put(changed)
    assert store.queues.get(SALES) == changed
    assert [queue.plan.queue for queue in store.queues.all()] == ["aid", "sales"]


def test_agent_when_put_then_comes_back_with_queues_in_order(store: Store) -> None:
    agent = _furnish(store)
    assert store.agents.get(KIM) == agent
    assert store.agents.all() == [agent]
    assert store.extensions.get(E101) == StoredExtension(extension=E101, display_name="Front desk", agent=KIM)


@pytest.mark.parametrize(
    ("plan", "text"),
    [
        (AgentPlan(agent=AgentId("lee"), extension=Extension("999")), "no extension 999; add it first"),
        (AgentPlan(agent=AgentId("lee"), extension=E101), "extension 101 belongs to agent kim; choose another"),
        (
            AgentPlan(agent=KIM, extension=E101, queues=(QueueShare(queue=QueueId("x")),)),
            "no queue x; add it first: linekeeper queue add x",
        ),
    ],
)
def test_agent_when_it_names_what_is_not_there_then_error_says_so(store: Store, plan: AgentPlan, text: str) -> None:
    agent = _furnish(store)
    with pytest.raises(UnknownReferenceError, match=text):
        store.agents.put(StoredAgent(plan=plan))
    assert store.agents.all() == [agent]


def test_remove_when_in_use_then_refused_or_cleaned_up(store: Store) -> None:
    _furnish(store)
    with pytest.raises(UnknownReferenceError, match="belongs to agent kim"):
        store.extensions.remove(E101)
    assert store.queues.remove(SALES)
    kim = store.agents.get(KIM)
    assert kim is not None and [share.queue for share in kim.plan.queues] == ["aid"]
    assert store.agents.remove(KIM)
    assert store.extensions.remove(E101)
    assert not store.agents.remove(KIM)
    assert not store.queues.remove(SALES)
    assert not store.extensions.remove(E101)
    assert store.faults() == []


def test_agent_state_when_put_then_present_and_history_are_kept(store: Store, stamp: Any) -> None:
    _furnish(store)
    idle = AgentState(
        agent=KIM,
        status="Available",
        activity=Activity.IDLE,
        since=stamp(1.0),
        idle_since=stamp(1.0),
        next_status="Break",
    )
    ringing = AgentState(
        agent=KIM, status="Available", activity=Activity.RINGING, since=stamp(2.0), idle_since=stamp(1.0)
    )
    for state in (idle, idle, ringing):
        store.agent_states.put(state)
    assert store.agent_states.get(KIM) == ringing
    assert store.agent_states.all() == [ringing]
    assert store.agent_states.history(KIM) == [idle, ringing]
    assert [row.kind for row in store.outbox.pending()].count("agent_state") == 2


def test_agent_state_when_agent_unknown_then_error(store: Store, stamp: Any) -> None:
    state = AgentState(agent=KIM, status="Offline", activity=Activity.IDLE, since=stamp(1.0), idle_since=stamp(1.0))
    with pytest.raises(UnknownReferenceError):
        store.agent_states.put(state)


def test_flow_when_installed_again_then_newest_is_active_and_old_ones_are_found(store: Store, stamp: Any) -> None:
    menu = FlowId("menu")
    first = store.flows.install(menu, flow_type="contactFlow", document='{"a": 1}', at=stamp(1.0))
    again = store.flows.install(menu, flow_type="contactFlow", document='{"a": 1}', at=stamp(2.0))
    second = store.flows.install(menu, flow_type="contactFlow", document='{"a": 2}', at=stamp(3.0))
    assert again == first
    assert first.sha256 == hashlib.sha256(b'{"a": 1}').hexdigest()
    assert store.flows.active(menu) == second
    assert store.flows.all_active() == [second]
    assert store.flows.with_sha256(first.sha256) == first
    back = store.flows.install(menu, flow_type="contactFlow", document='{"a": 1}', at=stamp(4.0))
    assert store.flows.active(menu) == back


def test_counters_when_added_then_summed_by_day(store: Store, stamp: Any) -> None:
    store.counters.add("RefusedContacts", stamp(0.0))
    store.counters.add("RefusedContacts", stamp(1.0), by=2)
    store.counters.add("RefusedContacts", stamp(86_400.0))
    assert store.counters.of_day(stamp(2.0)) == {"RefusedContacts": 3}
    assert store.counters.total("RefusedContacts") == 4
    assert store.counters.total("Nothing") == 0


def test_counters_when_another_program_is_followed_then_only_what_is_new_counts(store: Store, stamp: Any) -> None:
    def seen(count: int, run: str, second: float) -> int:
        store.counters.follow({"RefusedContacts": count}, run=run, at=stamp(second))
        return store.counters.total("RefusedContacts")

    assert seen(0, "monday", 0.0) == 0
    assert store.counters.of_day(stamp(0.0)) == {}
    assert [seen(3, "monday", 1.0), seen(3, "monday", 2.0), seen(5, "monday", 86_400.0)] == [3, 3, 5]
    assert store.counters.of_day(stamp(86_400.0)) == {"RefusedContacts": 2}
    assert [seen(1, "tuesday", 86_401.0), seen(6, "tuesday", 86_402.0)] == [6, 11]
    assert seen(2, "tuesday", 86_403.0) == 13, "started again within the second that names the run"
    store.counters.follow({"Floods": 4, "RefusedContacts": 2}, run="tuesday", at=stamp(86_404.0))
    assert store.counters.total("Floods") == 4
    assert store.counters.total("RefusedContacts") == 13


def test_recording_policy_when_set_then_kept_until_it_is_the_usual_or_the_queue_goes(store: Store) -> None:
    _furnish(store)
    never, always = StoredPolicy(policy="never", agent=KIM), StoredPolicy(policy="always", queue=SALES)
    for policy in (StoredPolicy(policy="always", agent=KIM), never, always):
        store.recording_policies.put(policy)
    assert store.recording_policies.all() == [always, never]
    store.recording_policies.put(StoredPolicy(policy="flow", agent=KIM))
    assert store.recording_policies.all() == [always]
    store.queues.remove(SALES)
    assert store.recording_policies.all() == []


def test_recording_policy_when_nobody_has_that_name_then_error_says_so(store: Store) -> None:
    with pytest.raises(UnknownReferenceError, match="no agent kim"):
        store.recording_policies.put(StoredPolicy(policy="never", agent=KIM))


def test_quick_connect_when_put_then_kept_with_its_queues_until_what_it_names_goes(store: Store) -> None:
    _furnish(store)
    desk = StoredQuickConnect(name="desk", kind=QuickConnectKind.USER, agent=KIM, flow=FlowId("hello"))
    lawyer = StoredQuickConnect(
        name="lawyer", kind=QuickConnectKind.PHONE_NUMBER, number="+8225550100", queues=(SALES,)
    )
    for entry in (lawyer, desk, lawyer):
        store.quick_connects.put(entry)
    assert store.quick_connects.all() == [desk, lawyer]
    store.agents.remove(KIM)
    assert store.quick_connects.all() == [lawyer]
    assert store.quick_connects.remove("lawyer")
    assert not store.quick_connects.remove("lawyer")


def test_quick_connect_when_nobody_has_that_name_then_error_says_so(store: Store) -> None:
    with pytest.raises(UnknownReferenceError, match="no agent kim"):
        store.quick_connects.put(StoredQuickConnect(name="desk", kind=QuickConnectKind.USER, agent=KIM))
    with pytest.raises(UnknownReferenceError, match="no queue sales"):
        store.quick_connects.put(StoredQuickConnect(name="desk", kind=QuickConnectKind.FLOW, queues=(SALES,)))
