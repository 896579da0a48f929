"""Every metric of section 1, worked by hand over the same ten contacts, computed twice: in Python and by SQL."""

from __future__ import annotations

import pytest
from metrics.making import NOW, flow, keep, leg, offer, question, record, replayed

from appliance.metrics import contact_table
from appliance.store import Store

RECORDS = [
    # answered after 10 s, talked 40 of which 10 on hold, 5 s of wrap-up: the agent hung up
    record("answered", queue="sales", enqueued=5, waited=10, agent="kim", connected=15, ended=65, talk=40, hold=10,
           holds=1, wrap_up=5, wrapped_up=70, pre="CONNECTED", reason="AGENT_DISCONNECT",
           offers=(offer("kim", 5, 10, "connected"),), flows=(flow("menu", 0, 5, "TRANSFERED_TO_QUEUE"),)),
    # answered after exactly 20 s; hung up by the customer while on hold
    record("held", queue="sales", enqueued=0, waited=20, agent="lee", connected=20, ended=120, talk=70, hold=30,
           holds=2, pre="CONNECTED_ONHOLD", wrap_up=None),
    # abandoned after 6 s
    record("gone", queue="sales", enqueued=4, waited=6, ended=10, pre="IN_QUEUE"),
    # abandoned after 90 s while a phone rang
    record("late", queue="sales", enqueued=10, waited=90, ended=100, pre="RINGING"),
    # left the queue for another one: transferred, not abandoned
    record("moved", queue="sales", enqueued=0, waited=8, ended=8, pre="IN_QUEUE", transferred=8, goes_on="moved-2",
           kind="queue", reason=None),
    # which answers it: a queue transfer, wrap-up unknown
    record("moved-2", method="QUEUE_TRANSFER", queue="help", enqueued=8, waited=4, agent="kim", connected=12, ended=32,
           answered=None, talk=20, hold=0, holds=0, started=8, pre="CONNECTED", transferred=32, outside="+12125550199",
           goes_on="out", kind="blind", by="kim"),
    # only listened to a message
    record("menu", ended=30, answered=2, flows=(flow("menu", 2, 30, "DISCONNECTED_PARTICIPANT"),)),
    # kim called out; nobody held
    record("outbound", method="OUTBOUND", agent="kim", connected=10, ended=50, answered=10, talk=40, hold=0, holds=0,
           pre="CONNECTED", dialled_by="kim"),
    # a callback, the second try was answered; an agent at once
    record("callback", method="CALLBACK", queue="help", enqueued=0, waited=50, agent="lee", connected=50, ended=60,
           talk=10, hold=0, holds=0, answered=45, legs=(leg("customer", "out", None), leg("customer", "out", 45),
                                               leg("agent", "out", None)), pre="CONNECTED"),
    # asked to be called back: next, so not abandoned
    record("asked", queue="help", enqueued=2, waited=18, ended=20, goes_on="callback", kind="callback", pre="IN_QUEUE"),
    # a supervisor listened; a feature code; a contact begun by the API; a disconnect flow; a transfer by an agent
    record("monitor", method="MONITOR", agent="boss", connected=20, ended=80, talk=60, hold=0, holds=0, answered=None),
    record("feature", service="feature:*11", queue="sales", enqueued=0, waited=1, agent="kim", connected=1, talk=9),
    record("api", method="API", queue="help", enqueued=30, waited=0, agent="lee", connected=30, ended=40, answered=20,
           talk=10, hold=0, holds=0, pause=2, pre="CONNECTED", goes_on="survey", kind="disconnect_flow"),
    record("survey", method="DISCONNECT", ended=45, started=40, answered=40),
    record("transferred", method="TRANSFER", ended=20, started=12, answered=None, transferred=16),
]  # fmt: skip

WORKED = {
    "CONTACTS_CREATED": 14,
    "CONTACTS_INCOMING": 9,  # INBOUND 7, QUEUE_TRANSFER 1, TRANSFER 1
    "CONTACTS_QUEUED": 9,
    "CONTACTS_QUEUED_BY_ENQUEUE": 9,
    "CONTACTS_HANDLED": 6,
    "CONTACTS_HANDLED_BY_CONNECTED_TO_AGENT": 6,
    "CONTACTS_HANDLED_INCOMING": 3,
    "CONTACTS_HANDLED_OUTBOUND": 1,
    "CALLBACK_CONTACTS_HANDLED": 1,
    "API_CONTACTS_HANDLED": 1,
    "CONTACTS_ABANDONED": 2,
    "ABANDONMENT_RATE": pytest.approx(200 / 9),
    "SUM_CONTACTS_ABANDONED_IN_20": 1,
    "SUM_CONTACTS_ANSWERED_IN_20": 3,  # 10, 4 and 0 s; 20 is not less than 20
    "SUM_CONTACTS_ANSWERED_IN_20_LTE": 4,
    "SUM_CONTACTS_ANSWERED_IN_604800": 5,
    "CONTACTS_REMOVED_FROM_QUEUE_IN_20": 6,  # 10, 6, 8, 4, 18, 0
    "SERVICE_LEVEL_20": pytest.approx(600 / 9),
    "SERVICE_LEVEL_5": pytest.approx(200 / 9),
    "AVG_QUEUE_ANSWER_TIME": pytest.approx((10 + 20 + 4 + 50 + 0) / 5),
    "AVG_ABANDON_TIME": 48,
    "MAX_QUEUED_TIME": 90,
    "AVG_HANDLE_TIME": pytest.approx((55 + 100 + 20 + 40 + 10 + 12) / 6),
    "SUM_HANDLE_TIME": 237,
    "SUM_INTERACTION_TIME": 190,
    "AVG_INTERACTION_TIME": pytest.approx(190 / 6),
    "SUM_INTERACTION_AND_HOLD_TIME": 230,
    "AVG_INTERACTION_AND_HOLD_TIME": pytest.approx(230 / 6),
    "SUM_AFTER_CONTACT_WORK_TIME": 5,
    "AVG_AFTER_CONTACT_WORK_TIME": 5,
    "AVG_HOLD_TIME": 20,
    "AVG_HOLD_TIME_ALL_CONTACTS": pytest.approx(40 / 6),
    "AVG_HOLDS": pytest.approx(3 / 14),
    "CONTACTS_PUT_ON_HOLD": 2,
    "SUM_CONTACT_FLOW_TIME": 5 + 0 + 4 + 10 + 0 + 0 + 28 + 2 + 10 + 0,
    "AVG_RESOLUTION_TIME": pytest.approx((70 + 120 + 10 + 100 + 8 + 24 + 30 + 50 + 60 + 20 + 80 + 40 + 5 + 8) / 14),
    "CONTACTS_HOLD_ABANDONS": 1,
    "CONTACTS_HOLD_AGENT_DISCONNECT": 0,
    "CONTACTS_HOLD_CUSTOMER_DISCONNECT": 1,
    "CONTACTS_AGENT_HUNG_UP_FIRST": 1,
    "SUM_CONTACTS_DISCONNECTED": 3,
    "CONTACTS_TRANSFERRED_IN": 2,
    "CONTACTS_TRANSFERRED_IN_BY_AGENT": 1,
    "CONTACTS_TRANSFERRED_IN_FROM_QUEUE": 1,
    "CONTACTS_TRANSFERRED_OUT": 2,
    "CONTACTS_TRANSFERRED_OUT_BY_AGENT": 1,
    "CONTACTS_TRANSFERRED_OUT_FROM_QUEUE": 1,
    "CONTACTS_TRANSFERRED_OUT_INTERNAL": 1,
    "CONTACTS_TRANSFERRED_OUT_EXTERNAL": 1,
    "SUM_RETRY_CALLBACK_ATTEMPTS": 1,
    "LongestQueueWaitTime": 90,
}


@pytest.mark.parametrize("name", WORKED)
def test_metric_when_worked_by_hand_then_both_computations_agree(name: str) -> None:
    asked = question(name)
    with Store.in_memory() as store:
        keep(store, RECORDS)
        (by_sql,) = store.measures.answer(asked, NOW)
    (by_replay,) = replayed(asked, RECORDS)
    assert (by_replay.values[name], by_sql.values[name]) == (WORKED[name], WORKED[name])


def test_examples_when_compared_with_the_table_then_no_metric_is_without_one() -> None:
    worked = {one.metric.name for one in question(*WORKED).wanted}
    assert {metric.name for metric in contact_table.METRICS} <= worked


def test_metrics_when_grouped_by_queue_then_each_queue_has_its_own() -> None:
    asked = question("CONTACTS_QUEUED", "SERVICE_LEVEL:20", by="queue")
    with Store.in_memory() as store:
        keep(store, RECORDS)
        lines = store.measures.answer(asked, NOW)
    found = {line.group[0]: line.values for line in lines}
    assert found["sales"] == {"CONTACTS_QUEUED": 5, "SERVICE_LEVEL_20": 60.0}
    assert found["help"] == {"CONTACTS_QUEUED": 4, "SERVICE_LEVEL_20": 75.0}
    assert lines == replayed(asked, RECORDS)


def test_by_event_when_the_contact_ends_in_a_later_interval_then_counts_at_the_event() -> None:
    asked = question(
        "CONTACTS_QUEUED", "CONTACTS_QUEUED_BY_ENQUEUE", "CONTACTS_HANDLED", "CONTACTS_HANDLED_BY_CONNECTED_TO_AGENT",
        intervals=((0, 900), (900, 1800), (1800, 2700)),
    )  # fmt: skip
    late = record(queue="sales", enqueued=890, waited=20, agent="kim", connected=910, ended=2000)
    with Store.in_memory() as store:
        keep(store, [late])
        lines = store.measures.answer(asked, NOW)
    names = [one.label for one in asked.wanted]
    assert [[line.values[name] for name in names] for line in lines] == [[0, 1, 0, 0], [0, 0, 0, 1], [1, 0, 1, 0]]
    assert lines == replayed(asked, [late])


def test_record_when_a_later_version_replaces_it_then_counts_once() -> None:
    asked = question("CONTACTS_CREATED", "CONTACTS_HANDLED", "MissedCalls")
    first = record(queue="sales", enqueued=0, waited=9, offers=(offer("kim", 0, 9, "no_answer"),))
    second = record(queue="sales", enqueued=0, waited=9, agent="kim", connected=9, ended=70)
    with Store.in_memory() as store:
        keep(store, [first])
        store.records.save(second)
        (line,) = store.measures.answer(asked, NOW)
    assert line.values == {"CONTACTS_CREATED": 1, "CONTACTS_HANDLED": 1, "MissedCalls": None}


def test_abandoned_when_the_box_takes_back_an_errand_then_nobody_has_given_up() -> None:
    """A callback cancelled after 30 s and a record recalled after 10 s; a caller who gives up after 8 s."""
    asked = question("CONTACTS_QUEUED", "CONTACTS_ABANDONED", "ABANDONMENT_RATE", "AVG_ABANDON_TIME")
    records = [
        record("a", method="CALLBACK", queue="sales", enqueued=0, waited=30, answered=None, ended=30, pre="IN_QUEUE",
               reason="OTHER", errand="callback"),
        record("b", method="OUTBOUND", queue="sales", enqueued=0, waited=10, answered=None, ended=10, pre="IN_QUEUE",
               reason="OTHER", errand="campaign"),
        record("c", queue="sales", enqueued=0, waited=8, ended=8, pre="IN_QUEUE"),
        record("d", queue="sales", enqueued=0, waited=5, agent="kim", connected=5, ended=60, pre="CONNECTED"),
    ]  # fmt: skip
    with Store.in_memory() as store:
        keep(store, records)
        lines = store.measures.answer(asked, NOW)
    assert lines == replayed(asked, records)
    assert list(lines[0].values.values()) == [4, 1, 25.0, 8.0]
