"""The link's socket alone: batches, back-pressure both ways, long lines."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from appliance.contact import protocol
from appliance.ids import ContactId, SlotId
from appliance.switchboard.contacts import link
from appliance.switchboard.contacts.link import Connection, FromContact, LinkServer

HELLO = protocol.encode_message(protocol.Hello(slot=SlotId(3), pid=1, sip_port=9))
RELEASED = protocol.encode_message(protocol.Released(contact=ContactId("c")))


class Listener:
    """Takes everything, settles nothing by itself."""

    def __init__(self) -> None:
        self.batches: list[Sequence[FromContact]] = []
        self.connections: list[Connection] = []
        self.gone = asyncio.Event()
        self.news = asyncio.Event()

    def received(self, connection: Connection, messages: Sequence[FromContact]) -> None:
        self.batches.append(messages)
        if connection not in self.connections:
            self.connections.append(connection)
        self.news.set()

    def closed(self, connection: Connection) -> None:
        self.gone.set()

    @property
    def count(self) -> int:
        return sum(map(len, self.batches))

    async def more(self, than: int) -> None:
        """Until more than `than` messages have come."""
        await self.until(lambda: self.count > than)

    async def until(self, fits: Callable[[], bool]) -> None:
        """Until `fits`, looked at after each batch."""
        async with asyncio.timeout(10):
            while not fits():
                self.news.clear()
                await self.news.wait()


Scene = Callable[[Listener, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def play(folder: Path, scene: Scene) -> None:
    async def performance() -> None:
        listener = Listener()
        server = LinkServer(folder / "link.sock", listener)
        await server.start()
        reader, writer = await asyncio.open_unix_connection(str(folder / "link.sock"))
        try:
            await scene(listener, reader, writer)
        finally:
            writer.close()
            await server.stop()
            await asyncio.sleep(0.01)
        assert not (folder / "link.sock").exists()

    asyncio.run(asyncio.wait_for(performance(), 30))


def test_messages_when_readable_at_once_then_come_in_one_batch(tmp_path: Path) -> None:
    async def scene(listener: Listener, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HELLO + RELEASED * 5 + RELEASED[:10])
        await listener.until(lambda: listener.count == 6)
        assert len(listener.batches) == 1
        writer.write(RELEASED[10:])
        await listener.until(lambda: listener.count == 7)
        assert listener.connections[0].hello == protocol.Hello(slot=SlotId(3), pid=1, sip_port=9)

    play(tmp_path, scene)


def test_process_when_it_sends_faster_than_is_settled_then_is_not_read_for_a_while(tmp_path: Path) -> None:
    async def scene(listener: Listener, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        many = 20 * link.MOST_UNSETTLED
        writer.write(HELLO + RELEASED * many)
        await listener.until(lambda: listener.count > link.MOST_UNSETTLED)
        seen = listener.count
        await asyncio.sleep(0.05)
        assert listener.count == seen < many
        settled = 0
        while listener.count < many + 1:
            listener.connections[0].settle(listener.count - settled)
            settled = listener.count
            await listener.more(settled)

    play(tmp_path, scene)


def test_process_when_it_does_not_read_then_loses_its_connection(tmp_path: Path) -> None:
    async def scene(listener: Listener, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HELLO)
        await listener.until(lambda: listener.count == 1)
        position = protocol.UpdateQueuePosition(contact=ContactId("c"), position=1, metrics={"x": "y" * 1000})
        async with asyncio.timeout(10):
            while not listener.gone.is_set():
                listener.connections[0].send(*[position] * 100)
                await asyncio.sleep(0)

    play(tmp_path, scene)


def test_line_when_endless_then_costs_the_connection(tmp_path: Path) -> None:
    async def scene(listener: Listener, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HELLO)
        writer.write(b"x" * (link.LONGEST_LINE + link.LONGEST_LINE // 2))
        await asyncio.wait_for(listener.gone.wait(), 10)
        assert listener.count == 1

    play(tmp_path, scene)


def test_good_messages_when_a_bad_line_follows_then_still_count(tmp_path: Path) -> None:
    async def scene(listener: Listener, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HELLO + RELEASED + b'{"type":"Event","event":{}}\n' + RELEASED)
        await asyncio.wait_for(listener.gone.wait(), 10)
        assert listener.count == 2

    play(tmp_path, scene)


def test_commands_when_sent_in_one_turn_then_arrive_in_order(tmp_path: Path) -> None:
    async def scene(listener: Listener, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HELLO)
        await listener.until(lambda: listener.count == 1)
        sent = [protocol.UpdateQueuePosition(contact=ContactId("c"), position=number) for number in range(1, 6)]
        for message in sent:
            listener.connections[0].send(message)
        got = [protocol.decode_to_contact(await reader.readline()) for _ in sent]
        assert got == sent

    play(tmp_path, scene)
