"""Which contact process holds which contact, and when a process is really gone.

A closed link alone means nothing: a living process comes back. Only when the kernel says that the process has ended
*and* its link has delivered everything are its contacts lost. Must not decide what becomes of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from appliance.clock import Clock
from appliance.contact.protocol import Hello
from appliance.ids import ContactId, SlotId
from appliance.switchboard.contacts.link import Connection
from appliance.switchboard.contacts.presence import Presence

Key = tuple[SlotId, int]  # slot and process id


@dataclass(slots=True)
class Process:
    """One contact process. `contacts` are those under way in it: more than one while a transfer ends the earlier."""

    hello: Hello
    connection: Connection | None = None
    presence: Presence | None = None
    gone: bool = False
    contacts: set[ContactId] = field(default_factory=set)
    asked: bool = False  # to begin a contact, and has not answered yet

    @property
    def key(self) -> Key:
        return (self.hello.slot, self.hello.pid)


class Processes:
    """Every contact process that has said Hello and hasn't ended. `lost` is told each contact of a dead process.
    `since`: when the number of those on the link last changed."""

    def __init__(self, lost: Callable[[ContactId, int], None], clock: Clock) -> None:
        self._lost = lost
        self._clock = clock
        self.since = clock()
        self._processes: dict[Key, Process] = {}
        self._holders: dict[ContactId, Process] = {}
        self._greeted: set[SlotId] = set()

    @property
    def connected(self) -> int:
        """How many processes are on the link now."""
        return sum(process.connection is not None for process in self._processes.values())

    @property
    def free(self) -> int:
        """How many of these hold no contact."""
        return sum(process.connection is not None and not process.contacts for process in self._processes.values())

    def idle(self) -> list[Process]:
        """Those that can be asked to begin a contact, as far as is known here."""
        return [found for found in self._processes.values() if found.connection and not (found.contacts or found.asked)]

    def greeted(self, slot: SlotId) -> bool:
        """Whether the process at `slot` has said Hello to this switchboard."""
        return slot in self._greeted

    def hello(self, connection: Connection, hello: Hello) -> None:
        """A process introduces itself, for the first time or again."""
        process = self._processes.get((hello.slot, hello.pid))
        if process is None:
            process = self._processes[(hello.slot, hello.pid)] = Process(hello)
            process.presence = Presence(hello.pid, lambda: self._ended(process))
        elif process.connection is not None and process.connection is not connection:
            process.connection.close()
        if process.connection is None:
            self.since = self._clock()
        process.hello = hello
        process.connection = connection
        self._greeted.add(hello.slot)
        if hello.contact is not None:
            self.hold(connection, hello.contact)

    def hold(self, connection: Connection, contact: ContactId) -> None:
        """`contact` is in the process at the other end of `connection`."""
        process = self._at(connection)
        if process is not None and self._holders.get(contact) is not process:
            self.let_go(contact)
            self._holders[contact] = process
            process.contacts.add(contact)

    def let_go(self, contact: ContactId) -> None:
        """No process has any part in `contact` any more."""
        process = self._holders.pop(contact, None)
        if process is not None:
            process.contacts.discard(contact)

    def held(self, contact: ContactId) -> bool:
        return contact in self._holders

    def connection_of(self, contact: ContactId) -> Connection | None:
        """The way to the contact's process; None while it is away."""
        process = self._holders.get(contact)
        return None if process is None else process.connection

    def port_of(self, contact: ContactId) -> int | None:
        """The SIP port of the contact's process; None while it is away."""
        process = self._holders.get(contact)
        return None if process is None or process.connection is None else process.hello.sip_port

    def closed(self, connection: Connection) -> None:
        """The link's end was reached; the process may come back, or be dead."""
        process = self._at(connection)
        if process is not None and process.connection is connection:
            process.connection = None
            self.since = self._clock()
            self._bury_if_dead(process)

    def close(self) -> None:
        """Stop watching."""
        for process in self._processes.values():
            if process.presence is not None:
                process.presence.close()
        self._processes.clear()
        self._holders.clear()

    def _at(self, connection: Connection) -> Process | None:
        hello = connection.hello
        return None if hello is None else self._processes.get((hello.slot, hello.pid))

    def _ended(self, process: Process) -> None:
        process.gone = True
        self._bury_if_dead(process)

    def _bury_if_dead(self, process: Process) -> None:
        if not process.gone or process.connection is not None:
            return
        self._processes.pop(process.key, None)
        for contact in tuple(process.contacts):
            self.let_go(contact)
            self._lost(contact, process.hello.pid)
