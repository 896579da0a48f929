"""Every metric of section 2, worked by hand: offers, and seconds of agents' states. Twice: in Python and by SQL."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from metrics.making import NOW, START, keep, offer, question, record, replayed, state

from appliance.acd.model import AgentPlan
from appliance.ids import AgentId, Extension, ProfileId
from appliance.metrics import activity_table
from appliance.stamps import Stamp
from appliance.store import Store, StoredAgent, StoredExtension, StoredProfile

RECORDS = [
    record("a", queue="sales", enqueued=0, waited=32, agent="lee", connected=32, ended=90, pre="CONNECTED",
           offers=(offer("kim", 2, 20, "no_answer"), offer("lee", 23, 9, "connected"))),
    record("b", queue="sales", enqueued=0, waited=8, ended=8, offers=(offer("kim", 1, 7, "abandoned"),)),
    record("c", method="CALLBACK", queue="sales", enqueued=0, waited=5, agent="kim", connected=5, ended=50,
           offers=(offer("lee", 0, 1, "withdrawn"), offer("kim", 1, 4, "connected"))),
    record("d", method="API", queue="help", enqueued=0, waited=6, agent="kim", connected=6, ended=50,
           offers=(offer("lee", 0, 2, "busy"), offer("kim", 3, 3, "connected"), offer("lee", 9, None, None))),
    record("e", method="OUTBOUND", agent="kim", connected=12, ended=50, started=2, dialled_by="kim"),
    record("f", method="OUTBOUND", ended=31, started=1, dialled_by="lee"),
    record("g", service="feature:*11", offers=(offer("kim", 0, 5, "no_answer"),)),
]  # fmt: skip
OFFERS = {
    "AGENT_NON_RESPONSE": 3,
    "AGENT_NON_RESPONSE_WITHOUT_CUSTOMER_ABANDONS": 2,
    "AGENT_ANSWER_RATE": 50.0,  # 3 of 6; withdrawn and unfinished ones are no offers
    "SUM_CONNECTING_TIME_AGENT": 20 + 9 + 7 + 4 + 2 + 3 + 10 + 30,
    "AVG_AGENT_CONNECTING_TIME": 85 / 8,
    "SUM_CONNECTING_TIME_AGENT_INBOUND": 36,
    "AVG_AGENT_CONNECTING_TIME_INBOUND": 12,
    "SUM_CONNECTING_TIME_AGENT_OUTBOUND": 40,
    "AVG_AGENT_CONNECTING_TIME_OUTBOUND": 20,
    "SUM_CONNECTING_TIME_AGENT_CALLBACK": 4,
    "AVG_AGENT_CONNECTING_TIME_CALLBACK": 4,
    "SUM_CONNECTING_TIME_AGENT_API": 5,
    "AVG_AGENT_CONNECTING_TIME_API": 2.5,
    "MissedCalls": 3,
}
DAY = (
    state("kim", 0, "Offline", "idle"),
    state("kim", 100, "Available", "idle"),  # idle 100
    state("kim", 200, "Available", "ringing"),  # ringing 10: idle
    state("kim", 210, "Available", "on_contact"),  # on contact 90
    state("kim", 300, "Available", "after_contact_work"),  # on contact 30
    state("kim", 330, "Available", "idle"),  # idle 70
    state("kim", 400, "Available", "ringing"),  # idle 20
    state("kim", 420, "Available", "missed"),  # idle and error 80
    state("kim", 500, "Lunch", "idle"),  # non-productive 500
    state("kim", 1000, "Lunch", "on_contact"),  # non-productive 200, an outbound contact
    state("kim", 1200, "Offline", "idle"),
)
STATES = {
    "SUM_CONTACT_TIME_AGENT": 120,
    "SUM_IDLE_TIME_AGENT": 280,
    "SUM_ONLINE_TIME_AGENT": 1100,
    "SUM_NON_PRODUCTIVE_TIME_AGENT": 700,
    "SUM_ERROR_STATUS_TIME_AGENT": 80,
    "AGENT_OCCUPANCY": 30.0,
    "PERCENT_AGENT_ON_CONTACT_TIME": pytest.approx(12000 / 1100),
    "PERCENT_AGENT_IDLE_TIME": pytest.approx(28000 / 1100),
    "PERCENT_NON_PRODUCTIVE_TIME": pytest.approx(70000 / 1100),
}


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.in_memory() as made:
        for number, agent in enumerate(("kim", "lee")):
            extension = Extension(str(101 + number))
            made.extensions.put(StoredExtension(extension=extension))
            made.agents.put(StoredAgent(plan=AgentPlan(agent=AgentId(agent), extension=extension)))
        made.boots.seen(Stamp(boot="boot-b", mono_s=0.0, wall_s=float(START), synced=True))
        yield made


@pytest.mark.parametrize("name", OFFERS)
def test_offers_when_worked_by_hand_then_both_computations_agree(store: Store, name: str) -> None:
    keep(store, RECORDS)
    (by_sql,) = store.measures.answer(question(name), NOW)
    (by_replay,) = replayed(question(name), RECORDS)
    assert (by_replay.values[name], by_sql.values[name]) == (OFFERS[name], OFFERS[name])


@pytest.mark.parametrize("name", STATES)
def test_states_when_worked_by_hand_then_both_computations_agree(store: Store, name: str) -> None:
    for each in DAY:
        store.agent_states.put(each)
    (by_sql,) = store.measures.answer(question(name), NOW)
    (by_replay,) = replayed(question(name), [], store)
    assert (by_replay.values[name], by_sql.values[name]) == (STATES[name], STATES[name])


def test_examples_when_compared_with_the_table_then_no_metric_is_without_one() -> None:
    worked = {one.metric.name for one in question(*OFFERS, *STATES).wanted}
    assert {metric.name for metric in activity_table.METRICS} <= worked


def test_states_when_the_range_cuts_a_stretch_then_only_what_lies_inside_counts(store: Store) -> None:
    for each in DAY:
        store.agent_states.put(each)
    asked = question("SUM_IDLE_TIME_AGENT", intervals=((0, 150), (150, 205), (205, 206)), by="agent")
    lines = store.measures.answer(asked, NOW)
    assert [line.values["SUM_IDLE_TIME_AGENT"] for line in lines] == [50, 55, 1]
    assert lines == replayed(asked, [], store)


def test_states_when_still_going_on_then_count_until_now(store: Store) -> None:
    store.agent_states.put(state("kim", 1000, "Available", "idle"))
    asked = question("SUM_IDLE_TIME_AGENT", intervals=((0, 10_000_000),))
    (line,) = store.measures.answer(asked, NOW)
    assert line.values == {"SUM_IDLE_TIME_AGENT": 99_000}
    assert [line] == replayed(asked, [], store)


def test_states_when_the_box_had_no_power_then_nobody_was_idle_meanwhile(store: Store) -> None:
    """Available from 100 s of a boot that was last heard of at 700 s; the next one began 8 hours later."""
    store.boots.seen(Stamp(boot="boot-0", mono_s=0.0, wall_s=float(START), synced=True))
    store.agent_states.put(state("kim", 100, "Available", "idle", boot="boot-0"))
    store.boots.seen(Stamp(boot="boot-0", mono_s=700.0, wall_s=START + 700.0, synced=True))
    morning = START + 28_800.0
    store.boots.seen(Stamp(boot="boot-1", mono_s=10.0, wall_s=morning, synced=True))
    restored = Stamp(boot="boot-1", mono_s=10.0 - 28_700, wall_s=START + 100.0, synced=True)  # since before that boot
    store.agent_states.put(msgspec.structs.replace(state("kim", 0, "Available", "idle"), since=restored))
    gone = Stamp(boot="boot-1", mono_s=110.0, wall_s=morning + 100, synced=True)
    store.agent_states.put(msgspec.structs.replace(state("kim", 0, "Offline", "idle"), since=gone))
    asked = question("SUM_ONLINE_TIME_AGENT", by="agent")
    (line,) = store.measures.answer(asked, NOW)
    assert line.values == {"SUM_ONLINE_TIME_AGENT": 700}
    assert [line] == replayed(asked, [], store)


def test_states_when_the_clock_is_set_later_then_wall_times_are_restated(store: Store) -> None:
    wrong = Stamp(boot="boot-b", mono_s=50.0, wall_s=1000.0, synced=False)
    begun = state("kim", 50, "Available", "idle")
    store.agent_states.put(msgspec.structs.replace(begun, since=wrong))
    asked = question("SUM_IDLE_TIME_AGENT", intervals=((0, 100),))
    assert store.measures.answer(asked, NOW)[0].values == {"SUM_IDLE_TIME_AGENT": 0}
    store.agent_states.put(state("kim", 90, "Offline", "idle"))
    (line,) = store.measures.answer(asked, NOW)
    assert line.values == {"SUM_IDLE_TIME_AGENT": 40}
    assert [line] == replayed(asked, [], store)


def test_history_when_the_agent_is_removed_then_offline_from_then_on(store: Store) -> None:
    store.agent_states.put(state("kim", 100, "Available", "idle"))
    store.agent_states.left(AgentId("kim"), Stamp(boot="boot-b", mono_s=400.0, wall_s=START + 400.0, synced=True))
    (line,) = store.measures.answer(question("SUM_ONLINE_TIME_AGENT"), NOW)
    assert line.values == {"SUM_ONLINE_TIME_AGENT": 300}


def test_history_when_pruned_then_the_state_at_the_border_stays(store: Store) -> None:
    for each in DAY:
        store.agent_states.put(each)
    asked = question("SUM_NON_PRODUCTIVE_TIME_AGENT", intervals=((600, 2000),))
    before = store.measures.answer(asked, NOW)
    assert store.agent_states.forget_before(START + 600.0) == 8
    assert store.measures.answer(asked, NOW) == before
    assert before[0].values == {"SUM_NON_PRODUCTIVE_TIME_AGENT": 600}


def test_metrics_when_grouped_by_profile_then_those_of_the_agents_profiles(store: Store) -> None:
    keep(store, RECORDS)
    for each in DAY:
        store.agent_states.put(each)
    lines = store.measures.answer(question("AGENT_NON_RESPONSE", "SUM_CONTACT_TIME_AGENT", by="profile"), NOW)
    found = {line.group[0]: tuple(line.values.values()) for line in lines}
    assert found == {"agent:kim": (2, 120), "agent:lee": (1, 0)}
    handled = store.measures.answer(question("CONTACTS_HANDLED", by="profile"), NOW)
    assert {line.group[0]: line.values["CONTACTS_HANDLED"] for line in handled} == {
        "agent:kim": 3,
        "agent:lee": 1,
        None: 0,
    }


def test_metrics_when_an_agent_changes_profile_then_each_counts_what_was_done_under_it(store: Store) -> None:
    senior, basic = ProfileId("senior"), ProfileId("basic")
    for profile in (senior, basic):
        store.routing_profiles.put(StoredProfile(profile=profile))
    kim = StoredAgent(plan=AgentPlan(agent=AgentId("kim"), extension=Extension("101")), profile=senior)
    store.agents.put(kim)
    store.agent_states.put(state("kim", 0, "Available", "idle"))
    store.agents.put(msgspec.structs.replace(kim, profile=basic))
    store.agent_states.reprofiled(AgentId("kim"), state("kim", 300, "Available", "idle").since)
    store.agent_states.put(state("kim", 1000, "Offline", "idle"))
    keep(store, [
        record("a", queue="sales", enqueued=0, waited=25, agent="kim", connected=25, ended=90, profile="senior",
               offers=(offer("kim", 0, 20, "no_answer", "senior"), offer("kim", 21, 4, "connected", "senior"))),
        record("b", queue="sales", enqueued=0, waited=9, agent="kim", connected=9, ended=90, profile="basic",
               offers=(offer("kim", 0, 9, "connected", "basic"),)),
        record("c", queue="sales", enqueued=0, waited=7, ended=7, offers=(offer("kim", 0, 7, "abandoned", "senior"),)),
    ])  # fmt: skip
    asked = question("AGENT_NON_RESPONSE", "CONTACTS_HANDLED", "SUM_IDLE_TIME_AGENT", by="profile")
    found = {line.group[0]: tuple(line.values.values()) for line in store.measures.answer(asked, NOW)}
    assert found == {"senior": (2, 1, 300), "basic": (0, 1, 700), None: (0, 0, 0)}  # nobody took c
