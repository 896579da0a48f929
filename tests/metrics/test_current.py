"""Real-time metrics, worked by hand, from a real ACD."""

from __future__ import annotations

import pytest
from msgspec import structs

from appliance.acd.model import Activity
from appliance.acd.snapshots import AgentSnapshot, QueueSnapshot
from appliance.ids import AgentId, Extension, QueueId
from appliance.metrics import current_table
from appliance.metrics.current import Scene, current, flow_counts, scene_of_agent, scene_of_all, scene_of_queue


def agent(name: str, status: str, activity: Activity = Activity.IDLE) -> AgentSnapshot:
    return AgentSnapshot(
        agent=AgentId(name), extension=Extension("101"), status=status, next_status=None, activity=activity, since=0.0,
        idle_since=0.0, contact=None, offer=None, queues=(QueueId("sales"),),
    )  # fmt: skip


CREW = [
    agent("a", "Available"),
    agent("b", "Available", Activity.RINGING),
    agent("c", "Available", Activity.ON_CONTACT),
    agent("d", "Available", Activity.AFTER_CONTACT_WORK),
    agent("e", "Available", Activity.MISSED),
    agent("f", "Available", Activity.ERROR),
    agent("g", "Lunch"),
    agent("h", "Lunch", Activity.ON_CONTACT),
    agent("i", "Offline"),
]


def queue(name: str, waiting: int, oldest_s: float) -> QueueSnapshot:
    return QueueSnapshot(
        queue=QueueId(name), contacts_in_queue=waiting, contacts_offered=1, contacts_scheduled=2, oldest_age_s=oldest_s,
        positions={}, agents_online=8, agents_staffed=6, agents_available=1, agents_ringing=1, agents_on_contact=2,
        agents_after_contact_work=1, agents_missed=1, agents_error=1, agents_non_productive=2,
    )  # fmt: skip


WORKED = {
    "CONTACTS_IN_QUEUE": 3,
    "OLDEST_CONTACT_AGE": 42.5,
    "CONTACTS_SCHEDULED": 2,
    "AGENTS_ONLINE": 8,
    "AGENTS_STAFFED": 6,
    "AGENTS_AVAILABLE": 1,
    "AGENTS_ON_CONTACT": 3,
    "AGENTS_AFTER_CONTACT_WORK": 2,  # contacts: one agent wraps two up
    "AGENTS_ERROR": 2,
    "AGENTS_NON_PRODUCTIVE": 2,
    "SLOTS_ACTIVE": 3,
    "SLOTS_AVAILABLE": 1,
    "ESTIMATED_WAIT_TIME": 120.0,  # (3 + 1) contacts * 180 s / 6 agents
}


@pytest.mark.parametrize("name", WORKED)
def test_queue_when_worked_by_hand_then_agrees(name: str) -> None:
    scene = scene_of_queue(queue("sales", 3, 42.5), wrapping_up=2, handle_s=180.0)
    assert current(scene)[name] == WORKED[name]


def test_examples_when_compared_with_the_table_then_no_metric_is_without_one() -> None:
    assert {metric.name for metric in current_table.METRICS} == WORKED.keys()


def test_branch_when_agents_serve_several_queues_then_each_counts_once() -> None:
    found = current(scene_of_all([queue("sales", 3, 42.5), queue("help", 1, 7.0)], CREW, wrapping_up=2))
    assert found | {"CONTACTS_IN_QUEUE": 3, "CONTACTS_SCHEDULED": 2, "ESTIMATED_WAIT_TIME": 120.0} == WORKED
    assert (found["CONTACTS_IN_QUEUE"], found["CONTACTS_SCHEDULED"], found["ESTIMATED_WAIT_TIME"]) == (4, 4, None)


def test_estimate_when_more_agents_are_free_than_contacts_wait_then_nothing_to_wait() -> None:
    assert current(Scene(available=1, staffed=1))["ESTIMATED_WAIT_TIME"] == 0.0
    assert current(Scene(waiting=1))["ESTIMATED_WAIT_TIME"] is None


def test_flow_counts_when_of_one_agent_then_zeros_and_ones() -> None:
    assert flow_counts(scene_of_agent(CREW[1])) == {
        "Online": 1, "Available": 0, "Staffed": 1, "AfterContactWork": 0, "Busy": 1, "Missed": 0, "NonProductive": 0,
    }  # fmt: skip


def test_scene_when_an_available_agent_is_at_no_phone_then_staffed_but_not_available() -> None:
    scene = scene_of_agent(structs.replace(CREW[0], extension=None))
    assert (scene.staffed, scene.available) == (True, False)
