"""What the board writes of a row, and when it turns red."""

from __future__ import annotations

import pytest

from appliance.cli.wallboard.tables import AGENTS, CONTACTS, LINES, QUEUES, Limits, clock, ordered, percent, word

QUEUE = {
    "queue": "sales", "contacts_in_queue": 0, "oldest_contact_age_s": 0.0, "agents_staffed": 1, "agents_available": 1,
    "agents_on_contact": 3, "agents_after_contact_work": 1, "agents_error": 0,
    "today": {"service_level_20s_pct": None, "abandoned": 0},
}  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, "-"), (0, "0:00"), (42.9, "0:42"), (725, "12:05"), (3723, "1:02:03")]
)
def test_clock_when_seconds_then_as_people_read(seconds: float | None, text: str) -> None:
    assert clock(seconds) == text


def test_words_when_nothing_then_a_dash() -> None:
    assert (word(None), word(""), word("on_contact"), percent(None), percent(79.6)) == (
        "-",
        "-",
        "on contact",
        "-",
        "80 %",
    )


@pytest.mark.parametrize(
    ("changes", "tone"),
    [
        ({}, ""),
        ({"contacts_in_queue": 1, "oldest_contact_age_s": 60.0}, "warning"),
        ({"contacts_in_queue": 1, "oldest_contact_age_s": 60.5}, "breach"),
        ({"contacts_in_queue": 1, "agents_staffed": 0}, "breach"),
        ({"today": {"service_level_20s_pct": 79.9}}, "breach"),
        ({"today": {"service_level_20s_pct": 80.0}}, ""),
    ],
)
def test_queue_when_somebody_waits_too_long_then_red(changes: dict[str, object], tone: str) -> None:
    assert QUEUES.tone({**QUEUE, **changes}, Limits()) == tone


def test_agent_and_contact_when_in_need_then_red() -> None:
    assert AGENTS.tone({"activity": "missed", "status": "Available"}, Limits()) == "breach"
    assert AGENTS.tone({"activity": "idle", "status": "Lunch"}, Limits()) == "warning"
    assert CONTACTS.tone({"stage": "in_queue", "in_state_s": 61}, Limits()) == "breach"
    assert CONTACTS.tone({"stage": "connected", "in_state_s": 999}, Limits()) == ""


def test_lines_when_the_edge_is_away_then_said() -> None:
    document = {
        "trunks": [{"trunk": "acme", "state": "failed"}],
        "edge": {"phones": None, "answers": False, "state": "not answering", "today": {"refused_contacts": 2}},
        "processes": {"free": 0, "capacity": 4},
    }
    rows = LINES.rows(document)
    assert [row["good"] for row in rows] == [False] * 5
    assert {LINES.tone(row, Limits()) for row in rows} == {"breach"}


def test_order_when_reversed_then_rows_without_a_value_stay_last() -> None:
    rows = [
        {"queue": name, "today": {"service_level_20s_pct": level}} for name, level in (("a", None), ("b", 9), ("c", 70))
    ]
    level = QUEUES.columns[3]
    assert [row["queue"] for row in ordered(rows, level, downwards=False)] == ["b", "c", "a"]
    assert [row["queue"] for row in ordered(rows, level, downwards=True)] == ["c", "b", "a"]


def test_tables_when_at_80_columns_then_fit() -> None:
    for table in (QUEUES, AGENTS, CONTACTS, LINES):
        assert sum(column.width + 1 for column in table.columns) <= 78, table.key
