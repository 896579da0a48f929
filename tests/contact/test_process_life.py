"""The life of contact processes and their zygote: retiring, dying, an absent switchboard, the end."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from contact.rtp_parties import RtpParty
from contact.stage import AGENT_HZ, CUSTOMER_HZ, MENU, MUSIC_HZ, SHORT, Stage
from kit import flows
from kit.proc import gone
from kit.processes import wait_until

from appliance.contact.protocol import AcceptIntoQueue, DialPlanChanged, HangUpContact, Retire
from appliance.contact.zygote import main
from appliance.dialplan import DialPlan
from appliance.events import (
    AgentConnected,
    ContactDisconnected,
    ContactQueued,
    DisconnectReason,
    LegStarted,
    QueueRequested,
    RecordingStarted,
    decode_event,
)
from appliance.ids import QueueId

pytestmark = pytest.mark.scenario
StageMaker = Callable[..., Stage]


def short_call(stage: Stage, voice: RtpParty, *, slot: int = 0) -> None:
    """A contact that ends at once, over for everybody."""
    number = len(stage.switchboard.contacts())
    caller = stage.call(SHORT, voice, slot=slot)
    caller.wait_request("BYE")
    stage.switchboard.wait_released(stage.switchboard.wait_contact(number))


def wait_gone(pids: list[int], *, timeout_s: float = 10.0) -> None:
    wait_until(lambda: all(map(gone, pids)), timeout_s=timeout_s, what=f"processes {pids} have ended")


# ── one contact at a time ────────────────────────────────────────────────────────────────────────────────────────────


def test_process_when_it_has_a_contact_refuses_another_so_that_the_edge_tries_the_next(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    caller, contact = stage.into_queue(customer)
    second = stage.call(SHORT, agent)
    refused = second.wait_status(503)
    assert refused.headers["x-linekeeper-slot"] == "busy"
    customer.hears_tone(flows.TONES_HZ[flows.WAITING])
    assert len([each for each in stage.switchboard.contacts() if each not in stage.switchboard.released]) == 1
    caller.bye()
    stage.switchboard.wait_released(contact)
    short_call(stage, customer)


def test_process_when_contacts_follow_each_other_gives_each_an_id_and_a_journal_of_its_own(
    stage: Stage, customer: RtpParty
) -> None:
    number = len(stage.switchboard.contacts())
    for _ in range(5):
        short_call(stage, customer)
    contacts = stage.switchboard.contacts()[number:]
    assert len(set(contacts)) == 5
    for contact in contacts:
        lines = (stage.spool / contact / "journal.jsonl").read_bytes().splitlines()
        journal = [decode_event(line) for line in lines]
        assert journal == [event for event in stage.switchboard.events if event.contact == contact]
        assert [event.seq for event in journal] == list(range(1, len(journal) + 1))


def test_commands_when_they_name_another_contact_are_ignored(stage: Stage, customer: RtpParty) -> None:
    short_call(stage, customer)
    old = stage.switchboard.contacts()[-1]
    caller, contact = stage.into_queue(customer)
    stage.switchboard.tell(0, HangUpContact(contact=old))
    customer.hears_tone(flows.TONES_HZ[flows.WAITING])
    assert stage.switchboard.find(contact, ContactDisconnected) == []
    caller.bye()


def test_plan_when_it_is_published_anew_holds_for_the_next_contact(stage: Stage, customer: RtpParty) -> None:
    plan = msgspec.json.decode(Path(stage.settings.dial_plan).read_bytes(), type=DialPlan)
    stage.publish_plan(msgspec.structs.replace(plan, numbers={}))
    stage.switchboard.tell(0, DialPlanChanged())
    stage.call(SHORT, customer).wait_status(404)
    Path(stage.settings.dial_plan).write_bytes(b"{")  # broken: the last good one stays
    stage.call(SHORT, customer).wait_status(404)
    stage.publish_plan(plan)
    short_call(stage, customer)


# ── retiring and dying ───────────────────────────────────────────────────────────────────────────────────────────────


def test_process_when_it_has_served_its_share_leaves_and_a_fresh_one_takes_its_slot(make_stage: StageMaker) -> None:
    stage = make_stage(recycle_after=3)
    voice = stage.party()
    first = stage.process_of()
    for _ in range(3):
        short_call(stage, voice)
    stage.switchboard.wait_hellos(2)
    second = stage.process_of()
    assert second != first
    wait_gone([first])
    short_call(stage, voice)
    assert stage.process_of() == second
    assert "died" not in stage.log()


def test_process_when_told_to_retire_ends_its_contact_in_peace_first(make_stage: StageMaker) -> None:
    stage = make_stage()
    customer, agent = stage.party(), stage.party()
    caller, _, contact = stage.put_through(customer, agent)
    first = stage.process_of()
    stage.switchboard.tell(0, Retire())
    customer.hears_tone(AGENT_HZ)
    agent.hears_tone(CUSTOMER_HZ)
    assert not gone(first)
    caller.bye()
    stage.switchboard.wait_released(contact)
    stage.switchboard.wait_hellos(2)
    wait_gone([first])
    assert stage.switchboard.wait_event(contact, ContactDisconnected).reason == DisconnectReason.CUSTOMER_DISCONNECT


def test_process_when_killed_in_a_call_is_replaced_and_its_files_stay(make_stage: StageMaker) -> None:
    stage = make_stage(capacity=2)
    customer, agent = stage.party(), stage.party()
    _, _, contact = stage.put_through(customer, agent)
    started = stage.switchboard.wait_event(contact, RecordingStarted)
    other = stage.process_of(1)
    recorded = Path(started.customer_path)
    wait_until(lambda: recorded.stat().st_size > 8000, timeout_s=5, what="half a second is written")
    os.kill(stage.process_of(0), signal.SIGKILL)
    stage.switchboard.wait_hellos(3)
    fresh = stage.switchboard.hellos[-1]
    assert (fresh.slot, fresh.contact) == (0, None)
    assert stage.process_of(1) == other
    assert not gone(other)
    short_call(stage, customer, slot=0)
    short_call(stage, customer, slot=1)
    journal = [decode_event(line) for line in (stage.spool / contact / "journal.jsonl").read_bytes().splitlines()]
    assert journal == [event for event in stage.switchboard.events if event.contact == contact]
    assert recorded.stat().st_size > 8000
    assert "a new one takes its place" in stage.log()


def test_process_when_killed_again_and_again_is_always_replaced(make_stage: StageMaker) -> None:
    stage = make_stage()
    for turn in range(3):
        os.kill(stage.process_of(), signal.SIGKILL)
        stage.switchboard.wait_hellos(2 + turn)
    short_call(stage, stage.party())


def test_servants_when_killed_are_replaced_and_calls_go_on(make_stage: StageMaker) -> None:
    """The keeper and whoever else the zygote has beside the contact processes."""
    stage = make_stage()
    customer, agent = stage.party(), stage.party()
    caller, _, _ = stage.put_through(customer, agent)
    killed = servants(stage)
    assert killed
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    wait_until(
        lambda: len(servants(stage)) == len(killed) and not servants(stage) & killed, timeout_s=10, what="new servants"
    )
    customer.hears_tone(AGENT_HZ)
    caller.bye()


def servants(stage: Stage) -> set[int]:
    """The zygote's children but for contact processes."""
    served = {hello.pid for hello in stage.switchboard.hellos}
    children = [member for member in stage.members() if member.parent == stage.zygote.pid]
    return {member.pid for member in children if not gone(member.pid)} - served


@pytest.mark.parametrize("broken", ["name_addr", "_arrive"], ids=["before the contact has its leg", "after"])
def test_process_when_its_own_code_breaks_on_a_call_refuses_it_and_leaves_to_a_fresh_one(
    make_stage: StageMaker, broken: str
) -> None:
    sabotage = f"""
from appliance.contact.begin import arrival
def fault(*arguments):
    raise RuntimeError("a fault of ours")
arrival.{broken} = fault
"""
    stage = make_stage(sabotage=sabotage)
    voice = stage.party()
    first = stage.process_of()
    stage.call(SHORT, voice).wait_status(500)
    wait_gone([first])
    stage.switchboard.wait_hellos(2)
    assert "an incoming call could not be taken" in stage.log()


# ── the switchboard is away ──────────────────────────────────────────────────────────────────────────────────────────


def test_call_when_the_switchboard_restarts_goes_on_and_is_told_again(make_stage: StageMaker) -> None:
    stage = make_stage()
    board = stage.switchboard
    customer, agent = stage.party(), stage.party()
    caller, phone, contact = stage.put_through(customer, agent)
    board.stop()
    customer.hears_tone(AGENT_HZ)
    phone.reinvite("sendonly")  # happens while nobody listens
    customer.hears_tone(MUSIC_HZ)
    phone.reinvite("sendrecv")
    customer.hears_tone(AGENT_HZ)
    board.start()
    hello = board.wait_hellos(2)[-1]
    assert (hello.contact, hello.slot) == (contact, 0)
    caller.bye()
    board.wait_released(contact)
    seqs = [event.seq for event in board.events if event.contact == contact]
    assert seqs == list(range(1, len(seqs) + 1))
    assert {"LegHeld", "LegResumed"} <= set(board.kinds(contact))
    assert board.repeated == 0  # what was acknowledged is not said again


def test_call_when_the_switchboard_is_absent_from_first_to_last_is_told_when_it_comes(make_stage: StageMaker) -> None:
    stage = make_stage()
    board = stage.switchboard
    voice = stage.party()
    board.stop()
    for _ in range(2):
        answered_again(stage, voice)
    board.start()
    for number in range(2):
        board.wait_released(board.wait_contact(number))
    assert {len(board.kinds(contact)) for contact in board.contacts()} == {len(board.kinds(board.contacts()[0]))}


def answered_again(stage: Stage, voice: RtpParty) -> None:
    """The process takes calls also with nobody to tell: tried until it is free again."""

    def taken() -> bool:
        caller = stage.call(SHORT, voice)
        final = caller.wait_for(lambda message: message.status >= 200, "a final answer")
        if final.status == 200:
            caller.wait_request("BYE")
        return final.status == 200

    wait_until(taken, timeout_s=10, what="a call is taken")


def test_waiting_customer_when_the_switchboard_comes_back_gets_its_place(make_stage: StageMaker) -> None:
    stage = make_stage()
    board = stage.switchboard
    customer, agent = stage.party(), stage.party()
    board.stop()
    caller = stage.call(MENU, customer)
    caller.wait_status(200)
    customer.hears_tone(flows.TONES_HZ[flows.MENU])
    customer.press("1")
    board.start()
    contact = board.wait_contact(0)
    assert board.hellos[-1].contact == contact
    board.wait_event(contact, QueueRequested)
    board.command(AcceptIntoQueue(contact=contact, queue=QueueId("sales"), position=1))
    board.wait_event(contact, ContactQueued)
    phone = stage.offer(contact)
    phone.media_port = agent.port
    phone.answer()
    board.wait_event(contact, AgentConnected)
    caller.bye()


# ── the end ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_zygote_when_asked_to_stop_ends_at_once_where_nothing_is_under_way(make_stage: StageMaker) -> None:
    stage = make_stage(capacity=3)
    pids = [member.pid for member in stage.members()]
    assert len(pids) >= 1 + 3 + len(servants(stage))
    stage.zygote.send_signal(signal.SIGTERM)
    assert stage.zygote.wait(timeout_s=10) == 0
    assert all(map(gone, pids))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_zygote_when_asked_to_stop_in_a_call_ends_it_in_order(make_stage: StageMaker, number: signal.Signals) -> None:
    stage = make_stage()
    customer, agent = stage.party(), stage.party()
    caller, phone, contact = stage.put_through(customer, agent)
    pids = [member.pid for member in stage.members()]
    stage.zygote.send_signal(number)
    caller.wait_request("BYE")
    phone.wait_request("BYE")
    assert stage.zygote.wait(timeout_s=15) == 0
    assert all(map(gone, pids))
    last = stage.switchboard.wait_event(contact, ContactDisconnected)
    assert (last.reason, last.detail) == (DisconnectReason.OTHER, "the box was stopped")
    assert len(stage.switchboard.find(contact, LegStarted)) == 2


def test_zygote_when_it_ends_with_nobody_to_tell_does_not_wait_for_ever(make_stage: StageMaker) -> None:
    stage = make_stage()
    voice = stage.party()
    stage.switchboard.stop()
    stage.call(SHORT, voice).wait_request("BYE")
    pids = [member.pid for member in stage.members()]
    stage.zygote.send_signal(signal.SIGTERM)
    assert stage.zygote.wait(timeout_s=15) == 0
    assert all(map(gone, pids))


def test_zygote_when_killed_takes_everybody_with_it(make_stage: StageMaker) -> None:
    stage = make_stage(capacity=2)
    stage.into_queue(stage.party())
    pids = [member.pid for member in stage.members()]
    stage.zygote.send_signal(signal.SIGKILL)
    wait_gone(pids)


def test_zygote_when_started_again_serves_on_the_same_ports_and_leaves_no_file_behind(make_stage: StageMaker) -> None:
    stage = make_stage()
    voice = stage.party()
    short_call(stage, voice)
    stage.zygote.stop()
    before = files(stage)
    stage.start()
    short_call(stage, voice)
    stage.zygote.stop()
    assert {path.name for path in files(stage) - before} == {"journal.jsonl"}


def files(stage: Stage) -> set[Path]:
    """Every file of the stage but prompts made ahead."""
    cache = stage.folder / "prompts" / "cache"
    return {path for path in stage.folder.rglob("*") if path.is_file() and path.parent != cache}


@pytest.mark.parametrize("arguments", [[], ["--settings"], ["--help"]])
def test_zygote_when_started_without_settings_says_how(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert "--settings FILE" in capsys.readouterr().err
