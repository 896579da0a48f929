"""Mailboxes and messages by the local API, with a real switchboard and contact processes that only say so."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from switchboard.harness import Harness

from appliance.errors import RequestError
from appliance.switchboard.lamps.lamp import Messages


def play(folder: Path, scene: Callable[[Harness], Awaitable[None]]) -> None:
    async def run() -> None:
        async with Harness(folder) as box:
            await scene(box)

    asyncio.run(run())


def plan(box: Harness) -> dict[str, Any]:
    assert box.switchboard is not None
    mailboxes = box.switchboard.api._publisher.plan.mailboxes
    return {name: (one.greeting, one.longest_s) for name, one in mailboxes.items()}


def test_mailbox_when_of_an_agent_then_it_is_published_and_has_lamps(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim", "lee")
        assert plan(box) == {"kim": ("", 180.0), "lee": ("", 180.0)}
        assert box.switchboard is not None
        assert box.switchboard.messages_and_lamps.messages.lamps() == dict.fromkeys(("101", "102"), Messages())
        await box.call("mailbox.add", mailbox="sales")
        assert "voicemail-sales" in box.switchboard.messages_and_lamps.messages.lamps()

    play(tmp_path, scene)


def test_mailbox_when_added_changed_and_removed_then_the_plan_follows(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim")
        added = await box.call("mailbox.add", mailbox="sales", longest_s=60)
        assert (added["kind"], added["owner"]) == ("queue", "sales")
        box.paths.prompts.mkdir(parents=True, exist_ok=True)
        (box.paths.prompts / "hello.wav").write_bytes(b"")
        await box.call("mailbox.greeting", mailbox="sales", prompt="hello")
        again = await box.call("mailbox.add", mailbox="sales")
        assert (again["greeting"], again["longest_s"]) == ("hello", 60)
        assert plan(box)["sales"] == ("hello", 60.0)
        await box.call("mailbox.remove", mailbox="sales")
        await box.call("mailbox.remove", mailbox="kim")
        assert plan(box) == {}
        assert await box.call("mailbox.list") == []

    play(tmp_path, scene)


@pytest.mark.parametrize(
    ("op", "arguments", "words"),
    [
        ("mailbox.add", {"mailbox": "nobody"}, "there is no agent, queue or extension nobody"),
        ("mailbox.add", {"mailbox": "x", "agent": "kim", "queue": "sales"}, "a mailbox has one owner"),
        ("mailbox.add", {"mailbox": "x", "agent": "zoe"}, "no agent zoe"),
        ("mailbox.greeting", {"mailbox": "kim", "prompt": "nothing"}, "no prompt nothing"),
        ("mailbox.remove", {"mailbox": "x"}, "no mailbox x"),
        ("voicemail.mark", {"voicemail": "x", "state": "deleted"}, "no voicemail x"),
        ("voicemail.mark", {"voicemail": "x", "state": "recording"}, "state"),
    ],
)
def test_mailbox_when_asked_for_what_can_not_be_then_it_says_why(
    tmp_path: Path, op: str, arguments: dict[str, Any], words: str
) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim")
        with pytest.raises(RequestError, match=words):
            await box.call(op, **arguments)

    play(tmp_path, scene)
