"""The whole way down: the console's own application behind mutual TLS, the sync service, a real switchboard."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from cli.test_supervisor import plan
from click.testing import CliRunner
from kit import flows
from kit.audio import write_tone
from kit.console import sqlite_with_tables
from kit.cutting_proxy import CuttingProxy, cutting_proxy
from kit.enrolled import BoxPort, box_port
from sqlalchemy import update
from switchboard.harness import Harness

from appliance.cli.prompt import command as prompt_command
from appliance.cli.restarting.desk import RestartDesk
from appliance.cli.supervisor import Supervisor
from appliance.cloud.orders import Command, CommandKind, DesiredState, Item, ItemKind, Order, Revoked
from appliance.cloud.signing import sign
from appliance.config.load import load
from appliance.console.authority.keys import console_keys
from appliance.console.context import Console
from appliance.console.database.tables import BoxOrder, PromptVersion
from appliance.console.notices import Topic
from appliance.console.orders import blobs, desired, sending
from appliance.console.prompts import keeping
from appliance.console.prompts.keeping import Origin
from appliance.console.prompts.making import Sound, of_file
from appliance.contact.speech.prompt_folder import import_prompt
from appliance.events import LegRole
from appliance.sync.daemon import SyncService
from appliance.sync.delivering import runner
from appliance.sync.down import working
from appliance.sync.down.listening import Listener
from appliance.sync.ground import Ground
from appliance.sync.identity.identity import load_identity, store_console
from appliance.sync.wire.credentials import present_credentials

Json = dict[str, Any]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoxPort]:
    folder = tmp_path_factory.mktemp("console")
    with box_port(sqlite_with_tables(folder / "console.db"), folder) as one:
        yield one


class Pair:
    """A box of branch `branch` and its console."""

    def __init__(self, port: BoxPort, box: Harness, service: SyncService, proxy: CuttingProxy) -> None:
        self.port, self.box, self.service, self.proxy = port, box, service, proxy
        self.identity = identity = load_identity(box.paths.data)
        self.branch = identity.console.branch

    async def console(self, work: Callable[[Console], Awaitable[Any]]) -> Any:
        return await asyncio.to_thread(self.port.with_console, work)

    async def want(self, *items: Item) -> int:
        """Wanted and published; the order's number."""

        async def work(one: Console) -> int:
            async with one.database.writing() as session:
                for item in items:
                    await desired.put_item(session, self.branch, item, by="person:kim", now_s=1.0)
                return (await desired.publish(session, self.port.keys, self.branch, by="person:kim", now_s=2.0))[1]

        return await self._told(await self.console(work))

    async def order(self, made: Callable[[int], Order], document: bytes | None = None) -> int:
        """In the box's line; `document`: something else goes over the wire."""

        async def work(one: Console) -> int:
            async with one.database.writing() as session:
                box = self.identity.box
                number = await sending.send(session, self.port.keys, box, made=made, by="person:kim", now_s=1.0)
                if document is not None:
                    mine = (BoxOrder.box == box, BoxOrder.number == number)
                    await session.execute(update(BoxOrder).where(*mine).values(document=document.decode()))
                return number

        return await self._told(await self.console(work))

    async def _told(self, number: Any) -> int:
        self.port.told(Topic.ORDERS, self.identity.box)
        return int(number)

    async def answer(self, number: int) -> Json:
        """What the box told of the order, once it is there."""

        async def found(one: Console) -> str | None:
            async with one.database.reading() as session:
                row = await session.get(BoxOrder, (self.identity.box, number))
                return None if row is None else row.answer

        text = await self.box.until(lambda: self.console(found), f"an answer to order {number}")
        told: Json = msgspec.json.decode(text)
        return told

    async def drift(self) -> list[Json]:
        async def found(one: Console) -> list[Json]:
            async with one.database.reading() as session:
                return (await desired.drift_of(session, self.identity.box))[1]

        rows: list[Json] = await self.console(found)
        return rows

    async def queue(self, name: str) -> Json | None:
        return next((row for row in await self.box.call("queue.list") if row["queue"] == name), None)

    def warnings(self) -> list[str]:
        return list(self.service.ground.warnings.values()) if self.service.ground is not None else []


def play(
    port: BoxPort, folder: Path, branch: str, scene: Callable[[Pair], Awaitable[None]], *, probation_s: float = 600.0
) -> None:
    async def down(ground: Ground) -> None:
        identity = load_identity(ground.paths.data)
        await Listener(ground, identity, probation_s=probation_s, drift_s=0.1).run()

    async def performance() -> None:
        box = Harness(folder)
        async with box, cutting_proxy(urlsplit(port.url).port or 0) as proxy:
            identity = await asyncio.to_thread(port.enrol, branch, box.paths.data)
            store_console(
                box.paths.data, msgspec.structs.replace(identity.console, url=f"https://127.0.0.1:{proxy.port}")
            )
            credentials = partial(present_credentials, box.paths.data)
            service = SyncService(load(box.config), credentials=credentials, parts=(runner.run, down))
            running = asyncio.create_task(service.run())
            try:
                await scene(Pair(port, box, service, proxy))
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)

    asyncio.run(asyncio.wait_for(performance(), 60))


def queue(name: str, content: Json | None, **more: Any) -> Item:
    return Item(kind=ItemKind.QUEUE, name=name, content=content, **more)


def test_desired_state_when_published_then_the_box_has_it_and_says_so(served: BoxPort, tmp_path: Path) -> None:
    async def scene(pair: Pair) -> None:
        number = await pair.want(queue("sales", {"name": "Sales", "wrap_up_s": 7.0}))
        told = await pair.answer(number)
        assert (told["applied"], told["failed"], told["rolled_back"]) == (["queue/sales"], {}, False)
        row = await pair.queue("sales")
        assert row is not None and (row["name"], row["wrap_up_s"]) == ("Sales", 7.0)

    play(served, tmp_path, "b1", scene)


def test_desired_state_when_the_box_cannot_take_it_then_nothing_changes_and_the_reason_is_told(
    served: BoxPort, tmp_path: Path
) -> None:
    async def scene(pair: Pair) -> None:
        number = await pair.want(queue("good", {}), queue("bad", {"flow": "nowhere"}))
        told = await pair.answer(number)
        assert (told["applied"], list(told["failed"])) == ([], ["queue/bad"])
        assert await pair.queue("good") is None

    play(served, tmp_path, "b2", scene)


def test_local_change_when_the_console_publishes_again_then_it_stays_until_an_admin_overwrites(
    served: BoxPort, tmp_path: Path
) -> None:
    async def scene(pair: Pair) -> None:
        await pair.answer(await pair.want(queue("sales", {"name": "Sales"})))
        await pair.box.call("queue.add", queue="sales", name="Mine")
        (drift,) = await pair.box.until(pair.drift, "the drift is told")
        assert (drift["local"], drift["desired"]) == ({"name": "Mine"}, {"name": "Sales"})
        await pair.answer(await pair.want(queue("sales", {"name": "Other"})))
        row = await pair.queue("sales")
        assert row is not None and row["name"] == "Mine"
        await pair.answer(await pair.want(queue("sales", {"name": "Other"}, overwrite=True)))
        row = await pair.queue("sales")
        assert row is not None and row["name"] == "Other"

        async def gone() -> bool:
            return await pair.drift() == []

        await pair.box.until(gone, "the drift is over")

    play(served, tmp_path, "b3", scene)


def test_change_when_the_console_cannot_be_reached_after_it_then_it_is_put_back(
    served: BoxPort, tmp_path: Path
) -> None:
    async def scene(pair: Pair) -> None:
        await pair.answer(await pair.want(queue("sales", {"name": "Sales"})))
        pair.proxy.allowance = 0  # what the console sends on the open connection still comes; nothing goes out
        number = await pair.want(queue("sales", {"name": "Broken"}), queue("new", {}))

        async def applied() -> bool:
            return await pair.queue("new") is not None

        await pair.box.until(applied, "the change")

        async def back() -> bool:
            row = await pair.queue("sales")
            return row is not None and row["name"] == "Sales" and await pair.queue("new") is None

        await pair.box.until(back, "it is put back")
        pair.proxy.allowance = None

        async def told() -> bool:
            pair.service.hurry()
            return bool((await pair.answer(number))["rolled_back"])

        await pair.box.until(told, "the console knows")

    play(served, tmp_path, "b4", scene, probation_s=1.0)


def test_change_when_the_console_is_reached_after_it_then_it_stays(served: BoxPort, tmp_path: Path) -> None:
    async def scene(pair: Pair) -> None:
        await pair.answer(await pair.want(queue("sales", {})))

        async def passed() -> bool:
            ground = pair.service.ground
            assert ground is not None
            return await ground.state.run(lambda c: c.value("SELECT count(*) FROM probation")) == 0

        await pair.box.until(passed, "the probation is over")
        assert await pair.queue("sales") is not None

    play(served, tmp_path, "b5", scene, probation_s=5.0)


def test_desired_state_when_it_has_many_items_then_all_of_them_are_there(served: BoxPort, tmp_path: Path) -> None:
    async def scene(pair: Pair) -> None:
        told = await pair.answer(await pair.want(*(queue(f"q{number:02}", {}) for number in range(25))))
        assert len(told["applied"]) == 25
        assert [row["queue"] for row in await pair.box.call("queue.list")] == [f"q{number:02}" for number in range(25)]
        assert await pair.drift() == []

    play(served, tmp_path, "b13", scene)


def test_bundle_when_it_is_published_then_the_box_fetches_and_installs_it(served: BoxPort, tmp_path: Path) -> None:
    async def scene(pair: Pair) -> None:
        await pair.box.call("queue.add", queue="sales")
        document = msgspec.json.encode(
            {
                "Format": "linekeeper-flows/1",
                "Flows": {"welcome": {"Type": "CONTACT_FLOW", "Document": flows.straight("sales")}},
            }
        )

        async def keep(one: Console) -> str:
            async with one.database.writing() as session:
                return await blobs.keep(
                    session, document, kind=ItemKind.FLOW_BUNDLE, title="main", by="person:kim", now_s=1.0
                )  # fmt: skip

        item = Item(kind=ItemKind.FLOW_BUNDLE, name="main", content={}, blob=await pair.console(keep))
        told = await pair.answer(await pair.want(item))
        assert (told["applied"], told["failed"]) == (["flow_bundle/main"], {})
        assert (await pair.box.call("flow.export"))["flows"] == ["welcome"]
        assert await pair.drift() == []

    play(served, tmp_path, "b6", scene)


def listed_on(box: Harness) -> list[Json]:
    """What `linekeeper prompt list` says there."""
    said = CliRunner().invoke(prompt_command, ["list", "--json", "--config", str(box.config)])
    assert said.exit_code == 0, said.output
    rows: list[Json] = msgspec.json.decode(said.stdout)
    return rows


def test_prompt_when_a_version_is_published_then_callers_hear_it_and_an_earlier_one_comes_back(
    served: BoxPort, tmp_path: Path
) -> None:
    async def scene(pair: Pair) -> None:
        folder = pair.box.paths.prompts

        async def keep(sound: Sound, one: Console) -> PromptVersion:
            async with one.database.writing() as session:
                origin = Origin(kind="file", source="x.mp3")
                return await keeping.keep(session, "hold music", sound, origin, by="person:kim", now_s=1.0)

        made = [write_tone(tmp_path / f"{hertz}.wav", frequency_hz=hertz, duration_s=0.5) for hertz in (440, 880)]
        sounds = [await of_file(tone.read_bytes(), tone.name) for tone in made]
        versions = [await pair.console(partial(keep, sound)) for sound in sounds]
        for place in (0, 1, 0):
            told = await pair.answer(await pair.want(keeping.item_of(versions[place])))
            assert (told["applied"], told["failed"]) == (["prompt/hold music"], {})
            (listed,) = await asyncio.to_thread(listed_on, pair.box)
            assert (listed["name"], listed["seconds"]) == ("hold music", 0.5)
            assert (folder / listed["file"]).read_bytes() == sounds[place].wav
        import_prompt(folder, made[1], "hold music", replace=True)
        (drift,) = await pair.box.until(pair.drift, "the technician's own is told")
        assert (drift["kind"], drift["name"]) == ("prompt", "hold music")
        await pair.answer(await pair.want(keeping.item_of(versions[0])))
        assert (folder / "hold music.wav").read_bytes() == sounds[1].wav

    play(served, tmp_path, "b14", scene)


@pytest.mark.parametrize("fault", ["signed by another key", "changed", "for another box", "no order"])
def test_order_when_it_is_not_the_consoles_for_this_box_then_refused_and_told(
    served: BoxPort, tmp_path: Path, fault: str
) -> None:
    async def scene(pair: Pair) -> None:
        key = console_keys(tmp_path / "wrong").signing if fault == "signed by another key" else pair.port.keys.signing
        box = "another" if fault == "for another box" else pair.identity.box
        evil = DesiredState(box=box, number=1, issued_s=1.0, version=1, items=(queue("evil", {}),))
        document = msgspec.json.encode(sign(evil, key))
        if fault == "changed":
            signed = sign(evil, key)
            payload = signed.payload.replace(b"evil", b"Evil")
            document = msgspec.json.encode(msgspec.structs.replace(signed, payload=payload))
        if fault == "no order":
            document = b'{"number": 1}'
        await pair.order(lambda number: restart(pair, number), document)

        async def warned() -> bool:
            return any("refused" in one for one in pair.warnings())

        await pair.box.until(warned, "a warning")
        assert await pair.queue("evil") is None and await pair.queue("Evil") is None
        ground = pair.service.ground
        assert ground is not None
        assert await ground.state.run(lambda c: c.value("SELECT count(*) FROM orders")) == 0

    play(served, tmp_path, f"b7-{fault}", scene)


def restart(pair: Pair, number: int, service: str = "moon", *, expires_s: float = 1e12) -> Command:
    return Command(
        box=pair.identity.box,
        number=number,
        issued_s=1.0,
        command=CommandKind.RESTART,
        arguments={"service": service},
        expires_s=expires_s,
    )


def test_command_when_it_is_carried_out_or_not_then_the_console_hears_of_it(served: BoxPort, tmp_path: Path) -> None:
    async def scene(pair: Pair) -> None:
        told = await pair.answer(await pair.order(lambda number: restart(pair, number)))
        assert (told["ok"], "there is no service 'moon'" in told["text"]) == (False, True)
        told = await pair.answer(await pair.order(lambda number: restart(pair, number, expires_s=5.0)))
        assert (told["ok"], told["text"]) == (False, "it came too late")
        told = await pair.answer(
            await pair.order(
                lambda number: msgspec.structs.replace(
                    restart(pair, number), command=CommandKind.RESEND, arguments={"contacts": "c1 c2"}
                )
            )
        )
        assert (told["ok"], told["text"]) == (True, "0 records go out once more, 2 have none")

    play(served, tmp_path, "b8", scene)


def test_command_when_it_restarts_the_edge_then_the_console_hears_that_it_serves_or_why_not(
    served: BoxPort, tmp_path: Path
) -> None:
    async def scene(pair: Pair) -> None:
        supervisor = Supervisor([plan("edge", tmp_path)])
        desk = RestartDesk(pair.box.paths.restart_socket, supervisor)
        await asyncio.to_thread(supervisor.start)
        try:
            desk.open()
            before = supervisor.pid("edge")
            told = await pair.answer(await pair.order(lambda number: restart(pair, number, "edge")))
            assert (told["ok"], told["text"]) == (True, "edge serves again (edge)")
            assert supervisor.pid("edge") not in (None, before)
            told = await pair.answer(await pair.order(lambda number: restart(pair, number, "panel")))
            assert (told["ok"], told["text"]) == (False, "this box runs no panel")
        finally:
            supervisor.request_stop()
            desk.close()
            await asyncio.to_thread(supervisor.stop)
        told = await pair.answer(await pair.order(lambda number: restart(pair, number, "edge")))
        assert (told["ok"], "nobody on this box may restart edge" in told["text"]) == (False, True)

    play(served, tmp_path, "b15", scene)


def test_command_when_it_restarts_sync_then_the_next_start_tells_that_it_serves(
    served: BoxPort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(pair: Pair) -> None:
        ended = asyncio.Event()

        async def end() -> None:
            ended.set()
            await asyncio.Event().wait()

        monkeypatch.setattr(working, "_end", end)
        number = await pair.order(lambda number: restart(pair, number, "sync"))
        await asyncio.wait_for(ended.wait(), 20)
        ground = pair.service.ground
        assert ground is not None
        assert await ground.state.run(lambda c: c.value("SELECT count(*) FROM answers")) == 1
        pair.service.identity_changed()  # every part begins anew
        told = await pair.answer(number)
        assert (told["ok"], told["text"]) == (True, "sync serves again")

    play(served, tmp_path, "b16", scene)


def test_command_when_it_erases_the_box_then_no_customer_is_left_and_the_console_hears_how_many(
    served: BoxPort, tmp_path: Path
) -> None:
    async def scene(pair: Pair) -> None:
        caller = "+12125550199"
        process = await pair.box.process(0)
        contact = process.begin(caller=caller)
        process.leg_ends("customer", LegRole.CUSTOMER, remote=True)
        process.disconnected("IN_FLOW")
        process.release()
        assert caller in str(await pair.box.closed(contact))
        made = partial(restart, pair)
        told = await pair.answer(
            await pair.order(lambda number: msgspec.structs.replace(made(number), command=CommandKind.ERASE))
        )
        assert (told["ok"], told["text"]) == (True, "1 contacts erased, 0 kept by a legal hold")
        assert caller not in str(await pair.box.shown(contact))
        assert caller not in str(await pair.box.events(contact))
        await process.close()

    play(served, tmp_path, "b81", scene)


def test_revocation_when_it_comes_then_the_box_goes_on_without_a_console(served: BoxPort, tmp_path: Path) -> None:
    async def scene(pair: Pair) -> None:
        box = pair.identity.box
        await pair.order(lambda number: Revoked(box=box, number=number, issued_s=1.0, reason="sold"))

        async def alone() -> bool:
            return load_identity(pair.box.paths.data).console.revoked == "sold" and pair.service.ground is None

        await pair.box.until(alone, "the box is on its own")

    play(served, tmp_path, "b9", scene)


def test_orders_when_no_websocket_goes_through_then_they_come_by_polling(tmp_path: Path) -> None:
    async def scene(pair: Pair) -> None:
        await pair.answer(await pair.want(queue("sales", {})))
        await pair.answer(await pair.want(queue("more", {})))
        assert await pair.queue("more") is not None

    folder = tmp_path / "console"
    folder.mkdir()
    with box_port(sqlite_with_tables(tmp_path / "console.db"), folder, websockets=False) as port:
        play(port, tmp_path, "b10", scene)


def test_command_when_the_switchboard_is_away_meanwhile_then_its_answer_is_told_later(
    served: BoxPort, tmp_path: Path
) -> None:
    async def scene(pair: Pair) -> None:
        await pair.answer(await pair.want(queue("sales", {})))
        await pair.box.stop()
        number = await pair.order(lambda number: restart(pair, number))

        async def stored() -> bool:
            ground = pair.service.ground
            assert ground is not None
            return await ground.state.run(lambda c: c.value("SELECT count(*) FROM answers")) == 1

        await pair.box.until(stored, "the answer is on the disk")
        await pair.box.start()

        async def told() -> bool:
            pair.service.hurry()
            return bool(await pair.answer(number))

        assert await pair.box.until(told, "the console knows")

    play(served, tmp_path, "b11", scene)


def test_certificate_when_the_console_orders_a_new_one_then_the_box_goes_on_with_it(
    served: BoxPort, tmp_path: Path
) -> None:
    async def scene(pair: Pair) -> None:
        before = pair.identity.certificate.serial_number
        number = await pair.order(
            lambda number: msgspec.structs.replace(restart(pair, number), command=CommandKind.RENEW_CERTIFICATE)
        )
        assert (await pair.answer(number))["ok"] is True
        assert load_identity(pair.box.paths.data).certificate.serial_number != before
        told = await pair.answer(await pair.want(queue("sales", {})))
        assert told["applied"] == ["queue/sales"]

    play(served, tmp_path, "b12", scene)
