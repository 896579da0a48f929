"""baresip's TCP control interface (ctrl_tcp): commands with answers, and events as they come. Netstrings of JSON."""

from __future__ import annotations

import itertools
import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from appliance.cli.softphone.processes import Program, ProgramError, wait_until


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneEvent:
    """One line of the control interface. `at` is time.monotonic() when it was read."""

    kind: str  # REGISTER_OK, CALL_INCOMING, CALL_RINGING, CALL_ESTABLISHED, CALL_CLOSED …
    param: str
    peer: str
    call_id: str
    outgoing: bool
    at: float


@dataclass(slots=True)
class _Inbox:
    """What the reader thread has read, under one condition."""

    changed: threading.Condition = field(default_factory=threading.Condition)
    events: list[PhoneEvent] = field(default_factory=list)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    closed: bool = False

    def take(self, fits: Callable[[PhoneEvent], bool]) -> PhoneEvent | None:
        """The first event that fits; it is read now. Under `changed`."""
        for at, event in enumerate(self.events):
            if fits(event):
                return self.events.pop(at)
        return None


class Control:
    """The link to one running phone. `name` and the program's log stand in every error."""

    def __init__(self, name: str, program: Program, port: int) -> None:
        self.name = name
        self._program = program
        self._tokens = itertools.count(1)
        self._inbox = _Inbox()
        self._socket = self._connect(port)
        self._reader = threading.Thread(target=self._read, name=f"baresip-{name}", daemon=True)
        self._reader.start()

    def command(self, name: str, params: str | None = None, *, timeout_s: float = 5.0) -> str:
        """Any command of the menu module. Raises ProgramError when the phone refuses it."""
        token = str(next(self._tokens))
        request = {"command": name, "token": token} | ({"params": params} if params is not None else {})
        body = json.dumps(request).encode()
        self._socket.sendall(b"%d:%b," % (len(body), body))
        inbox = self._inbox
        with inbox.changed:
            inbox.changed.wait_for(lambda: token in inbox.answers or inbox.closed, timeout_s)
            answer = inbox.answers.pop(token, None)
        if answer is None or not answer.get("ok"):
            log = f"{self._program.log}\n{self._program.tail()}"
            raise ProgramError(f"phone {self.name}: command {name} failed: {answer}; {log}")
        return str(answer.get("data", ""))

    def wait_for(
        self, wanted: str | Callable[[PhoneEvent], bool], *, timeout_s: float = 10.0, text: str = ""
    ) -> PhoneEvent:
        """The first event of that kind (with `text` in its parameter) that no earlier call has returned."""

        def fits(event: PhoneEvent) -> bool:
            return (event.kind == wanted and text in event.param) if isinstance(wanted, str) else wanted(event)

        deadline = time.monotonic() + timeout_s
        inbox = self._inbox
        with inbox.changed:
            while (event := inbox.take(fits)) is None:
                left = deadline - time.monotonic()
                if left <= 0 or inbox.closed:
                    seen = [f"{event.kind} {event.param}" for event in inbox.events]
                    log = self._program.log
                    raise ProgramError(f"phone {self.name}: no {wanted} in {timeout_s} s, unread {seen}; {log}")
                inbox.changed.wait(left)
            return event

    def pending(self) -> tuple[PhoneEvent, ...]:
        """Events that no `wait_for` has taken yet."""
        with self._inbox.changed:
            return tuple(self._inbox.events)

    def close(self) -> None:
        """After the program has ended. Safe to call twice."""
        self._socket.close()
        self._reader.join(5)

    def _connect(self, port: int) -> socket.socket:
        def connected() -> socket.socket | None:
            if not self._program.running:
                raise ProgramError(f"phone {self.name} ended at start:\n{self._program.tail()}")
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=5)
            except ConnectionRefusedError:
                return None

        link = wait_until(connected, timeout_s=10, what=f"phone {self.name} listens on {port}")
        link.settimeout(None)
        return link

    def _read(self) -> None:
        buffer = b""
        while True:
            try:
                data = self._socket.recv(65536)
            except OSError:
                data = b""
            if not data:
                break
            buffer = self._take_messages(buffer + data)
        with self._inbox.changed:
            self._inbox.closed = True
            self._inbox.changed.notify_all()

    def _take_messages(self, buffer: bytes) -> bytes:
        """Netstrings: length, colon, body, comma. Returns the unfinished rest."""
        while b":" in buffer:
            length, _, rest = buffer.partition(b":")
            size = int(length)
            if len(rest) <= size:
                break
            self._take_message(json.loads(rest[:size]))
            buffer = rest[size + 1 :]
        return buffer

    def _take_message(self, message: dict[str, Any]) -> None:
        with self._inbox.changed:
            if message.get("response"):
                self._inbox.answers[str(message.get("token"))] = message
            else:
                self._inbox.events.append(_event(message))
            self._inbox.changed.notify_all()


def _event(message: dict[str, Any]) -> PhoneEvent:
    return PhoneEvent(
        kind=str(message.get("type", "")),
        param=str(message.get("param", "")),
        peer=str(message.get("peeruri", "")),
        call_id=str(message.get("id", "")),
        outgoing=message.get("direction") == "outgoing",
        at=time.monotonic(),
    )
