"""How long the console keeps things: off unless set, by branch, never under a legal hold, audited, the chain whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from kit.boxes import NOON_S, PretendBox, contact_event, contact_record
from kit.console import add_branch, console
from sqlalchemy import func, select

from appliance.cloud import chain
from appliance.cloud.noted import METRICS
from appliance.cloud.recordings import RECORDING
from appliance.console.audit.log import Wanted, entries
from appliance.console.authority.keys import console_keys
from appliance.console.context import Console
from appliance.console.database.tables import AgentStateChange, Contact, Event, Happening, MetricSnapshot, Recording
from appliance.console.erasing.holds import lift_hold, set_hold
from appliance.console.ingest.again import project_again
from appliance.console.ingest.receiving import receive
from appliance.console.people.present import Signature
from appliance.console.people.roles import Branches
from appliance.console.retention.policies import Days, put
from appliance.console.retention.sweeping import Gone, sweep, would_go
from appliance.stamps import iso_utc

DAY_S = 86_400.0
CUSTOMER = "+82212345678"
Json = dict[str, Any]


class World:
    """Two branches with a box each; `now_s` is the console's clock."""

    def __init__(self) -> None:
        self.now_s = NOON_S
        self.console: Console
        self.boxes = {branch: PretendBox(f"box-{branch}", branch) for branch in ("seoul", "busan")}

    @property
    def signature(self) -> Signature:
        return Signature(wall_s=self.now_s, who="person:root", address="")

    async def told(self, contact: str = "", branch: str = "seoul", *, at_s: float = 0.0) -> None:
        """A contact with a recording, or what belongs to none, as the box tells of it now; at_s: by its own clock."""
        box, wall_s = self.boxes[branch], at_s or self.now_s
        if contact:
            self.contact(box, contact, wall_s)
        else:
            at = {"boot": "a", "mono_s": 1.0, "wall_s": wall_s, "synced": True}
            state = {"agent": "kim", "status": "Available", "activity": "IDLE", "since": at}
            box.add("agent_state", state, at_s=wall_s)
            box.add(METRICS, {"at": at, "branch": {}, "queues": {}}, at_s=wall_s)
            box.add("health", {"said": "all is well"}, at_s=wall_s)
            box.add("queue", {"queue": "sales"}, at_s=wall_s)
        await self.deliver(branch)

    def contact(self, box: PretendBox, contact: str, wall_s: float) -> None:
        when = {"InitiationTimestamp": iso_utc(wall_s), "LastUpdateTimestamp": iso_utc(wall_s)}
        body = {"type": "note_added", "text": f"call back {CUSTOMER}"}
        box.add("contact_event", contact_event(contact, 1, body, at_s=wall_s), subject=contact, at_s=wall_s)
        box.add("contact_record", contact_record(ContactId=contact, **when), subject=contact, at_s=wall_s)
        facts = {
            "recording": f"r-{contact}", "contact": contact, "kind": "call", "media_type": "audio/flac",
            "started_s": wall_s, "duration_s": 1.0, "sealed": True, "recipients": ["age1"], "bytes": 6,
            "sha256": "0" * 64, "plain_sha256": "0" * 64, "signature": "",
        }  # fmt: skip
        box.add(RECORDING, facts, subject=contact, at_s=wall_s)

    async def deliver(self, branch: str = "seoul") -> None:
        box = self.boxes[branch]
        body, headers = box.batch()
        after, signature = headers["Linekeeper-After"], headers["Linekeeper-Signature"]
        box.acknowledged = (
            await receive(self.console, box.sender, body, after=after, signature=signature)
        ).acknowledged

    async def set(self, branch: str = "seoul", **days: int) -> None:
        async with self.console.database.writing() as session:
            await put(session, branch, Days(**days), signature=self.signature)

    async def personal(self) -> list[str]:
        """Contacts of which something personal is left, in records or events."""
        async with self.console.database.reading() as session:
            records = await session.execute(select(Contact.contact, Contact.record))
            events = await session.execute(select(Event.contact, Event.body).where(Event.contact != ""))
            found = [(one, str(text)) for one, text in (*records, *events)]
        return sorted({one for one, text in found if CUSTOMER in text})

    async def states(self) -> dict[str, str]:
        """Of the recordings."""
        async with self.console.database.reading() as session:
            return {one: state for one, state in await session.execute(select(Recording.recording, Recording.state))}

    async def rows(self) -> list[int]:
        """Of what belongs to no contact: agents' states, metrics, health."""
        async with self.console.database.reading() as session:
            counts = [
                select(func.count()).select_from(table) for table in (AgentStateChange, MetricSnapshot, Happening)
            ]
            return [await session.scalar(count) or 0 for count in counts]

    async def audited(self) -> list[str]:
        async with self.console.database.reading() as session:
            found = await entries(session, Wanted(branches=Branches(every=True), about="retention"))
        return [f"{one.who} {one.deed} {one.branch}: {one.detail}" for one in reversed(found)]


@asynccontextmanager
async def world(url: str, folder: Path) -> AsyncIterator[World]:
    one = World()
    async with console(url, folder, now_s=lambda: one.now_s) as one.console:
        for branch in one.boxes:
            await add_branch(one.console, branch, box=f"box-{branch}")
        yield one


def run(url: str, folder: Path, scene: Callable[[World], Awaitable[None]]) -> None:
    async def inside() -> None:
        async with world(url, folder) as one:
            await scene(one)

    asyncio.run(inside())


def test_retention_when_nobody_has_set_it_then_everything_stays(sqlite_url: str, tmp_path: Path) -> None:
    async def scene(one: World) -> None:
        await one.told("c1")
        await one.told()
        one.now_s += 9000 * DAY_S
        assert not await sweep(one.console)
        await one.set(contacts=0)
        assert not await sweep(one.console)
        assert (await one.personal(), await one.states(), await one.rows()) == (
            ["c1"],
            {"r-c1": "announced"},
            [1, 1, 1],
        )

    run(sqlite_url, tmp_path, scene)


def test_contacts_when_older_than_their_days_then_the_customer_goes_of_that_branch_only(
    database_url: str, tmp_path: Path
) -> None:
    async def scene(one: World) -> None:
        await one.told("old")
        await one.told("elsewhere", "busan")
        await one.told()
        one.now_s += 30 * DAY_S
        await one.told("new")
        await one.set(contacts=30)
        assert not await sweep(one.console)
        one.now_s += 1
        async with one.console.database.reading() as session:
            assert await would_go(session, "seoul", Days(contacts=30), now_s=one.now_s) == Gone(contacts=1)
        assert await sweep(one.console) == Gone(contacts=1)
        assert not await sweep(one.console)
        assert await one.personal() == ["elsewhere", "new"]
        assert await one.states() == {"r-old": "erased", "r-elsewhere": "announced", "r-new": "announced"}
        assert await one.rows() == [1, 1, 1]
        async with one.console.database.reading() as session:
            row = await session.get(Contact, ("seoul", "old"))
        assert row is not None and (row.queue, row.agent, row.customer) == ("sales", "kim", "")
        assert await one.audited() == [
            "person:root retention_set seoul: contacts 30 days, recordings for ever, events for ever",
            "console retention_done seoul: 1 contacts, 0 recordings, 0 events",
        ]

    run(database_url, tmp_path, scene)


def test_legal_hold_when_it_stands_then_it_wins_until_it_is_lifted(database_url: str, tmp_path: Path) -> None:
    async def scene(one: World) -> None:
        keys = console_keys(one.console.settings.data_dir / "authority")
        await one.told("held")
        await one.told("free")
        async with one.console.database.writing() as session:
            hold, _ = await set_hold(
                session, keys, reason="court", contacts={"seoul": ["held"]}, signature=one.signature
            )
        one.now_s += 31 * DAY_S
        await one.set(contacts=30, recordings=10)
        assert await sweep(one.console) == Gone(contacts=1)
        assert await one.personal() == ["held"]
        assert await one.states() == {"r-held": "announced", "r-free": "erased"}
        async with one.console.database.writing() as session:
            await lift_hold(session, keys, hold, signature=one.signature)
        assert await sweep(one.console) == Gone(contacts=1)
        assert (await one.personal(), set((await one.states()).values())) == ([], {"erased"})

    run(database_url, tmp_path, scene)


def test_recordings_when_older_than_their_days_then_they_go_and_the_contact_stays(
    database_url: str, tmp_path: Path
) -> None:
    async def scene(one: World) -> None:
        await one.told("c1")
        one.now_s += 11 * DAY_S
        await one.told("c2")
        await one.set(recordings=10)
        assert await sweep(one.console) == Gone(recordings=1)
        assert await one.states() == {"r-c1": "erased", "r-c2": "announced"}
        assert await one.personal() == ["c1", "c2"]

    run(database_url, tmp_path, scene)


def test_events_when_older_than_their_days_then_they_are_empty_and_the_chain_can_be_followed(
    database_url: str, tmp_path: Path
) -> None:
    async def scene(one: World) -> None:
        await one.told()
        await one.told("c1")
        one.now_s += 3 * DAY_S
        await one.told()
        await one.set(events=2)
        async with one.console.database.reading() as session:
            assert await would_go(session, "seoul", Days(events=2), now_s=one.now_s) == Gone(events=3)
        assert await sweep(one.console) == Gone(events=3)
        assert not await sweep(one.console)
        assert (await one.rows(), await one.personal()) == ([1, 1, 1], ["c1"])
        box = one.boxes["seoul"]
        async with one.console.database.reading() as session:
            rows = list(await session.scalars(select(Event).where(Event.box == box.box).order_by(Event.seq)))
        assert [row.head.hex() for row in rows] == [box.position(row.seq).head for row in rows]
        assert [row.kind for row in rows if row.erased_s is not None] == ["agent_state", METRICS, "health"]
        assert not [row for row in rows if row.erased_s is not None and b"well" in row.body]
        assert (await one.deliver(), box.acknowledged) == (None, chain.follow(chain.genesis(box.box), box.events))
        await project_again(one.console)
        await sweep(one.console)
        assert await one.rows() == [1, 1, 1]

    run(database_url, tmp_path, scene)


def test_contact_when_its_box_thought_it_was_1970_then_it_is_kept_as_long_as_the_console_has_had_it(
    sqlite_url: str, tmp_path: Path
) -> None:
    async def scene(one: World) -> None:
        await one.told("c1", at_s=60.0)
        await one.told(at_s=60.0)
        await one.set(contacts=30, recordings=30, events=30)
        one.now_s += 29 * DAY_S
        assert not await sweep(one.console)
        one.now_s += 2 * DAY_S
        assert await sweep(one.console) == Gone(contacts=1, events=3)

    run(sqlite_url, tmp_path, scene)


def test_contact_when_its_box_tells_more_after_it_went_then_that_goes_too(sqlite_url: str, tmp_path: Path) -> None:
    async def scene(one: World) -> None:
        await one.told("c1")
        began_s = one.now_s
        await one.set(contacts=30)
        one.now_s += 31 * DAY_S
        assert await sweep(one.console) == Gone(contacts=1)
        await one.told("c1", at_s=began_s)
        assert await one.personal() == ["c1"]
        assert await sweep(one.console) == Gone(contacts=1)
        assert await one.personal() == []

    run(sqlite_url, tmp_path, scene)


def test_contacts_when_there_are_many_then_all_go_piece_by_piece(sqlite_url: str, tmp_path: Path) -> None:
    async def scene(one: World) -> None:
        for number in range(230):
            one.contact(one.boxes["seoul"], f"c{number}", one.now_s)
        await one.deliver()
        one.now_s += 2 * DAY_S
        await one.set(contacts=1)
        assert await sweep(one.console) == Gone(contacts=230)
        assert (await one.personal(), len(await one.audited())) == ([], 1 + 3)

    run(sqlite_url, tmp_path, scene)
