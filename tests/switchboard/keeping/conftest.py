"""A box's store and folders with contacts that were recorded, and its operations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from appliance import events as ev
from appliance.cloud.recordings import RecordingFacts
from appliance.config.paths import BoxPaths
from appliance.ids import ContactId, RecordingId
from appliance.records.contact_record import build_record
from appliance.records.finish import file_sha256
from appliance.stamps import Stamp
from appliance.store import Store
from appliance.switchboard.api.administration import Administration

WALL_S = 1_795_000_000.0
CUSTOMER = "+8225550100"
DAY = "2026/11/22"


class Branch:
    """`now_s` is the wall clock, set by hand; `synced`: whether a time server has set it."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.paths = BoxPaths(data=folder / "data", run=folder / "run")
        self.paths.make()
        self.store = store
        self.now_s = WALL_S
        self.synced = True
        self.administration = Administration(self.paths, "box", self.stamp)

    def stamp(self) -> Stamp:
        return Stamp(boot="a", mono_s=self.now_s - WALL_S, wall_s=self.now_s, synced=self.synced)

    def perform(self, op: str, **args: Any) -> Any:
        return self.administration.perform(self.store, op, args).result

    def contact(
        self,
        name: str,
        *,
        customer: str = CUSTOMER,
        recording: str = "",
        mailbox: str = "",
        over: bool = True,
        data: bytes = b"voices",
    ) -> ContactId:
        """A contact, with a finished recording or message of `data` where `recording` names one."""
        contact = ContactId(name)
        who = "Ferdinand" if customer == CUSTOMER else "Park"
        bodies: list[ev.AnyBody] = [
            ev.ContactInitiated(
                method=ev.InitiationMethod.INBOUND, customer=ev.Endpoint(address=customer, display_name=who)
            ),
            ev.NoteAdded(text=f"a note about {who}"),
        ]
        if recording:
            bodies += self._recorded(RecordingId(recording), mailbox, customer, data)
        if over:
            bodies.append(ev.ContactDisconnected(reason=None, pre_disconnect_state="CONNECTED"))
        at = self.stamp()
        events = [
            ev.ContactEvent(contact=contact, writer=ev.Writer.CONTACT, seq=number, at=at, body=body)
            for number, body in enumerate(bodies, start=1)
        ]
        if over:
            events.append(
                ev.ContactEvent(contact=contact, writer=ev.Writer.SWITCHBOARD, seq=1, at=at, body=ev.ContactClosed())
            )
        self.store.events.append(events)
        if over:
            self.store.records.save(build_record(self.store.events.of_contact(contact), box="branch"))
        return contact

    def seal(self, recording: str, *, data: bytes = b"sealed", key: str = "k1") -> Any:
        """As the sync service does it: the file, then the word."""
        row = self.store.recordings.get(RecordingId(recording))
        assert row is not None
        assert row.sha256 is not None
        path = f"{DAY}/{recording}.flac.age"
        target = self.paths.sealed / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        facts = RecordingFacts(
            recording=recording,
            contact=row.contact,
            kind="call",
            media_type="audio/flac",
            started_s=1.0,
            duration_s=2.0,
            sealed=True,
            recipients=("age1",),
            bytes=len(data),
            sha256=file_sha256(target),
            plain_sha256=row.sha256,
            signature="",
        )
        result = self.perform("recording.sealed", facts=msgspec.to_builtins(facts), path=path, key=key)
        if result["taken"] and not result["plain"]:
            (self.paths.recordings / str(row.path)).unlink()
        return result

    def delivered(self, recording: str) -> Any:
        sealed = self.store.sealed_recordings.get(RecordingId(recording))
        assert sealed is not None
        return self.perform("recording.delivered", recording=recording, sha256=sealed.sha256)

    def plain(self, recording: str) -> Path:
        """Where its finished file lies, or lay."""
        return self.paths.recordings / DAY / f"{recording}.flac"

    def files(self) -> set[str]:
        """Names of all files of recordings, plain and sealed."""
        folders = (self.paths.recordings, self.paths.sealed)
        return {path.name for folder in folders for path in folder.rglob("*") if path.is_file()}

    def told(self, kind: str) -> list[Any]:
        """What waits for the console of that kind."""
        rows = self.store.outbox.pending(limit=10_000)
        return [msgspec.json.decode(row.json) for row in rows if row.kind == kind]

    def _recorded(self, recording: RecordingId, mailbox: str, caller: str, data: bytes) -> list[ev.AnyBody]:
        path = self.plain(recording)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        started = ev.RecordingStarted(
            recording=recording, customer_path="c", agent_path="a", rate_hz=8000, mailbox=mailbox, caller=caller
        )
        finished = ev.RecordingFinished(
            recording=recording,
            path=f"{DAY}/{path.name}",
            sha256=file_sha256(path),
            duration_s=1.0,
            bytes=path.stat().st_size,
        )
        return [started, ev.RecordingStopped(recording=recording, reason="contact ended"), finished]


@pytest.fixture
def branch(tmp_path: Path) -> Iterator[Branch]:
    with Store.open(tmp_path / "store.db") as store:
        yield Branch(tmp_path, store)
