"""From a box's event to a real receiver: signed, in order per contact, tried again, by any number of processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kit.boxes import PretendBox, contact_record
from kit.console import add_branch, console
from kit.hooked import Receiver, receiver
from kit.people import add_person
from sqlalchemy import select, update

from appliance.cloud import delivery
from appliance.console.audit.log import Wanted, entries
from appliance.console.context import Console
from appliance.console.database.tables import Webhook, WebhookDelivery
from appliance.console.erasing.contacts import erase_contact
from appliance.console.ingest.receiving import receive
from appliance.console.notices import Topic
from appliance.console.people.present import Present
from appliance.console.people.roles import ADMIN_OF_ALL, Branches
from appliance.console.webhooks import background
from appliance.console.webhooks.addresses import networks_of
from appliance.console.webhooks.claiming import KEPT_S, LEASE_S
from appliance.console.webhooks.keeping import Keeper, Wish
from appliance.console.webhooks.outside import Outside
from appliance.console.webhooks.retrying import MOST_TRIES
from appliance.console.webhooks.sending import Sender

LOOPBACK = networks_of(["127.0.0.0/8"])
ROOT = Present(who="person:root", person="root", name="Root", grants=ADMIN_OF_ALL, address="::1")


class Scene:
    """A console with a box in seoul, a receiver, and a clock."""

    def __init__(self) -> None:
        self.now_s = 1_800_000_000.0
        self.console: Console
        self.hook: Receiver
        self.outside: Outside
        self.box = PretendBox("b1", "seoul")

    def keeper(self, session: Any) -> Keeper:
        data_dir = self.console.settings.data_dir
        return Keeper(session, data_dir=data_dir, by=ROOT, wall_s=self.now_s, allowed=LOOPBACK)

    async def add(self, *kinds: str, branches: tuple[str, ...] = ("*",)) -> str:
        wish = Wish(name="crm", address=self.hook.url, kinds=kinds or ("contact_record",), branches=branches)
        async with self.console.database.writing() as session:
            webhook, self.hook.secret = await self.keeper(session).add(wish)
        return webhook

    async def happen(self, *events: tuple[str, str, int]) -> None:
        """(kind, subject, number): the box tells the console."""
        for kind, subject, number in events:
            data: object = {"number": number}
            if kind == "contact_record":
                data = contact_record(ContactId=subject, Attributes={"number": str(number)})
            self.box.add(kind, data, subject=subject)
        body, headers = self.box.batch()
        answer = await receive(
            self.console, self.box.sender, body, after=headers[delivery.AFTER], signature=headers[delivery.SIGNATURE]
        )
        self.box.acknowledged = answer.acknowledged

    def sender(self) -> Sender:
        return Sender(self.console, self.outside, chance=lambda: 0.5)

    async def send(self, webhook: str) -> int:
        tries = 0
        while made := await self.sender().round(webhook):
            tries += made
        return tries

    async def rows(self) -> list[WebhookDelivery]:
        async with self.console.database.reading() as session:
            return list(await session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.delivery)))

    def numbers(self, contact: str) -> list[str]:
        of_it = [event for event in self.hook.taken if event["subject"] == contact]
        return [event["data"]["Attributes"]["number"] for event in of_it]


@asynccontextmanager
async def scene(url: str, tmp_path: Path) -> AsyncIterator[Scene]:
    one = Scene()
    async with (
        console(url, tmp_path, now_s=lambda: one.now_s) as one.console,
        receiver(lambda: one.now_s) as one.hook,
        Outside(allowed=LOOPBACK) as one.outside,
    ):
        await add_branch(one.console, "seoul", box="b1")
        await add_branch(one.console, "busan")
        await add_person(one.console, "root", "admin@*")
        yield one


Live = Callable[[Callable[[Scene], Awaitable[None]]], None]


@pytest.fixture
def live(database_url: str, tmp_path: Path) -> Live:
    def run(play: Callable[[Scene], Awaitable[None]]) -> None:
        async def inside() -> None:
            async with scene(database_url, tmp_path) as one:
                await play(one)

        asyncio.run(inside())

    return run


def test_event_when_wanted_then_told_signed_as_the_box_said_it(live: Live) -> None:
    async def play(one: Scene) -> None:
        webhook = await one.add("contact_record", "health")
        await one.happen(("contact_record", "c1", 1), ("queue", "sales", 2), ("health", "", 3))
        assert await one.send(webhook) == 2
        record, health = sorted(one.hook.taken, key=lambda event: int(event["sequence"]))
        original = msgspec.json.decode(one.box.events[0])
        assert record == {**original, "branch": "seoul"}
        assert (health["type"], health["branch"]) == ("org.linekeeper.health", "seoul")
        assert [(row.state, row.body, row.tries) for row in await one.rows()] == [("delivered", "", 1)] * 2
        assert one.hook.tries == ["b1:1", "b1:3"]

    live(play)


def test_event_when_nobody_wants_it_then_not_queued(live: Live) -> None:
    async def play(one: Scene) -> None:
        elsewhere, off = await one.add(branches=("busan",)), await one.add()
        async with one.console.database.writing() as session:
            await one.keeper(session).switch(off, on=False)
        await one.happen(("contact_record", "c1", 1))
        assert await one.rows() == [] and await one.send(elsewhere) == 0

    live(play)


def test_events_when_a_batch_comes_again_then_queued_once(live: Live) -> None:
    async def play(one: Scene) -> None:
        await one.add()
        await one.happen(("contact_record", "c1", 1), ("contact_record", "c1", 2))
        body, headers = one.box.batch(after=0)
        await receive(
            one.console, one.box.sender, body, after=headers[delivery.AFTER], signature=headers[delivery.SIGNATURE]
        )
        assert len(await one.rows()) == 2

    live(play)


def test_contact_when_a_delivery_fails_then_its_later_ones_wait_and_others_go_on(live: Live) -> None:
    async def play(one: Scene) -> None:
        webhook = await one.add()
        one.hook.answers = [500]
        await one.happen(*(("contact_record", contact, number) for number in (1, 2) for contact in ("c1", "c2")))
        await one.send(webhook)
        failed, other = ("c1", "c2") if one.hook.tries[0] == "b1:1" else ("c2", "c1")
        assert (one.numbers(failed), one.numbers(other)) == ([], ["1", "2"])
        assert (await one.sender().due_s(webhook) or 0) == pytest.approx(5.0)
        one.now_s += 5.0
        await one.send(webhook)
        assert one.numbers(failed) == ["1", "2"]

    live(play)


def test_delivery_when_never_taken_then_given_up_after_ten_tries_and_the_next_one_goes(live: Live) -> None:
    async def play(one: Scene) -> None:
        webhook = await one.add()
        await one.happen(("contact_record", "c1", 1), ("contact_record", "c1", 2))
        one.hook.answers = [503] * MOST_TRIES
        for _ in range(MOST_TRIES):
            assert await one.sender().round(webhook) == 1
            one.now_s += 90_000.0
        assert one.hook.taken == []
        await one.send(webhook)
        assert one.numbers("c1") == ["2"]
        first, second = await one.rows()
        assert (first.state, first.tries, first.status, first.trouble) == ("given_up", 10, 503, "answered 503")
        assert second.state == "delivered"
        async with one.console.database.writing() as session:
            await one.keeper(session).try_again(webhook)
        await one.send(webhook)
        assert one.numbers("c1") == ["2", "1"]

    live(play)


def test_receiver_when_it_asks_for_time_then_it_gets_it(live: Live) -> None:
    async def play(one: Scene) -> None:
        webhook = await one.add()
        one.hook.answers, one.hook.headers = [429], {"Retry-After": "1234"}
        await one.happen(("contact_record", "c1", 1))
        await one.send(webhook)
        assert await one.sender().due_s(webhook) == pytest.approx(1234.0)

    live(play)


def test_receiver_when_gone_then_the_webhook_is_off_and_it_is_written_down(live: Live) -> None:
    async def play(one: Scene) -> None:
        webhook = await one.add()
        one.hook.answers = [410]
        await one.happen(("contact_record", "c1", 1), ("contact_record", "c2", 2))
        await one.send(webhook)
        assert await one.sender().webhooks() == frozenset()
        async with one.console.database.reading() as session:
            assert (await session.get_one(Webhook, webhook)).state == "gone"
            found = await entries(session, Wanted(branches=Branches(every=True), who="console"))
        assert [entry.detail for entry in found] == ["the receiver answered 410: it is gone"]

    live(play)


def test_secret_when_replaced_then_the_old_one_is_good_for_a_day(live: Live) -> None:
    async def play(one: Scene) -> None:
        webhook = await one.add()
        old = one.hook.secret
        async with one.console.database.writing() as session:
            new = await one.keeper(session).new_secret(webhook)
        await one.happen(("contact_record", "c1", 1))
        await one.send(webhook)
        assert one.numbers("c1") == ["1"]
        one.hook.secret = new
        await one.happen(("contact_record", "c1", 2))
        await one.send(webhook)
        one.now_s += 86_400.0
        one.hook.secret = old
        await one.happen(("contact_record", "c1", 3))
        await one.send(webhook)
        assert one.numbers("c1") == ["1", "2"]
        assert (await one.rows())[-1].trouble == "answered 401"
        async with one.console.database.reading() as session:
            row = await session.get_one(Webhook, webhook)
        assert new not in row.secret and old not in row.old_secret

    live(play)


def test_many_when_several_processes_send_at_once_then_each_once_and_each_contact_in_order(live: Live) -> None:
    async def play(one: Scene) -> None:
        webhook = await one.add()
        contacts = [f"c{number}" for number in range(12)]
        await one.happen(*(("contact_record", contact, number) for number in range(5) for contact in contacts))

        async def process() -> None:
            sender, idle = one.sender(), 0
            while idle < 3:
                idle = 0 if await sender.round(webhook) else idle + 1

        await asyncio.gather(*(process() for _ in range(4)))
        await one.send(webhook)
        assert {contact: one.numbers(contact) for contact in contacts} == {key: list("01234") for key in contacts}
        assert len(one.hook.tries) == 60 and one.hook.most_at_once > 1

    live(play)


def test_delivery_when_its_process_died_then_another_takes_it_after_the_lease(live: Live) -> None:
    async def play(one: Scene) -> None:
        webhook = await one.add()
        await one.happen(("contact_record", "c1", 1), ("contact_record", "c1", 2))
        async with one.console.database.writing() as session:
            await session.execute(
                update(WebhookDelivery).where(WebhookDelivery.event == "b1:1").values(leased_s=one.now_s + LEASE_S)
            )
        assert await one.send(webhook) == 0
        assert await one.sender().due_s(webhook) == pytest.approx(LEASE_S)
        one.now_s += LEASE_S
        assert await one.send(webhook) == 2
        assert one.numbers("c1") == ["1", "2"]

    live(play)


def test_contact_when_erased_then_nothing_of_it_waits(live: Live) -> None:
    async def play(one: Scene) -> None:
        webhook = await one.add()
        await one.happen(("contact_record", "c1", 1), ("contact_record", "c2", 2))
        async with one.console.database.writing() as session:
            await erase_contact(session, "seoul", "c1", now_s=one.now_s)
        await one.send(webhook)
        assert (one.numbers("c1"), one.numbers("c2")) == ([], ["2"])

    live(play)


def test_deliveries_when_done_long_ago_then_forgotten(live: Live) -> None:
    async def play(one: Scene) -> None:
        webhook = await one.add()
        await one.happen(("contact_record", "c1", 1))
        await one.send(webhook)
        await one.sender().sweep()
        assert len(await one.rows()) == 1
        one.now_s += KEPT_S["delivered"] + 1
        await one.sender().sweep()
        assert await one.rows() == []

    live(play)


def test_webhook_when_removed_then_with_what_waits(live: Live) -> None:
    async def play(one: Scene) -> None:
        webhook = await one.add()
        await one.happen(("contact_record", "c1", 1))
        async with one.console.database.writing() as session:
            await one.keeper(session).remove(webhook)
        assert await one.rows() == [] and await one.send(webhook) == 0

    live(play)


def test_background_when_running_then_events_go_out_as_they_come(live: Live) -> None:
    async def play(one: Scene) -> None:
        settings = msgspec.structs.replace(one.console.settings, webhook_networks=("127.0.0.0/8",))
        running = Console(
            settings=settings, database=one.console.database, notices=one.console.notices, now_s=one.console.now_s
        )
        task = asyncio.create_task(background.run(running))
        try:
            webhook = await one.add()
            one.console.notices.tell(Topic.WEBHOOKS, "*")
            async with one.console.database.writing() as session:
                await one.keeper(session).ping(webhook)
            one.console.notices.tell(Topic.WEBHOOKS, "*")
            await one.happen(("contact_record", "c1", 1))
            async with asyncio.timeout(20):
                while len(one.hook.taken) < 2:
                    await asyncio.sleep(0.02)
            assert {event["type"] for event in one.hook.taken} == {
                "org.linekeeper.ping", "org.linekeeper.contact_record",
            }  # fmt: skip
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    live(play)


def test_process_when_it_ends_in_the_middle_of_a_try_then_nobody_waits_for_its_lease(live: Live) -> None:
    async def play(one: Scene) -> None:
        webhook = await one.add()
        await one.happen(("contact_record", "c1", 1))
        one.hook.hold.clear()
        round_ = asyncio.create_task(one.sender().round(webhook))
        async with asyncio.timeout(20):
            while not one.hook.tries:
                await asyncio.sleep(0.01)
        round_.cancel()
        await asyncio.gather(round_, return_exceptions=True)
        one.hook.hold.set()
        assert [(row.state, row.leased_s, row.tries) for row in await one.rows()] == [("waiting", 0.0, 0)]
        assert await one.send(webhook) == 1

    live(play)
