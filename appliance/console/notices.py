"""Says that something has changed, to whoever waits for it in any process of the console: live pages, down connections.

    console.notices.tell(Topic.LIVE, "seoul-1")                after the change is committed
    with console.notices.listening(Topic.LIVE) as listener:    changed = await listener.changed()

Several notices of one thing between two looks are one; a look may come without a change (after a lost connection).
A notice may be lost, so who must not miss anything looks again from time to time. Must not carry the change itself.
"""

from __future__ import annotations

import asyncio
import enum
import logging
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec

from appliance.console.database import listening
from appliance.console.database.engine import Database
from appliance.console.errors import DatabaseError

log = logging.getLogger(__name__)
GATHER_S = 0.03  # notices of this long go to the other processes in one message
_AGAIN_S = 2.0


class Topic(enum.StrEnum):
    """What changed; the key says of which branch (ORDERS: of which box)."""

    LIVE = "live"
    CONTACTS = "contacts"
    OUTAGES = "outages"
    INVENTORY = "inventory"
    HAPPENINGS = "happenings"
    RECORDINGS = "recordings"
    ORDERS = "orders"
    WEBHOOKS = "webhooks"


EVERYTHING = "*"  # as a key: anything of the topic may have changed
Notice = tuple[str, str]  # topic, key


class Listener:
    """Changes of some topics since the last look."""

    def __init__(self, topics: Sequence[Topic]) -> None:
        self._topics = frozenset(topic.value for topic in topics)
        self._found: set[Notice] = set()
        self._woken = asyncio.Event()

    def note(self, notices: Sequence[Notice]) -> None:
        mine = [notice for notice in notices if notice[0] in self._topics]
        if mine:
            self._found.update(mine)
            self._woken.set()

    def note_all(self) -> None:
        """Anything may have changed."""
        self.note([(topic, EVERYTHING) for topic in self._topics])

    async def changed(self) -> frozenset[tuple[Topic, str]]:
        """Waits until there is something."""
        await self._woken.wait()
        self._woken.clear()
        found, self._found = self._found, set()
        return frozenset((Topic(topic), key) for topic, key in found)


class Notices:
    """`run` has to run for notices to come from and go to other processes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._listeners: set[Listener] = set()
        self._outgoing: dict[Notice, None] = {}
        self._due = asyncio.Event()

    def tell(self, topic: Topic, key: str) -> None:
        """To be called after the commit, in the event loop."""
        notice = (topic.value, key)
        self._deliver([notice])
        if self._database.is_postgresql:
            self._outgoing[notice] = None
            self._due.set()

    @contextmanager
    def listening(self, *topics: Topic) -> Iterator[Listener]:
        listener = Listener(topics)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def run(self) -> None:
        """Ends only when it is cancelled."""
        if not self._database.is_postgresql:
            await asyncio.Event().wait()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._send_always())
            group.create_task(self._receive_always())

    def _deliver(self, notices: Sequence[Notice]) -> None:
        for listener in self._listeners:
            listener.note(notices)

    async def _send_always(self) -> None:
        while True:
            await self._due.wait()
            await asyncio.sleep(GATHER_S)
            self._due.clear()
            going, self._outgoing = list(self._outgoing), {}
            try:
                await listening.send(self._database, packed(self._name, going))
            except DatabaseError as error:
                log.warning("%s", error)

    async def _receive_always(self) -> None:
        while True:
            try:
                await self._receive()
            except DatabaseError as error:
                log.warning("%s", error)
            await asyncio.sleep(_AGAIN_S)

    async def _receive(self) -> None:
        async with listening.messages(self._database) as found:
            for listener in self._listeners:
                listener.note_all()
            while (message := await found.get()) is not None:
                sender, notices = _MESSAGE.decode(message)
                if sender != self._name:
                    self._deliver(notices)


def packed(sender: str, notices: Sequence[Notice], most: int = listening.MOST_BYTES) -> list[str]:
    """As few messages of at most `most` bytes as they need."""
    text = msgspec.json.encode((sender, notices))
    if len(text) <= most or len(notices) <= 1:
        return [text.decode()]
    half = len(notices) // 2
    return [*packed(sender, notices[:half], most), *packed(sender, notices[half:], most)]


_MESSAGE = msgspec.json.Decoder(tuple[str, list[Notice]])
