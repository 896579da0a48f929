"""An answer as the flow hears it and as the journal keeps it."""

from __future__ import annotations

import pytest

from appliance.contact.functions.flow_terms import contact_event, flow_event
from appliance.contact.functions.messages import Answered
from appliance.events import FunctionInvoked
from appliance.flow.events import FunctionFailed, FunctionReturned

FRESH = Answered(id=1, result={"a": "1"}, tries=2, took_s=0.12345)
OLD = Answered(id=1, result={"a": "1"}, reason="HTTP status 503", tries=3, took_s=1.0, age_s=61.26)
NONE = Answered(id=1, reason="no answer within 1.9 s", tries=1, took_s=1.9)


@pytest.mark.parametrize("answered", [FRESH, OLD])
def test_flow_when_there_is_an_answer_then_it_gets_it_whatever_its_age(answered: Answered) -> None:
    assert flow_event(answered) == FunctionReturned(result={"a": "1"})


def test_flow_when_there_is_none_then_it_hears_why() -> None:
    assert flow_event(NONE) == FunctionFailed(reason="no answer within 1.9 s")


@pytest.mark.parametrize(
    ("answered", "event"),
    [
        (FRESH, FunctionInvoked(function="f", outcome="returned", took_s=0.123, tries=2)),
        (
            OLD,
            FunctionInvoked(function="f", outcome="cached", took_s=1.0, tries=3, age_s=61.3, reason="HTTP status 503"),
        ),
        (NONE, FunctionInvoked(function="f", outcome="failed", took_s=1.9, tries=1, reason="no answer within 1.9 s")),
    ],
)
def test_journal_when_answered_then_how_but_not_what(answered: Answered, event: FunctionInvoked) -> None:
    assert contact_event("f", answered) == event
