"""The surveys repository: what customers answered after their calls, read from the contact records.

A survey is a disconnect flow that notes attributes whose names begin with `survey_`; its contact follows the agent's.
"""

from __future__ import annotations

import msgspec

from appliance.ids import AgentId, ContactId, QueueId
from appliance.store.connection import Connection

PREFIX = "survey_"
_FIRST, _LAST = "0", "9"  # before and after every timestamp


class SurveyAnswers(msgspec.Struct, frozen=True, kw_only=True):
    """What one customer answered: question → answer. `contact` is the talk's, with its queue and agent."""

    survey: ContactId
    contact: ContactId | None
    at: str
    queue: QueueId | None
    agent: AgentId | None
    answers: dict[str, str]


class Surveys:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def between(self, since: str, until: str, limit: int) -> list[SurveyAnswers]:
        """The newest first; `since` and `until` as in records, "" for no bound. Without an answer nothing is listed."""
        rows = self._connection.rows(
            "SELECT s.contact AS survey, p.contact, s.initiated, p.queue, p.agent,"
            " json_extract(s.record, '$.Attributes') AS attributes FROM contact_records AS s"
            " LEFT JOIN contact_records AS p ON p.contact = json_extract(s.record, '$.PreviousContactId')"
            " WHERE s.method = 'DISCONNECT' AND s.initiated >= ? AND s.initiated < ?"
            " AND json_extract(s.record, '$.Attributes') LIKE '%\"survey\\_%' ESCAPE '\\'"
            " ORDER BY s.initiated DESC, s.contact LIMIT ?",
            (since or _FIRST, until or _LAST, limit),
        )
        return [
            SurveyAnswers(
                survey=ContactId(row["survey"]),
                contact=row["contact"],
                at=row["initiated"],
                queue=row["queue"],
                agent=row["agent"],
                answers=_answers(row["attributes"]),
            )
            for row in rows
        ]


def _answers(attributes: str) -> dict[str, str]:
    found: dict[str, str] = msgspec.json.decode(attributes)
    return {name.removeprefix(PREFIX): value for name, value in found.items() if name.startswith(PREFIX)}
