"""A contact's story told event by event, WAV files as pjsua writes them, a box's folders."""

from __future__ import annotations

import math
import struct
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance import events as ev
from appliance.ids import AgentId, ContactId, Extension, FlowId, LegId, OfferId, QueueId, RecordingId, SlotId
from appliance.stamps import Stamp
from appliance.store import Store

WALL_S = 1_795_000_000.25
CONTACT = ContactId("7d7b9c1e-0001")
RATE_HZ = 8000


class Story:
    """Events of one contact; `at(mono_s)` moves the clock, the named methods write what a real contact writes."""

    def __init__(self, contact: ContactId = CONTACT, boot: str = "boot-a") -> None:
        self.contact = contact
        self.boot = boot
        self.mono_s = 0.0
        self.wall_offset_s = WALL_S
        self.synced = True
        self.events: list[ev.ContactEvent] = []

    def at(self, mono_s: float) -> Story:
        self.mono_s = mono_s
        return self

    def stamp(self) -> Stamp:
        wall_s = self.wall_offset_s + self.mono_s
        return Stamp(boot=self.boot, mono_s=self.mono_s, wall_s=wall_s, synced=self.synced)

    def say(self, *bodies: ev.AnyBody, writer: ev.Writer = ev.Writer.CONTACT) -> Story:
        for body in bodies:
            seq = 1 + sum(event.writer is writer for event in self.events)
            event = ev.ContactEvent(contact=self.contact, writer=writer, seq=seq, at=self.stamp(), body=body)
            self.events.append(event)
        return self

    def switchboard(self, *bodies: ev.AnyBody) -> Story:
        return self.say(*bodies, writer=ev.Writer.SWITCHBOARD)

    def arrive(self) -> Story:
        customer = ev.Endpoint(address="+8225550100", display_name="Han")
        system = ev.Endpoint(address="+8225550199")
        self.say(
            ev.ContactInitiated(
                method=ev.InitiationMethod.INBOUND,
                customer=customer,
                system=system,
                slot=SlotId(2),
                source="trunk:acme",
            ),
            _leg("customer", ev.LegRole.CUSTOMER, outgoing=False),
        )
        self.say(ev.LegAnswered(leg=LegId("customer"), codec="PCMU"), ev.SystemConnected())
        return self.say(ev.FlowStarted(flow=FlowId("menu"), flow_type="contactFlow", bundle_sha256="ab" * 32))

    def queue(self, name: str = "sales") -> Story:
        return self.say(ev.QueueRequested(queue=QueueId(name)), ev.ContactQueued(queue=QueueId(name)))

    def offer(self, agent: str = "kim", number: int = 1) -> Story:
        offer = OfferId(f"{self.contact}/{number}")
        self.say(ev.AgentOffered(offer=offer, agent=AgentId(agent), extension=Extension("101")))
        return self.say(_leg(f"agent-{number}", ev.LegRole.AGENT, outgoing=True))

    def answer(self, agent: str = "kim", number: int = 1, queue: str = "sales") -> Story:
        offer = OfferId(f"{self.contact}/{number}")
        self.say(ev.LegAnswered(leg=LegId(f"agent-{number}"), codec="PCMA"))
        self.say(ev.AgentConnected(agent=AgentId(agent), extension=Extension("101"), offer=offer))
        return self.say(ev.ContactDequeued(queue=QueueId(queue), reason="connected"))

    def record(self, folder: Path, recording: str = "tape-1") -> Story:
        paths = {"customer_path": folder / f"{recording}.customer.wav", "agent_path": folder / f"{recording}.agent.wav"}
        texts = {name: str(path) for name, path in paths.items()}
        return self.say(ev.RecordingStarted(recording=RecordingId(recording), rate_hz=RATE_HZ, **texts))

    def hang_up(self, *, state: str = "CONNECTED", agent: str | None = "kim", number: int = 1) -> Story:
        good = ev.LegQuality(received=500, lost=5, sent=500, jitter_ms=3.0, rtt_ms=20.0)
        if agent is not None:
            self.say(ev.AgentLeft(agent=AgentId(agent)))
        self.say(
            ev.ContactDisconnected(reason=ev.DisconnectReason.CUSTOMER_DISCONNECT, pre_disconnect_state=state),
            ev.LegEnded(leg=LegId("customer"), role=ev.LegRole.CUSTOMER, sip_status=200, remote=True, quality=good),
        )
        if agent is not None:
            leg = LegId(f"agent-{number}")
            self.say(ev.LegEnded(leg=leg, role=ev.LegRole.AGENT, sip_status=200, remote=False, quality=good))
        return self

    def write_journal(self, spool: Path) -> Path:
        """The contact process's own events as its journal."""
        folder = spool / self.contact
        folder.mkdir(parents=True, exist_ok=True)
        own = [event for event in self.events if event.writer is ev.Writer.CONTACT]
        path = folder / "journal.jsonl"
        path.write_bytes(b"".join(ev.encode_event(event) + b"\n" for event in own))
        return path


def _leg(name: str, role: ev.LegRole, *, outgoing: bool) -> ev.LegStarted:
    return ev.LegStarted(
        leg=LegId(name), role=role, uri=f"sip:{name}@box", sip_call_id=f"{name}@box", outgoing=outgoing
    )


def tone(seconds: float, hz: float = 440.0, level: float = 0.2) -> array[int]:
    """Samples of a sine."""
    step = 2 * math.pi * hz / RATE_HZ
    return array("h", (int(32767 * level * math.sin(step * n)) for n in range(round(seconds * RATE_HZ))))


def wav_bytes(samples: array[int], *, sized: bool = False, channels: int = 1) -> bytes:
    """A WAV file with a 44-byte header; unless `sized` its sizes are zero, as a killed writer leaves them."""
    data = samples.tobytes()
    size = len(data) if sized else 0
    riff = struct.pack("<4sI4s", b"RIFF", size + 36 if sized else 0, b"WAVE")
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, RATE_HZ, RATE_HZ * 2 * channels, 2 * channels, 16)
    return riff + form + struct.pack("<4sI", b"data", size) + data


@pytest.fixture
def story() -> Story:
    return Story()


@pytest.fixture
def new_story() -> type[Story]:
    return Story


@pytest.fixture
def make_tone() -> Callable[..., array[int]]:
    return tone


@pytest.fixture
def make_wav() -> Callable[..., bytes]:
    return wav_bytes


class Box:
    """A store, a spool and a recordings folder."""

    def __init__(self, root: Path) -> None:
        self.spool = root / "spool"
        self.recordings = root / "recordings"
        self.spool.mkdir()
        self.recordings.mkdir()
        self.store_path = root / "store.db"
        self.store = Store.open(self.store_path)

    def write_sides(self, story: Story, *, customer: bytes | None, agent: bytes | None, name: str = "tape-1") -> Path:
        folder = self.spool / story.contact
        folder.mkdir(exist_ok=True)
        for side, data in (("customer", customer), ("agent", agent)):
            if data is not None:
                (folder / f"{name}.{side}.wav").write_bytes(data)
        return folder


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    made = Box(tmp_path)
    yield made
    made.store.close()
