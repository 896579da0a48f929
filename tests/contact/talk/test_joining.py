"""Contact processes that join each other: listening, whispering, barging in, taking over, picking up. Real pjsua2."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator

import pytest
from contact.rtp_parties import RtpParty
from contact.sip_peer import Dialog
from contact.stage import AGENT_HZ, CUSTOMER_HZ, OTHER_HZ, Stage

from appliance.contact.protocol import (
    CompleteTransfer,
    ConsultParty,
    ExpectJoin,
    JoinContact,
    JoinRole,
    MonitorMode,
    OriginateContact,
    SetMonitorMode,
)
from appliance.events import (
    AgentConnected,
    AgentMissed,
    ConsultWentOn,
    ContactDequeued,
    ContactDisconnected,
    ContactJoined,
    ContactTransferred,
    DisconnectReason,
    InitiationMethod,
    LegRinging,
    LegRole,
    LegStarted,
)
from appliance.ids import AgentId, ContactId, Extension

pytestmark = pytest.mark.scenario
LEE, LEE_PHONE = AgentId("lee"), Extension("103")


@pytest.fixture(scope="module")
def shared_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Processes enough for a tree."""
    with Stage(tmp_path_factory.mktemp("s") / "stage", capacity=4) as running:
        yield running


def ring_supervisor(stage: Stage, voice: RtpParty, slot: int) -> tuple[ContactId, Dialog]:
    """A contact in which the supervisor's phone has answered: (contact, the phone's dialog)."""
    contact = ContactId(str(uuid.uuid4()))
    order = OriginateContact(
        contact=contact, method=InitiationMethod.MONITOR, agent=LEE, extension=LEE_PHONE, number=""
    )
    stage.switchboard.tell(slot, order)
    phone = stage.peer.wait_call("103", media_port=voice.port)
    phone.answer()
    stage.switchboard.wait_event(contact, LegStarted, fits=lambda body: body.role is LegRole.SUPERVISOR)
    return contact, phone


def join(
    stage: Stage,
    dialler: ContactId,
    host: ContactId,
    *,
    mode: MonitorMode | None = MonitorMode.LISTEN,
    wait: bool = True,
) -> None:
    """As the switchboard does it."""
    secret = secrets.token_hex(16)
    role = JoinRole.AGENT if mode is None else JoinRole.SUPERVISOR
    expect = ExpectJoin(
        contact=host,
        join=secret,
        role=role,
        mode=mode or MonitorMode.LISTEN,
        agent=LEE,
        extension=LEE_PHONE,
        other=dialler,
    )
    stage.switchboard.command(expect)
    port = stage.sip_port + stage.switchboard.slot_of(host)
    stage.switchboard.command(JoinContact(contact=dialler, join=secret, port=port, other=host, mode=mode))
    if wait:
        stage.switchboard.wait_event(dialler, ContactJoined, fits=lambda body: body.other == host)
        stage.switchboard.wait_event(host, ContactJoined, fits=lambda body: body.other == dialler)


def set_mode(stage: Stage, root: ContactId, monitor: ContactId, mode: MonitorMode) -> None:
    stage.switchboard.command(SetMonitorMode(contact=root, other=monitor, mode=mode, agent=LEE, extension=LEE_PHONE))
    stage.switchboard.command(SetMonitorMode(contact=monitor, other=monitor, mode=mode))


@pytest.fixture
def lee(stage: Stage) -> RtpParty:
    voice = stage.party()
    voice.say(OTHER_HZ)
    return voice


def hears_both(ear: RtpParty, stage: Stage, customer: RtpParty, agent: RtpParty) -> None:
    """First one alone speaks, then the other."""
    agent.be_silent()
    ear.hears_tone(CUSTOMER_HZ)
    agent.say(AGENT_HZ)
    customer.be_silent()
    ear.hears_tone(AGENT_HZ)
    customer.say(CUSTOMER_HZ)


def test_supervisor_when_joined_then_listens_whispers_and_barges_in(
    stage: Stage, customer: RtpParty, agent: RtpParty, lee: RtpParty
) -> None:
    caller, _, root = stage.put_through(customer, agent)
    monitor, _ = ring_supervisor(stage, lee, 1)
    join(stage, monitor, root)
    hears_both(lee, stage, customer, agent)
    customer.hears_tone(AGENT_HZ)
    agent.hears_tone(CUSTOMER_HZ)

    set_mode(stage, root, monitor, MonitorMode.WHISPER)
    customer.be_silent()
    agent.hears_tone(OTHER_HZ)
    customer.hears_tone(AGENT_HZ)

    set_mode(stage, root, monitor, MonitorMode.BARGE)
    agent.be_silent()
    customer.hears_tone(OTHER_HZ)
    agent.hears_tone(OTHER_HZ)
    caller.bye()
    ended = stage.switchboard.wait_event(monitor, ContactDisconnected)
    assert ended.detail == "the other contact is over"


def test_supervisor_when_taking_over_then_talks_with_the_customer_as_the_next_contact(
    stage: Stage, customer: RtpParty, agent: RtpParty, lee: RtpParty
) -> None:
    _, phone, root = stage.put_through(customer, agent)
    monitor, boss = ring_supervisor(stage, lee, 1)
    join(stage, monitor, root)
    set_mode(stage, root, monitor, MonitorMode.TAKE_OVER)
    phone.wait_request("BYE")
    lee.hears_tone(CUSTOMER_HZ)
    customer.hears_tone(OTHER_HZ)
    assert stage.switchboard.wait_event(root, ContactDisconnected).reason is DisconnectReason.BARGED
    following = stage.switchboard.wait_event(root, ContactTransferred).next
    assert stage.switchboard.wait_event(following, AgentConnected).agent == LEE
    stage.switchboard.wait_released(root)
    boss.bye()
    stage.switchboard.wait_event(following, ContactDisconnected)


def test_listeners_when_one_in_the_middle_hangs_up_then_the_others_hear_on(
    stage: Stage, customer: RtpParty, agent: RtpParty, lee: RtpParty
) -> None:
    caller, _, root = stage.put_through(customer, agent)
    middle, phone = ring_supervisor(stage, lee, 1)
    join(stage, middle, root)
    ears = [stage.party(), stage.party()]
    leaves = []
    for slot, ear in enumerate(ears, start=2):
        leaf, _ = ring_supervisor(stage, ear, slot)
        join(stage, leaf, middle)
        leaves.append(leaf)
    for ear in (lee, *ears):
        hears_both(ear, stage, customer, agent)
    phone.bye()
    for ear in ears:
        hears_both(ear, stage, customer, agent)
    assert stage.switchboard.find(middle, ContactDisconnected) == []
    caller.bye()
    for contact in (root, middle, *leaves):
        stage.switchboard.wait_released(contact)


def test_pick_up_when_a_queue_rings_somebody_else_then_the_picker_talks_and_the_ringing_stops(
    stage: Stage, customer: RtpParty, lee: RtpParty
) -> None:
    _, root = stage.into_queue(customer)
    customer.say(CUSTOMER_HZ)
    rung = stage.offer(root)
    rung.reply(180)
    picker, _ = ring_supervisor(stage, lee, 1)
    join(stage, picker, root, mode=None)
    customer.hears_tone(OTHER_HZ)
    lee.hears_tone(CUSTOMER_HZ)
    rung.wait_request("CANCEL")
    assert stage.switchboard.wait_event(root, AgentConnected).agent == LEE
    assert stage.switchboard.wait_event(root, AgentMissed).cause == "withdrawn"
    assert stage.switchboard.wait_event(root, ContactDequeued).reason == "connected"


def test_pick_up_when_an_extension_rings_then_the_caller_talks_with_the_picker(
    stage: Stage, customer: RtpParty, lee: RtpParty
) -> None:
    number = len(stage.switchboard.contacts())
    dialog, rung = stage.ring_out(customer)
    rung.reply(180)
    dialog.wait_status(180)
    root = stage.switchboard.wait_contact(number)
    picker, _ = ring_supervisor(stage, lee, 1)
    join(stage, picker, root, mode=None)
    dialog.wait_status(200)
    rung.wait_request("CANCEL")
    customer.say(CUSTOMER_HZ)
    customer.hears_tone(OTHER_HZ)
    lee.hears_tone(CUSTOMER_HZ)
    assert stage.switchboard.find(root, ContactDisconnected) == []


def test_pick_up_when_a_consulted_phone_rings_then_the_agent_consults_the_picker(
    stage: Stage, customer: RtpParty, agent: RtpParty, lee: RtpParty
) -> None:
    caller, phone, root = stage.put_through(customer, agent)
    stage.switchboard.command(ConsultParty(contact=root, target="102"))
    rung = stage.peer.wait_call("102")
    rung.reply(180)
    stage.switchboard.wait_event(root, LegRinging, fits=lambda body: body.leg == "agent-2")
    picker, _ = ring_supervisor(stage, lee, 1)
    join(stage, picker, root, mode=None)
    rung.wait_request("CANCEL")
    agent.hears_tone(OTHER_HZ)
    lee.hears_tone(AGENT_HZ)
    went_on = stage.switchboard.wait_event(root, ConsultWentOn)
    assert (went_on.leg, went_on.to, went_on.sip_status) == ("agent-2", "agent-3", 0)
    stage.switchboard.command(CompleteTransfer(contact=root))
    phone.wait_request("BYE")
    customer.hears_tone(OTHER_HZ)
    lee.hears_tone(CUSTOMER_HZ)
    handed = stage.switchboard.wait_event(root, ContactTransferred)
    assert handed.kind == "consult"
    assert stage.switchboard.wait_event(handed.next, AgentConnected).agent == LEE
    caller.bye()
    stage.switchboard.wait_event(handed.next, ContactDisconnected)


def test_pick_up_when_the_picker_holds_then_the_customer_hears_music(
    stage: Stage, customer: RtpParty, lee: RtpParty
) -> None:
    _, root = stage.into_queue(customer)
    picker, phone = ring_supervisor(stage, lee, 1)
    join(stage, picker, root, mode=None)
    customer.hears_tone(OTHER_HZ)
    phone.reinvite("sendonly")
    customer.hears_tone(350.0)
    phone.reinvite("sendrecv")
    customer.hears_tone(OTHER_HZ)


def test_join_when_the_secret_is_wrong_then_refused_and_the_talk_goes_on(
    stage: Stage, customer: RtpParty, agent: RtpParty, lee: RtpParty
) -> None:
    _, _, root = stage.put_through(customer, agent)
    monitor, _ = ring_supervisor(stage, lee, 1)
    port = stage.sip_port + stage.switchboard.slot_of(root)
    stage.switchboard.command(JoinContact(contact=monitor, join="0" * 32, port=port, other=root))
    stage.switchboard.wait_join_failed(monitor)
    customer.hears_tone(AGENT_HZ)
    assert stage.switchboard.find(root, ContactJoined) == []
