"""A contact process without media: speaks the link's protocol and writes a journal, as told by a test.

Holds the UDP port of its slot like the real one. Says nothing by itself but Hello and what was not acknowledged.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import uuid
import wave
from pathlib import Path
from typing import TypeVar

from kit.guest import patience
from msgspec import structs

from appliance import clock
from appliance import events as said
from appliance.config.paths import BoxPaths
from appliance.contact import protocol
from appliance.contact.journal import Journal
from appliance.ids import AgentId, ContactId, Extension, FlowId, LegId, OfferId, QueueId, RecordingId, SlotId
from appliance.stamps import Stamp

PATIENCE_S = patience(10.0)
Wanted = TypeVar("Wanted", bound=protocol.Message)


class FakeContact:
    """One process at `slot`. `own_process`: with a process id of its own that can be killed; `ago_s`: everything it
    tells happened that long ago."""

    def __init__(
        self, paths: BoxPaths, slot: int, sip_port: int, *, own_process: bool = False, ago_s: float = 0.0
    ) -> None:
        self.paths = paths
        self._ago_s = ago_s
        self.slot = SlotId(slot)
        self.sip_port = sip_port + slot
        self.contact: ContactId | None = None
        self.received: list[protocol.Message] = []
        self.unacknowledged: list[said.ContactEvent | protocol.Released] = []
        self.woken = 0
        self.objection: str | None = ""  # how it answers commands: "" has done it, None not at all
        self._dummy = subprocess.Popen(["sleep", "600"]) if own_process else None
        self.pid = os.getpid() if self._dummy is None else self._dummy.pid
        self._port = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._port.bind(("127.0.0.1", self.sip_port))
        self._port.setblocking(False)
        self._journal: Journal | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._news = asyncio.Condition()
        self._taken = 0

    # ── the link ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def connect(self) -> None:
        """Until the switchboard accepts; then Hello and everything that was not acknowledged."""
        await self.disconnect()
        deadline = clock.monotonic_s() + PATIENCE_S
        while True:
            try:
                reader, self._writer = await asyncio.open_unix_connection(str(self.paths.link_socket))
                break
            except OSError:
                assert clock.monotonic_s() < deadline, "no switchboard on the link"
                await asyncio.sleep(0.02)
        self._reading = asyncio.create_task(self._read(reader))
        self._send(protocol.Hello(slot=self.slot, pid=self.pid, sip_port=self.sip_port, contact=self.contact))
        for item in self.unacknowledged:
            self._send(item if isinstance(item, protocol.Released) else protocol.Event(event=item))

    async def disconnect(self) -> None:
        """The link breaks; the process lives on."""
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(ConnectionError):
                await self._writer.wait_closed()
            self._writer = None
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
            self._reading = None

    async def kill(self) -> None:
        """The process dies: first its id, then its link and port."""
        assert self._dummy is not None, "only a FakeContact with its own process can be killed"
        self._dummy.kill()
        self._dummy.wait()
        await self.close()

    async def close(self) -> None:
        """Give everything back. Safe to call twice."""
        await self.disconnect()
        self._port.close()
        if self._dummy is not None:
            self._dummy.kill()
            self._dummy.wait()
        if self._journal is not None:
            self._journal.close()

    def raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        assert self._writer is not None
        self._writer.write(data)

    async def expect(self, kind: type[Wanted]) -> Wanted:
        """The next message of `kind`; others before it are passed over."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            while True:
                while self._taken < len(self.received):
                    message = self.received[self._taken]
                    self._taken += 1
                    if isinstance(message, kind):
                        return message
                await self._news.wait()

    async def settled(self) -> None:
        """Until everything said has been acknowledged."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(lambda: not self.unacknowledged)

    async def closed(self) -> None:
        """Until the switchboard has closed the link."""
        assert self._reading is not None
        await asyncio.wait_for(asyncio.shield(self._reading), PATIENCE_S)

    def count(self, kind: type[protocol.Message]) -> int:
        """How many messages of `kind` have come so far."""
        return sum(isinstance(message, kind) for message in self.received)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            message = protocol.decode_to_contact(line)
            async with self._news:
                if isinstance(message, protocol.Acknowledge):
                    self._acknowledged(message)
                else:
                    self.received.append(message)
                    self._answer(message)
                self._news.notify_all()

    def _answer(self, message: protocol.Message) -> None:
        if isinstance(message, protocol.Command) and message.order and self.objection is not None:
            self._send(protocol.Obeyed(contact=message.contact, order=message.order, why=self.objection))

    def _acknowledged(self, message: protocol.Acknowledge) -> None:
        def done(item: said.ContactEvent | protocol.Released) -> bool:
            if item.contact != message.contact:
                return False
            return isinstance(item, protocol.Released) or item.seq <= message.seq

        self.unacknowledged = [item for item in self.unacknowledged if not done(item)]

    def _send(self, message: protocol.Message) -> None:
        if self._writer is not None:
            self._writer.write(protocol.encode_message(message))

    def drain_wakes(self) -> int:
        """Count the datagrams that came to the SIP port."""
        with contextlib.suppress(BlockingIOError):
            while self._port.recv(64) == protocol.WAKE:
                self.woken += 1
        return self.woken

    # ── a contact's life ─────────────────────────────────────────────────────────────────────────────────────────

    def emit(self, body: said.AnyBody) -> said.ContactEvent:
        """Journal first, then the switchboard."""
        assert self._journal is not None
        event = self._journal.append(body)
        self.unacknowledged.append(event)
        self._send(protocol.Event(event=event))
        return event

    def say(self, message: protocol.Message) -> None:
        """Anything that is no event."""
        self._send(message)

    def begin_outbound(self, command: protocol.OriginateContact) -> ContactId:
        """Do as asked, as far as the ringing of the agent's phone."""
        self.contact = command.contact
        self._journal = Journal(self.paths.spool, self.contact, self._clock)
        self.emit(
            said.ContactInitiated(
                method=command.method,
                customer=said.Endpoint(address=command.number),
                slot=self.slot,
                source=f"extension:{command.extension}",
                agent=command.agent,
                queue=command.queue,
            )
        )
        self.leg("agent-1", said.LegRole.AGENT, agent=command.agent, extension=command.extension)
        return self.contact

    def ask_back(self, number: str = "+12065550100", **fields: object) -> ContactId:
        """The waiting customer asks to be called back and leaves: the contact that will do it."""
        asked = said.CallbackRequested(
            callback=ContactId(str(uuid.uuid4())),
            number=number,
            **{"queue": QueueId("sales"), "initial": self.contact, **fields},
        )
        self.emit(asked)
        self.emit(said.ContactDequeued(queue=QueueId("sales"), reason="callback"))
        self.leg_ends("customer", said.LegRole.CUSTOMER)
        self.disconnected("IN_FLOW")
        self.release()
        return asked.callback

    async def asked_to_call(self) -> protocol.OriginateContact:
        """Begin a contact that has waited without a process: its agent's phone rings."""
        command = await self.expect(protocol.OriginateContact)
        self.begin_late(command)
        return command

    def begin_late(self, command: protocol.OriginateContact) -> None:
        """As `asked_to_call`, for an order that came some time ago."""
        assert command.initiated
        assert command.offer is not None
        self.contact = command.contact
        self._journal = Journal(self.paths.spool, self.contact, self._clock, seq=command.seq)
        assert command.agent is not None
        assert command.extension is not None
        self.rings(command.offer, command.agent, command.extension)

    def agent_misses(self, command: protocol.OriginateContact, *, cause: str = "no_answer") -> None:
        """Nobody picks up: the contact goes on without this process."""
        assert command.offer is not None
        assert command.agent is not None
        self.leg_ends(_leg_of(command.offer), said.LegRole.AGENT)
        self.emit(said.AgentMissed(offer=command.offer, agent=command.agent, cause=cause, sip_status=487))
        self.release()

    def agent_takes(self, command: protocol.OriginateContact) -> None:
        """The agent picks up, the customer is dialled."""
        assert command.offer is not None
        assert command.agent is not None
        assert command.extension is not None
        self.emit(said.LegAnswered(leg=LegId(_leg_of(command.offer)), codec="PCMU"))
        self.emit(said.AgentConnected(agent=command.agent, extension=command.extension, offer=command.offer))
        self.leg("customer-9", said.LegRole.CUSTOMER)

    def customer_answers(self) -> None:
        self.emit(said.LegAnswered(leg=LegId("customer-9"), codec="PCMU"))
        self.emit(said.SystemConnected())

    def call_ends(self, command: protocol.OriginateContact, reason: said.DisconnectReason) -> None:
        """Whoever ends it: all legs go, the process lets go."""
        assert command.offer is not None
        assert command.agent is not None
        self.emit(said.AgentLeft(agent=command.agent))
        self.leg_ends("customer-9", said.LegRole.CUSTOMER, remote=True)
        self.leg_ends(_leg_of(command.offer), said.LegRole.AGENT)
        self.emit(said.ContactDisconnected(reason=reason, pre_disconnect_state="RINGING"))
        self.release()

    def begin(
        self, *, caller: str = "+12125550199", source: str = "trunk:acme", contact: ContactId | None = None
    ) -> ContactId:
        """A customer calls and hears a flow."""
        self.contact = contact or ContactId(str(uuid.uuid4()))
        self._journal = Journal(self.paths.spool, self.contact, self._clock)
        self.emit(
            said.ContactInitiated(
                method=said.InitiationMethod.INBOUND,
                customer=said.Endpoint(address=caller),
                system=said.Endpoint(address="+12125550100"),
                slot=self.slot,
                source=source,
            )
        )
        self.leg("customer", said.LegRole.CUSTOMER)
        self.emit(said.SystemConnected())
        self.emit(said.FlowStarted(flow=FlowId("branch"), flow_type="CONTACT_FLOW", bundle_sha256="0" * 64))
        return self.contact

    def _clock(self) -> Stamp:
        now = clock.now()
        return structs.replace(now, mono_s=now.mono_s - self._ago_s, wall_s=now.wall_s - self._ago_s)

    def leg(self, leg: str, role: said.LegRole, *, agent: str | None = None, extension: str | None = None) -> None:
        """A leg begins."""
        self.emit(
            said.LegStarted(
                leg=LegId(leg),
                role=role,
                uri="sip:x@127.0.0.1",
                sip_call_id=f"{leg}@{self.contact}",
                outgoing=role is not said.LegRole.CUSTOMER,
                agent=None if agent is None else AgentId(agent),
                extension=None if extension is None else Extension(extension),
            )
        )

    def leg_ends(self, leg: str, role: said.LegRole, *, remote: bool = False) -> None:
        self.emit(said.LegEnded(leg=LegId(leg), role=role, sip_status=200, remote=remote))

    async def enter_queue(self, queue: str = "sales") -> None:
        """Ask for a place and take it."""
        self.emit(said.QueueRequested(queue=QueueId(queue)))
        await self.expect(protocol.AcceptIntoQueue)
        self.emit(said.ContactQueued(queue=QueueId(queue)))

    async def offered(self) -> protocol.OfferContact:
        """An agent is to be rung: say so, and begin the leg."""
        offer = await self.expect(protocol.OfferContact)
        return self.rings(offer.offer, offer.agent, offer.extension)

    def rings(self, offer: OfferId, agent: AgentId, extension: Extension) -> protocol.OfferContact:
        """The agent's phone rings."""
        assert self.contact is not None
        self.emit(said.AgentOffered(offer=offer, agent=agent, extension=extension))
        self.leg(_leg_of(offer), said.LegRole.AGENT, agent=agent, extension=extension)
        return protocol.OfferContact(
            contact=self.contact, offer=offer, agent=agent, extension=extension, ring_timeout_s=20.0
        )

    def answered(self, offer: protocol.OfferContact, *, queue: str = "sales") -> None:
        """The agent picks up."""
        self.emit(said.LegAnswered(leg=LegId(_leg_of(offer.offer)), codec="PCMU"))
        self.emit(said.ContactDequeued(queue=QueueId(queue), reason="connected"))
        self.emit(said.AgentConnected(agent=offer.agent, extension=offer.extension, offer=offer.offer))

    def record(self, seconds: float) -> RecordingId:
        """A recording is under way; its two files have grown to `seconds`."""
        assert self.contact is not None
        recording = RecordingId(f"rec-{self.contact}")
        customer, agent = (str(self.write_audio(recording, side, seconds)) for side in ("customer", "agent"))
        self.emit(said.RecordingStarted(recording=recording, customer_path=customer, agent_path=agent, rate_hz=8000))
        return recording

    def write_audio(self, recording: str, side: str, seconds: float) -> Path:
        """One side's file, never silent."""
        assert self.contact is not None
        path = self.spool(self.contact) / f"{recording}.{side}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(b"\x10\x00" * round(8000 * seconds))
        return path

    def missed(self, offer: protocol.OfferContact, *, cause: str = "no_answer") -> None:
        """The agent doesn't."""
        self.leg_ends(_leg_of(offer.offer), said.LegRole.AGENT)
        self.emit(said.AgentMissed(offer=offer.offer, agent=offer.agent, cause=cause, sip_status=487))

    def hung_up(self, offer: protocol.OfferContact | None = None) -> None:
        """The customer hangs up, all legs end, the process lets go."""
        state = "IN_FLOW"
        if offer is not None:
            state = "CONNECTED"
            self.emit(said.AgentLeft(agent=offer.agent))
            self.leg_ends(_leg_of(offer.offer), said.LegRole.AGENT)
        self.leg_ends("customer", said.LegRole.CUSTOMER, remote=True)
        self.disconnected(state)
        self.release()

    def abandoned(self, queue: str = "sales") -> None:
        """The customer gives up waiting."""
        self.emit(said.ContactDequeued(queue=QueueId(queue), reason="abandoned"))
        self.leg_ends("customer", said.LegRole.CUSTOMER, remote=True)
        self.disconnected("IN_QUEUE")
        self.release()

    def disconnected(self, state: str) -> None:
        reason = said.DisconnectReason.CUSTOMER_DISCONNECT
        self.emit(said.ContactDisconnected(reason=reason, pre_disconnect_state=state))

    def release(self) -> None:
        """The process is free again."""
        assert self.contact is not None
        released = protocol.Released(contact=self.contact)
        self.unacknowledged.append(released)
        self._send(released)
        self.contact = None

    def spool(self, contact: ContactId) -> Path:
        return self.paths.spool / contact


def _leg_of(offer: OfferId) -> str:
    return f"agent-{offer.rpartition('/')[2]}"
