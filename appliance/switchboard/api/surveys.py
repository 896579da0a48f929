"""What customers answered after their calls, one by one and put together. Reads only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from appliance.store.store import Store
from appliance.store.surveys import SurveyAnswers
from appliance.switchboard import requests as ask
from appliance.switchboard.api.changes import Change

Row = dict[str, Any]


def list_answers(store: Store, given: ask.SurveyRange) -> Change:
    """survey, contact, at, queue, agent, answers; the newest first."""
    found = store.surveys.between(given.since, given.until, given.limit)
    return Change(result=[msgspec.to_builtins(answers) for answers in found])


def show_results(store: Store, given: ask.SurveyRange) -> Change:
    """question, answered, mean (of figures), answers ("5": 12); with queue or agent where asked for by it."""
    return Change(result=results(store.surveys.between(given.since, given.until, given.limit), given.by))


def results(answers: Sequence[SurveyAnswers], by: str) -> list[Row]:
    """One row a question, or a question of each queue or agent."""
    groups: dict[tuple[str, str], list[str]] = {}
    for one in answers:
        group = "" if not by else (one.queue if by == "queue" else one.agent) or "-"
        for question, answer in one.answers.items():
            groups.setdefault((group, question), []).append(answer)
    return [
        {**({by: group} if by else {}), "question": question, "answered": len(given), **_summed(given)}
        for (group, question), given in sorted(groups.items())
    ]


def _summed(given: Sequence[str]) -> Row:
    counts = dict(sorted(Counter(given).items()))
    figures = list(_figures(given))
    mean = round(sum(figures) / len(figures), 2) if len(figures) == len(given) else None
    return {"mean": mean, "answers": counts}


def _figures(given: Iterable[str]) -> Iterable[float]:
    return (float(answer) for answer in given if answer.isascii() and answer.isdigit())
