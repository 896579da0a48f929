"""Names as people write them, and that the tables are whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from appliance.errors import RequestError
from appliance.metrics import contact_terms, flow_runs, rings, state_spans
from appliance.metrics.absent import ABSENT
from appliance.metrics.catalogue import BY_NAME, METRICS, USUAL, all_wanted, wanted
from appliance.metrics.definitions import Source
from appliance.metrics.thresholds import USUAL_CHOICES_S, Comparison
from appliance.store import measure_terms

REFERENCE = Path("/work/shared/reference/connect/metrics.md")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("CONTACTS_HANDLED", "CONTACTS_HANDLED"),
        ("contacts_handled", "CONTACTS_HANDLED"),
        ("QUEUE_ANSWER_TIME", "AVG_QUEUE_ANSWER_TIME"),
        ("SERVICE_LEVEL", "SERVICE_LEVEL_20"),
        ("SERVICE_LEVEL:60", "SERVICE_LEVEL_60"),
        ("service_level_60_lte", "SERVICE_LEVEL_60_LTE"),
        ("SUM_CONTACTS_ANSWERED_IN_X", "SUM_CONTACTS_ANSWERED_IN_20"),
        ("SUM_CONTACTS_ANSWERED_IN_30", "SUM_CONTACTS_ANSWERED_IN_30"),
        ("SUM_CONTACTS_ABANDONED_IN_X:604800", "SUM_CONTACTS_ABANDONED_IN_604800"),
        ("missedcalls", "MissedCalls"),
    ],
)
def test_name_when_written_as_people_do_then_the_metric(text: str, label: str) -> None:
    assert wanted(text).label == label


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("CONTACTS_HANDELD", "did you mean CONTACTS_HANDLED"),
        ("xyzzy", "linekeeper metrics --list"),
        ("SERVICE_LEVEL:0", "1 to 604800"),
        ("SERVICE_LEVEL:604801", "1 to 604800"),
        ("CONTACTS_HANDLED:20", "there is no metric"),
    ],
)
def test_name_when_wrong_then_says_what_is_right(text: str, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        wanted(text)


def test_choices_of_x_when_all_asked_for_then_all_are_there() -> None:
    every = all_wanted(f"SERVICE_LEVEL:{seconds}" for seconds in USUAL_CHOICES_S)
    assert [one.threshold.seconds for one in every if one.threshold] == list(USUAL_CHOICES_S)
    assert all(one.threshold and one.threshold.comparison is Comparison.LT for one in every)


def test_tables_when_read_then_every_term_is_written_in_both_languages() -> None:
    python = contact_terms.TERMS.keys() | contact_terms.WITHIN | rings.TERMS.keys() | flow_runs.TERMS.keys()
    python |= state_spans.TERMS.keys()
    sql = measure_terms.CONDITIONS.keys() | measure_terms.VALUES.keys()
    rules = [metric.rule for metric in METRICS if metric.source is not Source.NOW]
    used = {name for rule in rules for name in (rule.term, rule.of) if name}
    assert python == sql == used


def test_usual_metrics_when_named_then_exist() -> None:
    assert len(all_wanted(USUAL)) == len(USUAL)


def test_reference_when_compared_then_every_name_is_computed_or_said_to_be_absent() -> None:
    if not REFERENCE.exists():
        pytest.skip("the reference is not here")
    text = REFERENCE.read_text()
    named = set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", text)) - _NO_METRICS
    patterns = [name.replace("*", ".*") for absent in ABSENT for name in absent.names]
    missing = {
        name
        for name in named
        if name not in BY_NAME and f"{name}_X" not in BY_NAME and not any(re.fullmatch(one, name) for one in patterns)
    }
    assert missing == set()


_NO_METRICS = {
    "QUEUE_TRANSFER", "IN_QUEUE", "CONNECTED_ONHOLD", "AGENT_DISCONNECT", "CUSTOMER_DISCONNECT", "_BY_AGENT", "AGENT_",
}  # fmt: skip
