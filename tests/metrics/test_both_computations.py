"""The rules in Python and those in SQL, on generated contacts, offers, flow runs and agents' days: equal answers."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metrics.making import NOW, START, flow, keep, leg, offer, question, record, replayed, state, step

from appliance.acd.model import Activity, AgentPlan
from appliance.ids import AgentId, Extension
from appliance.metrics.asked import Line
from appliance.metrics.catalogue import historical
from appliance.metrics.definitions import KEYS, Source
from appliance.stamps import Stamp
from appliance.store import AgentState, Store, StoredAgent, StoredExtension

LONG = 4 * 3600
times = st.integers(0, LONG)
waits = st.sampled_from([4, 5, 19, 20, 45, 60]) | st.integers(0, 100)  # the borders of X often enough


def maybe(some: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Three times in four."""
    return st.integers(0, 3).flatmap(lambda number: some if number else st.none())


agents = st.sampled_from(["kim", "lee", "boss"])
queues = st.sampled_from(["sales", "help"])
offers = st.builds(
    offer, agents, times, maybe(st.integers(0, 40)),
    st.sampled_from(["connected", "no_answer", "busy", "rejected", "abandoned", "withdrawn", None]),
    maybe(st.sampled_from(["basic", "senior"])),
)  # fmt: skip
flows = st.builds(
    flow, st.sampled_from(["menu", "wait", "night"]), times, maybe(times),
    st.sampled_from(["DROPPED", "TRANSFERED_TO_QUEUE", None]), st.builds(step, error=st.booleans()),
    fatal=st.booleans(),
)  # fmt: skip
legs = st.builds(leg, st.sampled_from(["customer", "agent"]), st.sampled_from(["in", "out"]), maybe(times))
records = st.builds(
    record,
    method=st.sampled_from(
        ["INBOUND", "OUTBOUND", "TRANSFER", "QUEUE_TRANSFER", "CALLBACK", "API", "DISCONNECT", "MONITOR"]
    ),
    queue=maybe(queues), enqueued=maybe(times), waited=maybe(waits), agent=maybe(agents),
    connected=maybe(times), ended=maybe(times), answered=maybe(times), talk=maybe(times), hold=maybe(times),
    holds=maybe(st.integers(0, 3)), wrap_up=maybe(times), wrapped_up=maybe(times), pause=maybe(st.integers(0, 9)),
    profile=maybe(st.sampled_from(["basic", "senior"])),
    pre=st.sampled_from(["IN_FLOW", "IN_QUEUE", "RINGING", "CONNECTED", "CONNECTED_ONHOLD", None]),
    reason=st.sampled_from(["CUSTOMER_DISCONNECT", "AGENT_DISCONNECT", "TELECOM_BUSY", None]),
    goes_on=maybe(st.just("next")), transferred=maybe(times), outside=maybe(st.just("+12125550199")),
    kind=st.sampled_from([None, "blind", "queue", "disconnect_flow", "callback"]), by=maybe(agents),
    service=st.sampled_from([None, None, None, "feature:*11"]),
    errand=st.sampled_from([None, None, "callback", "campaign"]), media_failed=st.sampled_from([None, None, "died"]),
    dialled_by=maybe(agents), started=times, flows=st.lists(flows, max_size=3).map(tuple),
    offers=st.lists(offers, max_size=3).map(tuple), legs=st.lists(legs, max_size=3).map(tuple),
)  # fmt: skip
contacts = st.lists(records, min_size=2, max_size=10).map(
    lambda found: [{**each, "ContactId": f"c{number}"} for number, each in enumerate(found)]
)
whole = st.just(((0, LONG + 1),))
ranges = whole | st.lists(st.integers(0, LONG), min_size=2, max_size=5, unique=True).map(
    lambda edges: tuple(zip(sorted(edges), sorted(edges)[1:], strict=False))
)
changes = st.lists(
    st.tuples(
        st.sampled_from(["kim", "lee"]), st.integers(0, 3000), st.sampled_from(["Available", "Offline", "Lunch"]),
        st.sampled_from([activity.value for activity in Activity]), st.booleans(),
    ),
    max_size=14,
)  # fmt: skip
X = ("SERVICE_LEVEL:20", "SERVICE_LEVEL:45:LTE", "SUM_CONTACTS_ANSWERED_IN_5", "SUM_CONTACTS_ABANDONED_IN_60_LTE")


def names(*sources: Source) -> tuple[str, ...]:
    return tuple(metric.name for metric in historical() if metric.source in sources)


def same(one: list[Line], other: list[Line]) -> bool:
    """Equal but for the last bits of means and shares."""
    places = [(line.interval, line.group, line.values.keys()) for line in one]
    if places != [(line.interval, line.group, line.values.keys()) for line in other]:
        return False
    return all(mine.values == pytest.approx(their.values) for mine, their in zip(one, other, strict=True))


def keys_of(source: Source) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(sorted(KEYS[source])), unique=True, max_size=2).map(",".join)


@pytest.mark.parametrize("source", [Source.CONTACTS, Source.RINGS, Source.FLOWS, Source.ENQUEUED])
@settings(max_examples=80)
@given(st.data(), contacts, ranges)
def test_contacts_when_generated_then_replay_and_sql_agree(
    source: Source, data: st.DataObject, found: list[dict[str, Any]], intervals: tuple[tuple[int, int], ...]
) -> None:
    kin = {Source.FLOWS: (Source.FLOWS, Source.FLOW_STARTS), Source.ENQUEUED: (Source.ENQUEUED, Source.CONNECTED)}
    wanted = names(*kin.get(source, (source,))) + (X if source is Source.CONTACTS else ())
    by = data.draw(keys_of(source))
    filters = data.draw(st.sampled_from([{}, {}, {}, {"method": "INBOUND"}]))
    asked = question(*wanted, by=by, intervals=intervals, **filters)
    with Store.in_memory() as store:
        keep(store, found)
        by_sql = store.measures.answer(asked, NOW)
    by_replay = replayed(asked, found)
    assert same(by_sql, by_replay), (by_sql, by_replay)


@settings(max_examples=150)
@given(changes, ranges, st.sampled_from(["", "agent"]))
def test_states_when_generated_over_two_boots_then_replay_and_sql_agree(
    found: list[tuple[str, int, str, str, bool]], intervals: tuple[tuple[int, int], ...], by: str
) -> None:
    asked = question(*names(Source.STATES), by=by, intervals=intervals)
    with Store.in_memory() as store:
        for number, agent in enumerate(("kim", "lee")):
            extension = Extension(str(101 + number))
            store.extensions.put(StoredExtension(extension=extension))
            store.agents.put(StoredAgent(plan=AgentPlan(agent=AgentId(agent), extension=extension)))
        _live(store, found)
        by_sql = store.measures.answer(asked, NOW)
        by_replay = replayed(asked, [], store)
    assert same(by_sql, by_replay), (by_sql, by_replay)


def _live(store: Store, found: list[tuple[str, int, str, str, bool]]) -> None:
    """Two boots, one after the other; now and then a clock that isn't set yet."""
    half = len(found) // 2
    for boot, begin, part in (("boot-a", 0, found[:half]), ("boot-b", 3600, found[half:])):
        store.boots.seen(Stamp(boot=boot, mono_s=float(begin), wall_s=float(START + begin), synced=True))
        for agent, mono_s, status, activity, synced in sorted(part, key=lambda each: each[1]):
            made = state(agent, begin + mono_s, status, activity, boot=boot)
            store.agent_states.put(made if synced else unsynced(made))


def unsynced(made: AgentState) -> AgentState:
    wrong = msgspec.structs.replace(made.since, wall_s=made.since.wall_s - 7, synced=False)
    return msgspec.structs.replace(made, since=wrong)
