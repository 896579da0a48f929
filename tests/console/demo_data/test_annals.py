"""The made-up fortnight: shapes are those of the box's store, and nothing in it contradicts itself."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import msgspec
import pytest

from appliance import events as ev
from appliance.cloud.reconciling import Outage
from appliance.cloud.recordings import RECORDING
from appliance.console.demo_data.annals import Annals
from appliance.console.demo_data.organisation import PRACTICES, Practice
from appliance.console.demo_data.present import live_state
from appliance.console.demo_data.tellings import FLOW, FLOW_FILE
from appliance.console.recordings.projection import ErasedOnBox
from appliance.flow.check import check
from appliance.flow.document import parse
from appliance.ids import FlowId
from appliance.metrics.contact_facts import contact_facts
from appliance.records.contact_record import build_record
from appliance.store.agent_states import AgentState
from appliance.store.agents import StoredAgent
from appliance.store.extensions import StoredExtension
from appliance.store.queues import StoredQueue
from appliance.store.routing_profiles import StoredProfile

NOW_S = 1_795_348_800.0  # 2026-11-22T12:00:00Z
SHAPES = {
    "contact_event": ev.ContactEvent,
    "contact_record": dict[str, object],
    "agent_state": AgentState,
    "queue": StoredQueue,
    "agent": StoredAgent,
    "extension": StoredExtension,
    "routing_profile": StoredProfile,
    "flow": dict[str, object],
    "outage": Outage,
    "recording_erased": ErasedOnBox,
}


@pytest.fixture(scope="module", params=PRACTICES, ids=lambda practice: practice.branch)
def annals(request: pytest.FixtureRequest) -> Annals:
    practice: Practice = request.param
    return Annals(practice, now=NOW_S, days=14, seed="test", ahead_s=3600.0)


def test_rows_when_decoded_then_they_have_the_shapes_of_the_boxs_store(annals: Annals) -> None:
    rows = annals.rows()
    for row in rows:
        if row.kind != RECORDING:
            msgspec.json.decode(row.data, type=SHAPES[row.kind])
    assert set(SHAPES) - {"outage"} <= {row.kind for row in rows}
    assert all(one.at <= other.at for one, other in pairwise(rows))


def test_rows_when_made_again_then_the_same(annals: Annals) -> None:
    again = Annals(annals.practice, now=NOW_S, days=14, seed="test", ahead_s=3600.0)
    assert again.rows() == annals.rows()


def test_records_when_counted_then_a_believable_fortnight(annals: Annals) -> None:
    records = [msgspec.json.decode(row.data) for row in annals.rows() if row.kind == "contact_record"]
    facts = [contact_facts(record) for record in records]
    queued = [one for one in facts if one.enqueued is not None]
    lost = [one for one in queued if one.connected is None]
    assert 150 < len(records) < 1500
    assert {one.method for one in facts} == {"INBOUND", "OUTBOUND"}
    assert 0.02 < len(lost) / len(queued) < 0.2
    assert any(record["Recordings"] for record in records)
    assert any(record["Linekeeper"]["Notes"] for record in records)


def test_records_when_built_from_the_told_events_then_those_that_were_sent(annals: Annals) -> None:
    rows = annals.rows()
    events: dict[str, list[ev.ContactEvent]] = {}
    for row in rows:
        if row.kind == "contact_event":
            events.setdefault(row.subject, []).append(ev.decode_event(row.data))
    sent = {row.subject: msgspec.json.decode(row.data) for row in rows if row.kind == "contact_record"}
    for contact, record in sent.items():
        assert build_record(events[contact], box=annals.practice.branch) == record
    assert len(sent) > 100


def test_agents_when_followed_then_nobody_is_on_two_contacts(annals: Annals) -> None:
    busy: dict[str, list[tuple[float, float]]] = {}
    for visit in annals.visits:
        if visit.agent:
            begin = visit.began if visit.outbound else visit.connected or visit.began
            busy.setdefault(visit.agent, []).append((begin, visit.worked_until or visit.left))
    for stretches in busy.values():
        assert all(one[1] <= other[0] for one, other in pairwise(sorted(stretches)))


def test_agents_when_the_day_is_over_then_offline(annals: Annals) -> None:
    for day, visits in annals.days:
        last = max((visit.away_until or visit.ended for visit in visits), default=0.0)
        over = max([last, *(shift.ends for shift in day.shifts)]) + 600
        states = {change.agent: change.status for change in annals.changes if change.at <= over}
        if over < NOW_S:
            assert {states[shift.person.agent] for shift in day.shifts} == {"Offline"}


def test_flow_when_followed_then_every_path_is_one_of_the_document(annals: Annals) -> None:
    flow = parse(FLOW_FILE.read_bytes(), name=FlowId(FLOW))
    assert [str(finding) for finding in check(flow)] == []
    paths = Counter[tuple[str, ...]]()
    for row in annals.rows():
        if row.kind == "contact_record":
            for run in msgspec.json.decode(row.data)["Linekeeper"]["Flows"]:
                paths[tuple(step["Action"] for step in run["Path"])] += 1
    assert len(paths) >= 4
    for path in paths:
        for action, following in pairwise(path):
            one = flow.actions[action]
            ways = {one.next, *one.errors.values(), *(choice.target for choice in one.choices)}
            assert following in ways, f"{action} does not lead to {following}"


def test_live_state_when_asked_then_as_of_when_the_branch_was_heard(annals: Annals) -> None:
    state = live_state(annals, now=NOW_S, number=1)
    assert state.at.wall_s == annals.heard_at(NOW_S)
    assert {agent.agent for agent in state.agents} == {person.agent for person in annals.practice.people}
    assert all(queue.available <= queue.staffed for queue in state.queues)
    assert sum(queue.waiting for queue in state.queues) == sum(
        contact.stage in ("in_queue", "ringing") for contact in state.contacts
    )
