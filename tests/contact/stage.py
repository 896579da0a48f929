"""A zygote with real contact processes, the test as their switchboard, edge, callers, phones and ears.

No Kamailio and no store: what is tried here is the contact process alone. Prompts are tones, so that an ear can tell
them apart.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Self

import msgspec
from contact.fake_switchboard import FakeSwitchboard
from contact.rtp_parties import RtpParty, Studio
from contact.sip_peer import Dialog, SipPeer
from kit import flows
from kit.audio import write_tone
from kit.ports import reserve_ports
from kit.proc import Member, tree
from kit.processes import Program

from appliance.contact.engine import RTP_PORTS_PER_SLOT
from appliance.contact.protocol import AcceptIntoQueue, OfferContact
from appliance.contact.settings import ContactSettings
from appliance.dialplan import DialPlan, FlowPlan, QueuePlan
from appliance.events import AgentConnected, AgentOffered, ContactQueued, QueueRequested
from appliance.flow.document import parse
from appliance.ids import AgentId, ContactId, Extension, FlowId, OfferId, QueueId, TrunkId

ROOT = Path(__file__).parents[2]
SALES = QueueId("sales")
STRAIGHT, MENU, SHORT, BRIEF = "2025550100", "2025550101", "2025550102", "2025550103"
CUSTOMER_HZ, AGENT_HZ, OTHER_HZ = 440.0, 700.0, 1000.0
CONFIRMED_HZ, REFUSED_HZ = 1600.0, 250.0
MUSIC_HZ, RINGBACK_HZ, CLICK_HZ = 350.0, 2000.0, 500.0
TONES = {**{name: (hz, flows.TONE_S[name]) for name, hz in flows.TONES_HZ.items()}}
TONES |= {"confirmed": (CONFIRMED_HZ, 0.3), "refused": (REFUSED_HZ, 0.3)}
TONES |= {"music": (MUSIC_HZ, 2.0), "ringback": (RINGBACK_HZ, 2.0), "click": (CLICK_HZ, 0.02)}


def short() -> flows.Document:
    """A flow that ends the contact at once."""
    return flows.flow("short", "contactFlow", "end", flows.action("end", "DisconnectParticipant", {}))


def brief() -> flows.Document:
    """A recorded prompt that is hardly one, and the end."""
    behaviour = {"RecordedParticipants": ["Agent", "Customer"], "IVRRecordingBehavior": "Enabled"}
    say = flows.action("say", "MessageParticipant", {"PromptId": "click"}, "end", errors={"NoMatchingError": "end"})
    record = flows.action("record", "UpdateContactRecordingBehavior", {"RecordingBehavior": behaviour}, "say")
    return flows.flow("brief", "contactFlow", "record", record, say, flows.action("end", "DisconnectParticipant", {}))


def documents(*, recorded: bool) -> dict[str, flows.Document]:
    return {
        "straight": flows.straight(SALES, recorded=recorded),
        "menu": flows.menu(SALES),
        "waiting": flows.waiting(),
        "short": short(),
        "brief": brief(),
    }


_RUN = "import sys; from appliance.contact.zygote import main; sys.exit(main(sys.argv[1:]))"


class Stage:
    """A running zygote and everybody around it. A context manager: leaving it stops all."""

    def __init__(
        self,
        folder: Path,
        *,
        capacity: int = 1,
        recycle_after: int = 1000,
        recorded: bool = True,
        reserve_bytes: int = 0,
        plan: dict[str, Any] | None = None,
        sabotage: str = "",
    ) -> None:
        """`plan`: fields of the dial plan to change; `sabotage`: Python that the zygote runs before it starts."""
        self._sabotage = sabotage
        self.folder = folder
        self.capacity = capacity
        self.ports = reserve_ports(100 + capacity * (RTP_PORTS_PER_SLOT + 1))
        self.peer = SipPeer(self.ports.take())
        self.sip_port = self.ports.take(capacity)
        self.studio = Studio()
        self._free_ports: list[int] = []
        self.spool = folder / "spool"
        self.settings = ContactSettings(
            capacity=capacity,
            sip_port=self.sip_port,
            rtp_port=self.ports.take_even(capacity * RTP_PORTS_PER_SLOT),
            recycle_after=recycle_after,
            edge_port=self.peer.port,
            media_address="127.0.0.1",
            domain="linekeeper",
            region="US",
            language="en-US",
            recording_reserve_bytes=reserve_bytes,
            spool=str(self.spool),
            prompts=str(folder / "prompts"),
            dial_plan=str(folder / "dialplan.json"),
            flows=str(folder / "flows"),
            link_socket=str(folder / "link.sock"),
        )
        self._furnish(recorded, plan or {})
        self.switchboard = FakeSwitchboard(Path(self.settings.link_socket))
        self.zygote = self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.zygote.stop(timeout_s=15)
        self.switchboard.stop()
        self.studio.close()
        self.peer.close()
        self.ports.release()

    def start(self) -> Program:
        """A zygote; returns when every slot has said Hello."""
        argv = [sys.executable, "-m", "appliance.contact.zygote"]
        if self._sabotage:
            argv = [sys.executable, "-c", f"{self._sabotage}\n{_RUN}"]
        argv += ["--settings", str(self.folder / "contact.json")]
        before = len(self.switchboard.hellos)
        self.zygote = Program(argv, log=self.folder / "zygote.log", cwd=ROOT)
        self.switchboard.wait_hellos(before + self.capacity)
        return self.zygote

    # ── what it is made of ───────────────────────────────────────────────────────────────────────────────────────

    def process_of(self, slot: int = 0) -> int:
        """Process id of who serves the slot now."""
        return [hello.pid for hello in self.switchboard.hellos if hello.slot == slot][-1]

    def members(self) -> list[Member]:
        """The zygote and everything below it."""
        return tree(self.zygote.pid)

    def log(self) -> str:
        return self.zygote.text()

    def party(self) -> RtpParty:
        """A voice and an ear with a port of their own."""
        return self.studio.party(self._free_ports.pop() if self._free_ports else self.ports.take_even())

    def be_quiet(self) -> None:
        """Everybody hangs up and every contact is over."""
        for call in self.peer.calls:
            call.leave()
        self._free_ports += self.studio.dismiss()
        for contact in self.switchboard.contacts():
            self.switchboard.wait_released(contact)

    # ── what happens on it ───────────────────────────────────────────────────────────────────────────────────────

    def call(self, dialled: str, voice: RtpParty, *, slot: int = 0, **how: Any) -> Dialog:
        """The edge hands a call on to a slot."""
        return self.peer.call(dialled, process_port=self.sip_port + slot, media_port=voice.port, **how)

    def ring_out(self, caller: RtpParty, *, extension: str = "101", dialled: str = "102") -> tuple[Dialog, Dialog]:
        """An extension dials another: (caller's dialog, callee's unanswered dialog)."""
        dialog = self.call(dialled, caller, source=f"extension:{extension}", caller=extension)
        return dialog, self.peer.wait_call(dialled)

    def into_queue(self, voice: RtpParty, **how: Any) -> tuple[Dialog, ContactId]:
        """A customer calls and waits in the queue."""
        number = len(self.switchboard.contacts())
        dialog = self.call(STRAIGHT, voice, **how)
        dialog.wait_status(200)
        contact = self.switchboard.wait_contact(number)
        self.switchboard.wait_event(contact, QueueRequested)
        self.switchboard.command(AcceptIntoQueue(contact=contact, queue=SALES, position=1))
        self.switchboard.wait_event(contact, ContactQueued)
        return dialog, contact

    def offer(
        self,
        contact: ContactId,
        *,
        extension: str = "101",
        number: int = 1,
        ring_s: float = 20.0,
        auto_accept: bool = False,
    ) -> Dialog:
        """The agent's phone has got the INVITE."""
        offer = OfferContact(
            contact=contact,
            offer=OfferId(f"{contact}/{number}"),
            agent=AgentId("kim"),
            extension=Extension(extension),
            ring_timeout_s=ring_s,
            auto_accept=auto_accept,
        )
        self.switchboard.command(offer)
        self.switchboard.wait_event(contact, AgentOffered, fits=lambda body: body.offer == offer.offer)
        return self.peer.wait_call(extension)

    def put_through(self, customer: RtpParty, agent: RtpParty) -> tuple[Dialog, Dialog, ContactId]:
        """Customer and agent hear each other: (customer's dialog, agent's dialog, contact)."""
        dialog, contact = self.into_queue(customer)
        phone = self.offer(contact)
        phone.media_port = agent.port
        agent.event_type = phone.invite.event_type if phone.invite is not None else agent.event_type
        phone.answer()
        self.switchboard.wait_event(contact, AgentConnected)
        customer.say(CUSTOMER_HZ)
        agent.say(AGENT_HZ)
        customer.hears_tone(AGENT_HZ)
        agent.hears_tone(CUSTOMER_HZ)
        return dialog, phone, contact

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _furnish(self, recorded: bool, changes: dict[str, Any]) -> None:
        for name in ("spool", "prompts", "flows"):
            (self.folder / name).mkdir(parents=True)
        for name, (frequency_hz, seconds) in TONES.items():
            write_tone(self.folder / "prompts" / f"{name}.wav", frequency_hz=frequency_hz, duration_s=seconds)
        published = dict(map(self._publish, *zip(*documents(recorded=recorded).items(), strict=True)))
        fields: dict[str, Any] = {
            "region": "US",
            "extensions": {"101": "kim", "102": None, "103": "lee"},
            "numbers": {
                "+12025550100": "straight",
                "+12025550101": "menu",
                "+12025550102": "short",
                "+12025550103": "brief",
            },
            "flows": published,
            "queues": {SALES: QueuePlan(queue=SALES, queue_flow=FlowId("waiting"))},
            "trunks": (TrunkId("acme"),),
        }
        self.publish_plan(DialPlan(**{**fields, **changes}))
        (self.folder / "contact.json").write_bytes(msgspec.json.encode(self.settings))

    def publish_plan(self, plan: DialPlan) -> None:
        aside = self.folder / "dialplan.new"
        aside.write_bytes(msgspec.json.encode(plan))
        aside.replace(self.folder / "dialplan.json")

    def _publish(self, name: str, document: flows.Document) -> tuple[FlowId, FlowPlan]:
        content = msgspec.json.encode(document)
        flow = parse(content, name=FlowId(name))
        (self.folder / "flows" / f"{flow.sha256}.json").write_bytes(content)
        return flow.name, FlowPlan(flow=flow.name, flow_type=str(flow.flow_type), sha256=flow.sha256)
