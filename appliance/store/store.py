"""The store: one SQLite file, its one writer, and the repositories on it.

The switchboard opens it for writing; everybody else reads. A store serves one thread at a time.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from appliance.store.agent_access import AgentAccesses
from appliance.store.agent_states import AgentStates
from appliance.store.agent_statuses import AgentStatuses
from appliance.store.agents import Agents
from appliance.store.boots import Boots
from appliance.store.campaigns import Campaigns
from appliance.store.connection import Connection
from appliance.store.contact_events import ContactEvents
from appliance.store.contact_records import ContactRecords
from appliance.store.contacts import Contacts
from appliance.store.counters import Counters
from appliance.store.directory import Directory
from appliance.store.dispositions import Dispositions
from appliance.store.do_not_call import DoNotCall
from appliance.store.erasures import Erasures
from appliance.store.errands import Errands
from appliance.store.extensions import Extensions
from appliance.store.flow_parts import FlowParts
from appliance.store.flows import Flows
from appliance.store.groups import Groups
from appliance.store.legal_holds import LegalHolds
from appliance.store.lock import WriterLock
from appliance.store.mailbox_access import MailboxAccesses
from appliance.store.mailboxes import Mailboxes
from appliance.store.measures import Measures
from appliance.store.outbox import Outbox
from appliance.store.queues import Queues
from appliance.store.quick_connects import QuickConnects
from appliance.store.recording_policies import RecordingPolicies
from appliance.store.recordings import Recordings
from appliance.store.routing_profiles import RoutingProfiles
from appliance.store.sealed_recordings import SealedRecordings
from appliance.store.supervision import Supervision
from appliance.store.surveys import Surveys
from appliance.store.voicemails import Voicemails


class Store:
    """Made by `open`, `open_read_only` or `in_memory`; `close` it, or use it in `with`."""

    def __init__(self, connection: Connection, lock: WriterLock | None = None) -> None:
        self._connection = connection
        self._lock = lock
        self.outbox = Outbox(connection)
        self.contacts = Contacts(connection)
        self.recordings = Recordings(connection)
        self.campaigns = Campaigns(connection, self.outbox)
        self.do_not_call = DoNotCall(connection, self.outbox)
        self.errands = Errands(connection, self.campaigns, self.do_not_call, self.outbox)
        self.sealed_recordings = SealedRecordings(connection, self.outbox)
        self.legal_holds = LegalHolds(connection)
        self.erasures = Erasures(connection)
        self.voicemails = Voicemails(connection)
        self.mailboxes = Mailboxes(connection, self.outbox)
        self.mailbox_access = MailboxAccesses(connection)
        self.events = ContactEvents(
            connection,
            self.contacts,
            self.outbox,
            recordings=self.recordings,
            voicemails=self.voicemails,
            errands=self.errands,
        )
        self.records = ContactRecords(connection, self.outbox)
        self.queues = Queues(connection, self.outbox)
        self.quick_connects = QuickConnects(connection, self.outbox)
        self.extensions = Extensions(connection, self.outbox)
        self.directory = Directory(connection, self.outbox)
        self.groups = Groups(connection, self.outbox)
        self.routing_profiles = RoutingProfiles(connection, self.outbox)
        self.agents = Agents(connection, self.outbox, self.routing_profiles)
        self.agent_states = AgentStates(connection, self.outbox)
        self.agent_statuses = AgentStatuses(connection, self.outbox)
        self.agent_access = AgentAccesses(connection)
        self.dispositions = Dispositions(connection, self.outbox)
        self.flows = Flows(connection, self.outbox)
        self.flow_parts = FlowParts(connection, self.outbox)
        self.supervision = Supervision(connection, self.outbox)
        self.recording_policies = RecordingPolicies(connection, self.outbox)
        self.counters = Counters(connection)
        self.surveys = Surveys(connection)
        self.boots = Boots(connection)
        self.measures = Measures(connection)

    @classmethod
    def open(cls, path: Path) -> Self:
        """The writer's store; made and brought up to date as needed. Raises StoreLockedError if there is a writer."""
        lock = WriterLock(path)
        try:
            return cls(Connection.writer(path), lock)
        except BaseException:
            lock.close()
            raise

    @classmethod
    def bring_up_to_date(cls, path: Path) -> bool:
        """Whether there was anything to do. What it took stays in memory until the process ends."""
        if Connection.up_to_date(path):
            return False
        cls.open(path).close()
        return Connection.up_to_date(path)

    @classmethod
    def open_read_only(cls, path: Path) -> Self:
        """A reader's view of the last committed state, beside the writer. Writing through it raises StoreError."""
        return cls(Connection.reader(path))

    @classmethod
    def in_memory(cls) -> Self:
        """A store without a file."""
        return cls(Connection.memory())

    def transaction(self) -> AbstractContextManager[None]:
        """Group writes: all of the block is stored when it ends, nothing of it if it raises. Blocks nest."""
        return self._connection.transaction()

    def faults(self) -> list[str]:
        """What is wrong with the file, one line each (reads all of it: not for the call path)."""
        return self._connection.faults()

    def close(self) -> None:
        """Write everything back and let the next writer in. Safe to call twice."""
        self._connection.close()
        if self._lock is not None:
            self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
