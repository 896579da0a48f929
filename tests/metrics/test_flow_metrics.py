"""Flow metrics (section 5) and CloudWatch's flow errors, worked by hand. Twice: in Python and by SQL."""

from __future__ import annotations

import pytest
from metrics.making import NOW, flow, keep, question, record, replayed, step

from appliance.metrics import flow_table
from appliance.store import Store

RECORDS = [
    record("a", flows=(flow("menu", 0, 10, "TRANSFERED_TO_QUEUE", step(error=True), step()),
                       flow("wait", 10, 40, "DROPPED"))),
    record("b", flows=(flow("menu", 5, 25, "DISCONNECTED_PARTICIPANT", step(error=True), step(error=True)),)),
    record("c", flows=(flow("menu", 7, 8, "DROPPED", fatal=True),)),
    record("d", media_failed="process died", pre="IN_FLOW", flows=(flow("menu", 3, 4, "DROPPED"),
                                                                    flow("late", 4, None, None))),
    record("e", service="feature:*11", flows=(flow("feature", 0, 9, "DROPPED", step(error=True)),)),
]  # fmt: skip
WORKED = {
    "FLOWS_STARTED": 6,
    "FLOWS_OUTCOME": 5,
    "PERCENT_FLOWS_OUTCOME": 100.0,
    "AVG_FLOW_TIME": pytest.approx((10 + 30 + 20 + 1 + 1) / 5),
    "MAX_FLOW_TIME": 30,
    "MIN_FLOW_TIME": 1,
    "ContactFlowErrors": 3,
    "ContactFlowFatalErrors": 2,  # the run that nobody saw end counts at its contact's end
}


@pytest.mark.parametrize("name", WORKED)
def test_metric_when_worked_by_hand_then_both_computations_agree(name: str) -> None:
    with Store.in_memory() as store:
        keep(store, RECORDS)
        (by_sql,) = store.measures.answer(question(name), NOW)
    (by_replay,) = replayed(question(name), RECORDS)
    assert (by_replay.values[name], by_sql.values[name]) == (WORKED[name], WORKED[name])


def test_examples_when_compared_with_the_table_then_no_metric_is_without_one() -> None:
    assert {metric.name for metric in flow_table.METRICS} <= WORKED.keys()


def test_outcomes_when_grouped_then_parts_of_the_flows_runs() -> None:
    asked = question("FLOWS_OUTCOME", "PERCENT_FLOWS_OUTCOME", by="flow,outcome", flow="menu")
    with Store.in_memory() as store:
        keep(store, RECORDS)
        lines = store.measures.answer(asked, NOW)
    assert {line.group[1]: tuple(line.values.values()) for line in lines} == {
        "DISCONNECTED_PARTICIPANT": (1, 25.0),
        "DROPPED": (2, 50.0),
        "TRANSFERED_TO_QUEUE": (1, 25.0),
    }
    assert lines == replayed(asked, RECORDS)


def test_outcome_when_filtered_then_part_of_all_outcomes() -> None:
    asked = question("PERCENT_FLOWS_OUTCOME", by="outcome", outcome="DROPPED")
    with Store.in_memory() as store:
        keep(store, RECORDS)
        (line,) = store.measures.answer(asked, NOW)
    assert line.values == {"PERCENT_FLOWS_OUTCOME": 60.0}
    assert [line] == replayed(asked, RECORDS)
