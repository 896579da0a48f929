"""Answers put together."""

from __future__ import annotations

from appliance.ids import AgentId, ContactId, QueueId
from appliance.store.surveys import SurveyAnswers
from appliance.switchboard.api.surveys import results


def answer(queue: str | None, agent: str | None, **answers: str) -> SurveyAnswers:
    return SurveyAnswers(
        survey=ContactId("s"),
        contact=ContactId("c"),
        at="2026-11-22T09:30:00Z",
        queue=None if queue is None else QueueId(queue),
        agent=None if agent is None else AgentId(agent),
        answers=answers,
    )


GIVEN = [
    answer("sales", "kim", rating="5", solved="yes"),
    answer("sales", "lee", rating="2", solved="no"),
    answer("support", "kim", rating="5"),
    answer(None, None, rating="4"),
]


def test_results_when_asked_for_all_then_one_row_a_question() -> None:
    assert results(GIVEN, "") == [
        {"question": "rating", "answered": 4, "mean": 4.0, "answers": {"2": 1, "4": 1, "5": 2}},
        {"question": "solved", "answered": 2, "mean": None, "answers": {"no": 1, "yes": 1}},
    ]


def test_results_when_asked_for_by_agent_then_each_has_rows_of_its_own() -> None:
    rows = results(GIVEN, "agent")
    assert [(row["agent"], row["question"], row["answered"], row["mean"]) for row in rows] == [
        ("-", "rating", 1, 4.0),
        ("kim", "rating", 2, 5.0),
        ("kim", "solved", 1, None),
        ("lee", "rating", 1, 2.0),
        ("lee", "solved", 1, None),
    ]


def test_results_when_nobody_answered_then_none() -> None:
    assert results([], "queue") == []
