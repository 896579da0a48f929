"""Metrics by the local API of a real switchboard, of contacts that really went through it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from switchboard.harness import Harness, play

from appliance.errors import RequestError
from appliance.switchboard.api import offline
from appliance.switchboard.settings import Settings

Json = dict[str, Any]
NAMES = [
    "CONTACTS_QUEUED", "CONTACTS_QUEUED_BY_ENQUEUE", "CONTACTS_HANDLED_BY_CONNECTED_TO_AGENT", "CONTACTS_HANDLED",
    "AGENT_NON_RESPONSE", "AGENT_ANSWER_RATE",
]  # fmt: skip


async def values(box: Harness, *names: str, **more: Any) -> Json:
    """The only row's values."""
    (row,) = (await box.call("metrics.query", metrics=list(names), **more))["rows"]
    found: Json = row["values"]
    return found


def test_query_when_a_contact_is_under_way_then_counts_by_event_come_first(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim", "lee", wrap_up_s=0.05)
        process = await box.process(0)
        contact = process.begin()
        await process.enter_queue()
        first = await process.offered()
        process.missed(first)
        second = await process.offered()
        assert list((await values(box, *NAMES)).values()) == [0, 1, 0, 0, 1, 0.0]
        by = await box.call("metrics.query", metrics=["AGENT_NON_RESPONSE", "MissedCalls"], by=["agent", "queue"])
        assert [(row["agent"], row["queue"], *row["values"].values()) for row in by["rows"]] == [("kim", "sales", 1, 1)]
        process.answered(second)
        await box.until_agent("lee", activity="on_contact", contact=contact)
        assert list((await values(box, *NAMES)).values()) == [0, 1, 1, 0, 1, 50.0]
        process.hung_up(second)
        await box.closed(contact)
        assert list((await values(box, *NAMES)).values()) == [1, 1, 1, 1, 1, 50.0]
        by_agent = await box.call("metrics.query", metrics=["CONTACTS_HANDLED", "AGENT_NON_RESPONSE"], by=["agent"])
        assert [(row["agent"], *row["values"].values()) for row in by_agent["rows"]] == [("kim", 0, 1), ("lee", 1, 0)]
        times = await values(box, "SUM_ONLINE_TIME_AGENT", "SUM_IDLE_TIME_AGENT", "SUM_CONTACT_TIME_AGENT")
        assert times["SUM_ONLINE_TIME_AGENT"] == pytest.approx(
            times["SUM_IDLE_TIME_AGENT"] + times["SUM_CONTACT_TIME_AGENT"]
        )
        assert times["SUM_CONTACT_TIME_AGENT"] > 0

    play(tmp_path, scene)


def test_query_when_the_box_is_down_then_the_same_from_its_files(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff()
        process = await box.process(0)
        contact = process.begin()
        await process.enter_queue()
        process.abandoned()
        await box.closed(contact)
        asked = {"since": "yesterday", "metrics": ["CONTACTS_ABANDONED", "SERVICE_LEVEL"], "by": ["queue"]}
        running = await box.call("metrics.query", **asked)
        await box.stop()
        down = offline.call(Settings(box.config).configuration, "metrics.query", asked)
        assert down["rows"][0]["values"] == {"CONTACTS_ABANDONED": 1, "SERVICE_LEVEL_20": 100.0}
        assert down["rows"][0]["values"] == running["rows"][0]["values"]

    play(tmp_path, scene)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"metrics": ["CONTACTS_HANDELD"]}, "did you mean CONTACTS_HANDLED"),
        ({"metrics": ["SUM_ONLINE_TIME_AGENT"], "by": ["queue"]}, "it can by agent, profile"),
        ({"metrics": ["CONTACTS_IN_QUEUE"]}, "--now"),
        ({"by": ["moon"]}, "nothing to group by"),
        ({"since": "soon"}, "no time"),
        ({"interval": "7"}, "no interval"),
    ],
)
def test_query_when_it_makes_no_sense_then_says_why(tmp_path: Path, asked: Json, said: str) -> None:
    async def scene(box: Harness) -> None:
        with pytest.raises(RequestError, match=said):
            await box.call("metrics.query", **asked)

    play(tmp_path, scene)


def test_now_when_contacts_wait_then_by_queue_and_as_a_whole(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim", available=False)
        await box.call("queue.add", queue="help")
        process = await box.process(0)
        process.begin()
        await process.enter_queue()
        await process.settled()
        names = ["CONTACTS_IN_QUEUE", "AGENTS_ONLINE", "QueueSize", "ConcurrentCalls", "ThrottledCalls"]
        (whole,) = (await box.call("metrics.now", metrics=names))["rows"]
        assert list(whole["values"].values()) == [1, 0, 1, 1, None]
        rows = (await box.call("metrics.now", metrics=names, by_queue=True))["rows"]
        assert {row["queue"]: row["values"]["CONTACTS_IN_QUEUE"] for row in rows} == {"help": 0, "sales": 1}
        with pytest.raises(RequestError, match="without --now"):
            await box.call("metrics.now", metrics=["CONTACTS_HANDLED"])

    play(tmp_path, scene)
