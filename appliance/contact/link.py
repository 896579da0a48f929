"""The contact process's end of the link: keeps every event until the switchboard has stored it.

Never blocks. While the switchboard is away events wait here (and stand in the journal); on return the process says
`Hello` and sends them again. Knows nothing of SIP or media.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable, Iterator

import msgspec

from appliance.contact.line_socket import LineSocket
from appliance.contact.protocol import Acknowledge, Event, Hello, Message, Released, decode_to_contact, encode_message
from appliance.events import ContactEvent
from appliance.ids import ContactId, SlotId

RETRY_S = 0.5
_log = logging.getLogger(__name__)


class Link:
    """One connection to the switchboard that comes back by itself; `poll` from the process's loop."""

    def __init__(self, path: str, slot: SlotId, sip_port: int, now: Callable[[], float]) -> None:
        self._slot = slot
        self._sip_port = sip_port
        self._now = now
        self._socket = LineSocket(path)
        self._present = False
        self._retry_at = 0.0
        self._unacknowledged: deque[ContactEvent | Released] = deque()
        self.contact: ContactId | None = None

    @property
    def settled(self) -> bool:
        """Whether everything said has been stored by the switchboard."""
        return not self._unacknowledged

    @property
    def connected(self) -> bool:
        return self._socket.connected

    def send(self, event: ContactEvent) -> None:
        """Deliver `event`, now or when the switchboard is back."""
        self._keep(event)

    def release(self, contact: ContactId) -> None:
        """Say that `contact` is over for this process, after all its events."""
        self._keep(Released(contact=contact))

    def ask(self, message: Message) -> bool:
        """Say something that is of no use later; False where the switchboard is away."""
        if not self._socket.connected:
            return False
        self._say(encode_message(message))
        return True

    def poll(self) -> Iterator[Message]:
        """Connect, write and read whatever can be done without waiting; yields commands in order."""
        if not self._socket.connected and not self._connect():
            return
        self._socket.flush()
        for line in self._socket.lines():
            try:
                message = decode_to_contact(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                _log.error("the switchboard sent a line that is no message (%s); ignored", error)
                continue
            if isinstance(message, Acknowledge):
                self._acknowledged(message)
            else:
                yield message
        self._note_loss()

    def close(self) -> None:
        self._socket.close()

    def _keep(self, item: ContactEvent | Released) -> None:
        self._unacknowledged.append(item)
        if self._socket.connected:
            self._say(_line(item))

    def _connect(self) -> bool:
        if self._now() < self._retry_at:
            return False
        self._retry_at = self._now() + RETRY_S
        if not self._socket.connect():
            return False
        self._present = True
        hello = Hello(slot=self._slot, pid=os.getpid(), sip_port=self._sip_port, contact=self.contact)
        self._say(b"".join([encode_message(hello), *map(_line, self._unacknowledged)]))
        return self._socket.connected

    def _say(self, lines: bytes) -> None:
        self._socket.write(lines)
        self._note_loss()

    def _note_loss(self) -> None:
        if self._present and not self._socket.connected:
            self._present = False
            _log.info("the switchboard is gone; events wait here until it is back")

    def _acknowledged(self, message: Acknowledge) -> None:
        keep: deque[ContactEvent | Released] = deque()
        for item in self._unacknowledged:
            if isinstance(item, Released):
                if item.contact != message.contact or any(is_of(other, item.contact) for other in keep):
                    keep.append(item)
            elif item.contact != message.contact or item.seq > message.seq:
                keep.append(item)
        self._unacknowledged = keep


def is_of(item: ContactEvent | Released, contact: ContactId) -> bool:
    """Whether an item that still waits is an event of `contact`."""
    return isinstance(item, ContactEvent) and item.contact == contact


def _line(item: ContactEvent | Released) -> bytes:
    return encode_message(item if isinstance(item, Released) else Event(event=item))
