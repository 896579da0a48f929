"""The switchboard's end of the link for tests of contact processes: stores events, acknowledges, sends commands.

Decides nothing by itself. It can be stopped and started again as the real one can.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self, TypeVar

from msgspec import structs

from appliance.contact.protocol import (
    WAKE,
    Acknowledge,
    Command,
    Declined,
    Event,
    Hello,
    JoinFailed,
    Message,
    Obeyed,
    Released,
    decode_from_contact,
    encode_message,
)
from appliance.events import AnyBody, ContactEvent, ContactInitiated
from appliance.ids import ContactId

PATIENCE_S = 10.0
_Body = TypeVar("_Body")
_Found = TypeVar("_Found")


class _Connection:
    """One contact process."""

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        self.hello: Hello | None = None
        self.closed = False

    def lines(self) -> Iterator[bytes]:
        rest = b""
        while chunk := self._receive():
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole

    def _receive(self) -> bytes:
        try:
            return self.socket.recv(65536)
        except OSError:
            return b""

    def send(self, message: Message) -> None:
        assert self.hello is not None
        with contextlib.suppress(OSError):  # the process may have just ended
            self.socket.sendall(encode_message(message))
        if not isinstance(message, Acknowledge):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
                waker.sendto(WAKE, ("127.0.0.1", self.hello.sip_port))


class FakeSwitchboard:
    """Serves the link on `path`. A context manager."""

    def __init__(self, path: Path) -> None:
        self.hellos: list[Hello] = []
        self.events: list[ContactEvent] = []  # once each, in the order of their coming
        self.released: list[ContactId] = []
        self.declined: list[ContactId] = []
        self.failed_joins: list[ContactId] = []
        self.obeyed: list[Obeyed] = []
        self.repeated = 0
        self._path = path
        self._known: set[tuple[ContactId, int]] = set()
        self._changed = threading.Condition()
        self._connections: list[_Connection] = []
        self._threads: list[threading.Thread] = []
        self._listening: socket.socket | None = None
        self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        self._path.unlink(missing_ok=True)
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(self._path))
        self._listening.listen(50)
        self._spawn(self._accept, self._listening)

    def stop(self) -> None:
        """Close everything; processes go on without us."""
        if self._listening is not None:
            self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
            self._listening = None
        for connection in self._connections:
            with contextlib.suppress(OSError):  # the other side may have gone
                connection.socket.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        for connection in self._connections:
            connection.socket.close()
        self._threads.clear()
        self._connections.clear()

    # ── what it says ─────────────────────────────────────────────────────────────────────────────────────────────

    def command(self, command: Command) -> None:
        """To the process that has the contact now."""
        slot = self.slot_of(command.contact)
        self.tell(slot, command)

    def order(self, command: Command, *, slot: int | None = None) -> str:
        """The same, and wait for what came of it: why nothing was done, "" where it was."""
        number = len(self.obeyed) + 1
        self.tell(self.slot_of(command.contact) if slot is None else slot, structs.replace(command, order=number))

        def answer() -> str | None:
            return next((each.why for each in self.obeyed if each.order == number), None)

        return self.wait(answer, lambda: f"an answer to {command}", PATIENCE_S)

    def tell(self, slot: int, message: Message) -> None:
        with self._changed:
            connection = [
                each
                for each in self._connections
                if each.hello is not None and each.hello.slot == slot and not each.closed
            ][-1]
        connection.send(message)

    # ── what it has heard ────────────────────────────────────────────────────────────────────────────────────────

    def contacts(self) -> list[ContactId]:
        """In the order of their beginning."""
        return [event.contact for event in list(self.events) if event.seq == 1]

    def slot_of(self, contact: ContactId) -> int:
        for event in list(self.events):
            if event.contact == contact and isinstance(event.body, ContactInitiated) and event.body.slot is not None:
                return event.body.slot
        raise KeyError(contact)

    def bodies(self, contact: ContactId) -> list[AnyBody]:
        return [event.body for event in list(self.events) if event.contact == contact]

    def kinds(self, contact: ContactId) -> list[str]:
        return [type(body).__name__ for body in self.bodies(contact)]

    def find(self, contact: ContactId, kind: type[_Body]) -> list[_Body]:
        """Every event of that kind so far."""
        return [body for body in self.bodies(contact) if isinstance(body, kind)]

    def wait_event(
        self,
        contact: ContactId,
        kind: type[_Body],
        *,
        timeout_s: float = PATIENCE_S,
        fits: Callable[[Any], bool] = lambda body: True,
    ) -> _Body:
        """The first event of that kind that fits."""

        def found() -> _Body | None:
            return next((body for body in self.find(contact, kind) if fits(body)), None)

        return self.wait(found, lambda: f"{kind.__name__} in {self.kinds(contact)}", timeout_s)

    def wait_contact(self, number: int, *, timeout_s: float = PATIENCE_S) -> ContactId:
        """The contact that began as number `number` (from 0)."""

        def found() -> ContactId | None:
            contacts = self.contacts()
            return contacts[number] if len(contacts) > number else None

        return self.wait(found, lambda: f"contact number {number}; there are {len(self.contacts())}", timeout_s)

    def wait_hellos(self, count: int, *, timeout_s: float = 15.0) -> list[Hello]:
        """Until processes have said Hello `count` times in all."""
        self.wait(lambda: len(self.hellos) >= count or None, lambda: f"{count} Hellos in {self.hellos}", timeout_s)
        return list(self.hellos)

    def wait_released(self, contact: ContactId, *, timeout_s: float = PATIENCE_S) -> None:
        self.wait(lambda: contact in self.released or None, lambda: f"release after {self.kinds(contact)}", timeout_s)

    def wait_declined(self, contact: ContactId) -> None:
        self.wait(lambda: contact in self.declined or None, lambda: f"{contact} is declined", PATIENCE_S)

    def wait_join_failed(self, contact: ContactId) -> None:
        self.wait(lambda: contact in self.failed_joins or None, lambda: f"{contact} could not join", PATIENCE_S)

    def wait(self, found: Callable[[], _Found | None], what: Callable[[], str], timeout_s: float) -> _Found:
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while (answer := found()) is None:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"not within {timeout_s} s: {what()}")
                self._changed.wait(left)
            return answer

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _spawn(self, life: Callable[[Any], None], of: object) -> None:
        thread = threading.Thread(target=life, args=(of,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                connected, _ = listening.accept()
            except OSError:
                return
            connection = _Connection(connected)
            with self._changed:
                self._connections.append(connection)
            self._spawn(self._serve, connection)

    def _serve(self, connection: _Connection) -> None:
        for line in connection.lines():
            message = decode_from_contact(line)
            with self._changed:
                self._take(connection, message)
                self._changed.notify_all()
        with self._changed:
            connection.closed = True
            self._changed.notify_all()

    def _take(self, connection: _Connection, message: Message) -> None:
        if isinstance(message, Hello):
            connection.hello = message
            self.hellos.append(message)
        elif isinstance(message, Released):
            self.released.append(message.contact)
            connection.send(Acknowledge(contact=message.contact, seq=0))
        elif isinstance(message, Declined):
            self.declined.append(message.contact)
        elif isinstance(message, Obeyed):
            self.obeyed.append(message)
        elif isinstance(message, JoinFailed):
            self.failed_joins.append(message.contact)
        elif isinstance(message, Event):
            self._keep(message.event)
            connection.send(Acknowledge(contact=message.event.contact, seq=message.event.seq))

    def _keep(self, event: ContactEvent) -> None:
        key = (event.contact, event.seq)
        if key in self._known:
            self.repeated += 1
            return
        self._known.add(key)
        self.events.append(event)
