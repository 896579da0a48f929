"""The way down, as a box sees it: orders in order, over a WebSocket or by polling; blobs of its own branch only."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import msgspec
import pytest
from kit.console import sqlite_with_tables
from kit.enrolled import BoxPort, box_port, web_session
from sqlalchemy import update

from appliance.cloud import paths
from appliance.cloud.enrolment import Refusal, RefusalKind
from appliance.cloud.orders import Command, CommandKind, DesiredState, Item, ItemKind, Order, Taken
from appliance.cloud.signing import decode_signed, opened
from appliance.console.authority import boxes
from appliance.console.context import Console
from appliance.console.database.tables import Blob
from appliance.console.notices import Topic
from appliance.console.orders import blobs, desired, sending
from appliance.sync.identity import tls
from appliance.sync.identity.identity import Identity


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoxPort]:
    folder = tmp_path_factory.mktemp("console")
    with box_port(sqlite_with_tables(folder / "console.db"), folder) as one:
        yield one


def order(port: BoxPort, identity: Identity, **arguments: str) -> int:
    """Its number."""

    async def work(one: Console) -> int:
        def made(number: int) -> Command:
            return Command(
                box=identity.box, number=number, issued_s=1.0, command=CommandKind.RESTART, arguments=arguments,
                expires_s=2.0,
            )  # fmt: skip

        async with one.database.writing() as session:
            return await sending.send(session, port.keys, identity.box, made=made, by="person:kim", now_s=1.0)

    number: int = port.with_console(work)
    port.told(Topic.ORDERS, identity.box)
    return number


def read(identity: Identity, document: bytes) -> Order:
    return opened(decode_signed(document), keys=identity.signing_keys, box=identity.box)


def poll(port: BoxPort, identity: Identity, after: int, wait_s: float = 0.0) -> list[Order]:
    answer = get(port, tls.client_context(identity), f"{paths.DOWN_POLL}?after={after}&wait_s={wait_s}")
    return [read(identity, bytes(one)) for one in msgspec.json.decode(answer[1], type=list[msgspec.Raw])]


def get(port: BoxPort, context: ssl.SSLContext, path: str) -> tuple[int, bytes]:
    async def run() -> tuple[int, bytes]:
        async with web_session() as session, session.get(port.url + path, ssl=context) as response:
            return response.status, await response.read()

    return asyncio.run(run())


def test_poll_when_orders_wait_then_those_after_the_number_come_in_order(port: BoxPort, tmp_path: Path) -> None:
    identity = port.enrol("seoul", tmp_path)
    numbers = [order(port, identity, service=name) for name in ("sync", "edge", "switchboard")]
    assert numbers == [1, 2, 3]
    assert [one.number for one in poll(port, identity, 0)] == [1, 2, 3]
    assert [one.number for one in poll(port, identity, 2)] == [3]
    assert poll(port, identity, 3, wait_s=0.05) == []
    assert port.with_console(lambda one: taken_numbers(one, identity.box)) == [3, 2, 1]


async def taken_numbers(one: Console, box: str) -> list[int]:
    async with one.database.reading() as session:
        return [row.number for row in await sending.orders_of(session, box) if row.taken_s is not None]


def test_socket_when_an_order_is_given_then_it_comes_at_once_and_is_taken(port: BoxPort, tmp_path: Path) -> None:
    identity = port.enrol("busan", tmp_path)
    order(port, identity, service="sync")

    async def run() -> list[int]:
        async with (
            asyncio.timeout(15),
            web_session() as session,
            session.ws_connect(port.url + paths.DOWN_SOCKET, ssl=tls.client_context(identity)) as socket,
        ):
            first = read(identity, (await socket.receive_str()).encode())
            await asyncio.to_thread(order, port, identity, service="edge")
            second = read(identity, (await socket.receive_str()).encode())
            await socket.send_str(msgspec.json.encode(Taken(number=second.number)).decode())
            while await asyncio.to_thread(port.with_console, lambda one: taken_numbers(one, identity.box)) != [2, 1]:
                await asyncio.sleep(0.02)
            return [first.number, second.number]

    assert asyncio.run(run()) == [1, 2]


@pytest.mark.parametrize("said", ["nonsense", '{"number": "one"}', "[]", "x" * 2000])
def test_socket_when_the_box_says_nonsense_then_it_is_closed(port: BoxPort, tmp_path: Path, said: str) -> None:
    identity = port.enrol("daegu", tmp_path)

    async def run() -> int | None:
        async with (
            asyncio.timeout(15),
            web_session() as session,
            session.ws_connect(port.url + paths.DOWN_SOCKET, ssl=tls.client_context(identity)) as socket,
        ):
            await socket.send_str(said)
            await socket.receive()
            return socket.close_code

    assert asyncio.run(run()) == 4400


def test_socket_when_the_box_is_revoked_meanwhile_then_it_is_closed(port: BoxPort, tmp_path: Path) -> None:
    identity = port.enrol("jeju", tmp_path)

    async def revoke(one: Console) -> None:
        async with one.database.writing() as session:
            await boxes.revoke(session, identity.box, reason="lost", now_s=port.now_s())

    async def run() -> int | None:
        async with (
            asyncio.timeout(15),
            web_session() as session,
            session.ws_connect(port.url + paths.DOWN_SOCKET, ssl=tls.client_context(identity)) as socket,
        ):
            await asyncio.to_thread(port.with_console, revoke)
            await asyncio.to_thread(port.told, Topic.ORDERS, identity.box)
            await socket.receive()
            return socket.close_code

    assert asyncio.run(run()) == 4403


def test_publish_when_items_are_wanted_then_one_signed_order_has_them_in_the_order_of_application(
    port: BoxPort, tmp_path: Path
) -> None:
    identity = port.enrol("ulsan", tmp_path)

    async def work(one: Console) -> tuple[str, int]:
        async with one.database.writing() as session:
            for item in (
                Item(kind=ItemKind.AGENT, name="kim", content={"agent": "kim"}),
                Item(kind=ItemKind.QUEUE, name="sales", content={"queue": "sales"}, overwrite=True),
                Item(kind=ItemKind.QUEUE, name="old"),
                Item(kind=ItemKind.AGENT, name="lee", content={"agent": "lee"}),
            ):
                await desired.put_item(session, "ulsan", item, by="person:kim", now_s=1.0)
            await desired.drop_item(session, "ulsan", ItemKind.AGENT, "lee")
            return await desired.publish(session, port.keys, "ulsan", by="person:kim", now_s=2.0)

    assert port.with_console(work) == (identity.box, 1)
    (got,) = poll(port, identity, 0)
    assert isinstance(got, DesiredState)
    assert [(one.name, one.content is None, one.overwrite) for one in got.items] == [
        ("old", True, False), ("sales", False, True), ("kim", False, False),
    ]  # fmt: skip

    async def again(one: Console) -> None:
        async with one.database.writing() as session:
            await desired.publish(session, port.keys, "ulsan", by="person:kim", now_s=3.0)

    port.with_console(again)
    (later,) = poll(port, identity, 1)
    assert isinstance(later, DesiredState)
    assert not any(one.overwrite for one in later.items)  # once is enough


def test_enrolment_when_something_is_wanted_of_the_branch_then_the_new_box_gets_it(
    port: BoxPort, tmp_path: Path
) -> None:
    port.enrol("gwangju", tmp_path / "old")

    async def work(one: Console) -> None:
        async with one.database.writing() as session:
            item = Item(kind=ItemKind.QUEUE, name="sales", content={})
            await desired.put_item(session, "gwangju", item, by="person:kim", now_s=1.0)

    port.with_console(work)
    (got,) = poll(port, port.enrol("gwangju", tmp_path / "new"), 0)
    assert isinstance(got, DesiredState)
    assert [one.name for one in got.items] == ["sales"]


def test_numbers_when_the_console_was_restored_from_a_copy_then_they_go_on_after_what_the_box_has(
    port: BoxPort, tmp_path: Path
) -> None:
    identity = port.enrol("suwon", tmp_path)
    assert poll(port, identity, 41) == []
    assert order(port, identity, service="sync") == 42
    assert [one.number for one in poll(port, identity, 41)] == [42]
    assert [one.number for one in poll(port, identity, 0)] == [42]


def test_blob_when_it_was_changed_in_the_database_then_it_does_not_go_out(port: BoxPort, tmp_path: Path) -> None:
    identity = port.enrol("sejong", tmp_path)

    async def work(one: Console) -> str:
        async with one.database.writing() as session:
            sha256 = await blobs.keep(
                session, b"good", kind=ItemKind.PROMPT, title="hold", by="person:kim", now_s=1.0
            )  # fmt: skip
            item = Item(kind=ItemKind.PROMPT, name="hold", content={}, blob=sha256)
            await desired.put_item(session, "sejong", item, by="person:kim", now_s=1.0)
            await session.execute(update(Blob).where(Blob.sha256 == sha256).values(content=b"evil"))
            return sha256

    sha256 = port.with_console(work)
    assert get(port, tls.client_context(identity), f"{paths.BLOBS}/{sha256}")[0] == 404


def test_blob_when_another_branch_asks_then_it_is_not_there(port: BoxPort, tmp_path: Path) -> None:
    mine, other = port.enrol("mine", tmp_path / "mine"), port.enrol("other", tmp_path / "other")

    async def work(one: Console) -> str:
        async with one.database.writing() as session:
            sha256 = await blobs.keep(
                session, b"sound", kind=ItemKind.PROMPT, title="hold", by="person:kim", now_s=1.0
            )  # fmt: skip
            item = Item(kind=ItemKind.PROMPT, name="hold", content={}, blob=sha256)
            await desired.put_item(session, "mine", item, by="person:kim", now_s=1.0)
            return sha256

    sha256 = port.with_console(work)
    assert get(port, tls.client_context(mine), f"{paths.BLOBS}/{sha256}") == (200, b"sound")
    status, text = get(port, tls.client_context(other), f"{paths.BLOBS}/{sha256}")
    assert (status, msgspec.json.decode(text, type=Refusal).kind) == (404, RefusalKind.NOT_FOUND)
    assert get(port, tls.client_context(mine), f"{paths.BLOBS}/..%2f..%2fetc%2fpasswd")[0] == 404
    with pytest.raises(aiohttp.ClientError):
        get(port, ssl.create_default_context(), f"{paths.BLOBS}/{sha256}")
