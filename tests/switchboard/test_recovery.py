"""What becomes of contacts whose process died, alone or with everything else; real files, real finishing."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from kit.api import ApiError
from kit.processes import ProgramError, wait_until
from switchboard.fake_contact import FakeContact
from switchboard.harness import Harness, Json, play
from switchboard.place import Place

from appliance import clock
from appliance import events as said
from appliance.errors import StoreError
from appliance.events import ContactEvent, Writer
from appliance.ids import AgentId, ContactId, Extension, OfferId, QueueId
from appliance.records.audit import audit_recordings
from appliance.records.facts import check_recording
from appliance.records.journal import read_journal
from appliance.stamps import iso_utc
from appliance.store.store import Store
from appliance.switchboard.contacts import adoption, closing
from appliance.switchboard.contacts.caretaker import Caretaker
from appliance.switchboard.contacts.closing import Closer

ONCE = ("MediaFailed", "ContactDisconnected", "RecordingStopped", "RecordingFinished", "ContactClosed")
KIM, AT_KIM = AgentId("kim"), Extension("101")
YESTERDAY_S = 86400.0
SERVES = "switchboard serves"


def talk(process: FakeContact, *, seconds: float = 1.0) -> ContactId:
    """A recorded talk with kim, told to the journal, and to the link if there is one."""
    contact = process.begin()
    offer = process.rings(OfferId(f"{contact}/1"), KIM, AT_KIM)
    process.emit(said.QueueRequested(queue=QueueId("sales")))
    process.emit(said.ContactQueued(queue=QueueId("sales")))
    process.answered(offer)
    process.record(seconds)
    return contact


def require_recovered(box: Harness | Place, shown: Json, seconds: float) -> None:
    """Closed as a media failure, its recording whole, nothing left of it in the spool."""
    kinds = Counter(event["type"] for event in shown["events"])
    assert {kind: kinds[kind] for kind in ONCE} == dict.fromkeys(ONCE, 1)
    assert shown["events"][-1]["type"] == "ContactClosed"
    record = shown["record"]
    assert record["DisconnectReason"] == "TELECOM_PROBLEM"
    assert record["Linekeeper"]["MediaFailed"]
    assert record["Recordings"][0]["Status"] == "AVAILABLE"
    made = record["Linekeeper"]["Recordings"][0]
    facts = check_recording(box.paths.recordings / made["Location"], sha256=made["Sha256"])
    assert facts.valid
    assert facts.duration_s == seconds
    assert not (box.paths.spool / record["ContactId"]).exists()


async def recovered(box: Harness, contact: ContactId, seconds: float) -> Json:
    """Until the contact is closed and its folder has gone: its `contact.show`, found as it should be."""
    shown = await box.closed(contact)

    async def cleared() -> bool:
        return not (box.paths.spool / contact).exists()

    await box.until(cleared, "the spool is empty")
    require_recovered(box, shown, seconds)
    return shown


def test_recovery_when_power_was_cut_yesterday_then_talk_ended_with_its_audio(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim")
        process = box.unlinked(0, own_process=True, ago_s=YESTERDAY_S)
        await process.connect()
        contact = talk(process, seconds=3.0)
        await process.settled()
        await box.stop()
        await process.kill()
        await box.start()
        shown = await recovered(box, contact, 3.0)
        assert shown["record"]["Agent"]["AgentInteractionDuration"] in (3, 4)
        assert shown["record"]["Linekeeper"]["PreDisconnectState"] == "CONNECTED"
        await box.until_agent("kim", activity="idle")

    play(tmp_path, scene)


def test_recovery_when_process_dies_before_our_eyes_then_talk_ends_now(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim")
        process = box.unlinked(0, own_process=True, ago_s=60.0)
        await process.connect()
        contact = talk(process)
        await process.settled()
        await process.kill()
        shown = await recovered(box, contact, 1.0)
        assert shown["record"]["Agent"]["AgentInteractionDuration"] in (60, 61, 62)

    play(tmp_path, scene)


def test_recovery_when_only_a_torn_journal_with_a_gap_is_left_then_the_rest_counts(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim")
        await box.stop()
        process = box.unlinked(0, own_process=True)
        contact = talk(process)
        await process.kill()
        journal = process.spool(contact) / "journal.jsonl"
        lines = journal.read_bytes().splitlines(keepends=True)
        lines[5] = lines[5][:30]
        journal.write_bytes(b"".join(lines) + b'{"contact":"torn')
        await box.start()
        shown = await recovered(box, contact, 1.0)
        numbers = [event["seq"] for event in shown["events"] if event["writer"] == "contact"]
        assert numbers == [number for number in range(1, len(lines) + 1) if number != 6]

    play(tmp_path, scene)


def test_recovery_when_the_recordings_event_was_lost_then_audio_is_found_by_its_name(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0, own_process=True)
        contact = process.begin()
        for side in ("customer", "agent"):
            process.write_audio("lost-and-found", side, 0.5)
        await process.settled()
        await process.kill()
        await recovered(box, contact, 0.5)

    play(tmp_path, scene)


def test_recovery_when_only_audio_is_left_then_it_is_kept_with_a_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adoption, "GRACE_S", 0.2)

    async def scene(box: Harness) -> None:
        await box.stop()
        process = box.unlinked(0, own_process=True)
        contact = process.begin()
        process.write_audio("stray", "customer", 0.5)
        await process.kill()
        (process.spool(contact) / "journal.jsonl").unlink()
        await box.start()
        await recovered(box, contact, 0.5)

    play(tmp_path, scene)


@pytest.mark.parametrize("content", [None, b"", b"\0\0\0\0"])
def test_recovery_when_nothing_readable_is_left_then_the_folder_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    monkeypatch.setattr(adoption, "GRACE_S", 0.1)

    async def scene(box: Harness) -> None:
        await box.stop()
        folder = box.paths.spool / "nobody"
        folder.mkdir(parents=True)
        if content is not None:
            (folder / "journal.jsonl").write_bytes(content)
        await box.start()

        async def gone() -> bool:
            return not folder.exists()

        await box.until(gone, "the folder is removed")
        assert await box.call("contact.list") == []

    play(tmp_path, scene)


def test_recovery_when_a_living_process_holds_a_contact_without_beginning_then_it_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk was full when it began: the journal lacks its first line, the process has everything."""
    monkeypatch.setattr(adoption, "GRACE_S", 0.5)

    async def scene(box: Harness) -> None:
        await box.stop()
        process = box.unlinked(0, own_process=True)
        contact = talk(process)
        journal = process.spool(contact) / "journal.jsonl"
        journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[1:]))
        await box.start()
        await process.connect()
        await process.settled()

        async def adopted() -> bool:
            assert box.switchboard is not None
            adopting = box.switchboard._adopting
            return adopting is not None and adopting.done()

        await box.until(adopted, "adoption is over")
        assert await box.events(contact, "MediaFailed") == []
        process.emit(said.AttributesUpdated(attributes={"still": "here"}))
        await process.settled()

    play(tmp_path, scene)


def test_recovery_when_wrap_up_was_due_long_ago_then_nobody_has_it_now(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim", wrap_up_s=0)  # until the agent closes it
        process = await box.process(0, own_process=True)
        contact = process.begin()
        await process.enter_queue()
        offer = await process.offered()
        process.answered(offer)
        await process.settled()
        await box.stop()
        await process.disconnect()
        process.hung_up(offer)
        await process.kill()
        await box.start()
        record = (await box.closed(contact))["record"]
        assert (record["DisconnectReason"], record["Linekeeper"]["MediaFailed"]) == ("CUSTOMER_DISCONNECT", None)
        await box.until_agent("kim", activity="idle", status="Available")

    play(tmp_path, scene)


def test_recovery_when_recording_can_not_be_finished_then_contact_stays_open_until_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "FINISH_TRIES_S", (0.01, 0.02))
    monkeypatch.setattr(closing, "FINISH_LATER_S", 0.05)

    async def scene(box: Harness) -> None:
        await box.staff("kim")
        in_the_way = box.paths.recordings / iso_utc(clock.now().wall_s)[:4]
        in_the_way.write_text("no folder")
        process = await box.process(0, own_process=True)
        contact = talk(process)
        await process.settled()
        await process.kill()

        async def recorded() -> Json | None:
            found = await box.shown(contact)
            return found if found is not None and found["record"] is not None else None

        shown = await box.until(recorded, "there is a record without the recording")
        assert shown["contact"]["open"]
        assert shown["record"]["Recordings"][0]["Status"] is None
        assert (await _today(box))["queued"] == 1
        await box.stop()
        await box.start()
        await box.until(recorded, "it is tried again after a start")
        in_the_way.unlink()
        await recovered(box, contact, 1.0)
        assert (await _today(box))["queued"] == 1, "one contact counts once"

    play(tmp_path, scene)


def test_recovery_when_a_closed_contact_lacks_its_recording_then_it_is_finished(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim")
        await box.stop()
        process = box.unlinked(0, own_process=True)
        contact = talk(process, seconds=2.0)
        process.disconnected("CONNECTED")
        await process.kill()
        events = read_journal(process.spool(contact) / "journal.jsonl")
        closed = ContactEvent(
            contact=contact, writer=Writer.SWITCHBOARD, seq=1, at=events[-1].at, body=said.ContactClosed()
        )
        with Store.open(box.paths.store) as store:
            store.events.append([*events, closed])
        await box.start()

        async def finished() -> bool:
            return bool((await box.call("recording.list"))[0]["state"] == "finished")

        await box.until(finished, "the recording is finished")
        shown = await box.closed(contact)
        assert shown["record"]["Recordings"][0]["Status"] == "AVAILABLE"
        assert Counter(event["type"] for event in shown["events"])["ContactClosed"] == 1

        async def cleared() -> bool:
            return not process.spool(contact).exists()

        await box.until(cleared, "the spool is empty")

    play(tmp_path, scene)


def test_gap_when_the_journal_has_it_too_then_what_there_is_counts_and_the_call_goes_on(tmp_path: Path) -> None:
    """The disk was full for a moment while no switchboard listened, and one line was lost with the link."""

    async def scene(box: Harness) -> None:
        process = await box.process(0)
        contact = process.begin()
        await process.settled()
        await process.disconnect()
        journal = process.spool(contact) / "journal.jsonl"
        before = journal.read_bytes()
        for name in ("a", "b", "c"):
            process.emit(said.AttributesUpdated(attributes={name: "1"}))
        journal.write_bytes(before)
        del process.unacknowledged[0]
        await process.connect()

        async def stored() -> bool:
            return len(await box.events(contact, "AttributesUpdated")) == 2

        await box.until(stored, "both that are known are stored")
        process.emit(said.AttributesUpdated(attributes={"d": "1"}))
        process.hung_up()
        assert (await box.closed(contact))["record"]["Attributes"] == {"b": "1", "c": "1", "d": "1"}

    play(tmp_path, scene)


STEPS = [
    (Caretaker, "_store_journal"),
    (Caretaker, "_look_through"),
    (Caretaker, "_end"),
    (Closer, "_finish_all"),
    (Closer, "_store"),
    (Closer, "_save_record"),
    (Closer, "remove_folder"),
]


@pytest.mark.parametrize(("owner", "step"), STEPS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_recovery_when_it_breaks_off_at_a_step_then_the_next_start_completes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: type[Any], step: str, when: str
) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim")
        process = await box.process(0, own_process=True)
        contact = talk(process)
        await process.settled()
        await box.stop()
        await process.kill()
        broken = asyncio.Event()
        with monkeypatch.context() as patch:
            patch.setattr(owner, step, breaking_off(getattr(owner, step), when, broken))
            await box.start()
            await asyncio.wait_for(broken.wait(), 10)
            await box.stop()
        await box.start()
        await recovered(box, contact, 1.0)

    play(tmp_path, scene)


def breaking_off(real: Any, when: str, broken: asyncio.Event) -> Any:
    """`real`, followed or replaced by a fault that leaves everything after it undone."""
    loop = asyncio.get_running_loop()

    def fault() -> StoreError:
        loop.call_soon_threadsafe(broken.set)
        return StoreError("broken off for a test")

    def step(*args: Any, **kwargs: Any) -> Any:
        if when == "after":
            real(*args, **kwargs)
        raise fault()

    async def async_step(*args: Any, **kwargs: Any) -> Any:
        if when == "after":
            await real(*args, **kwargs)
        raise fault()

    return async_step if asyncio.iscoroutinefunction(real) else step


def test_recovery_when_killed_at_any_moment_then_the_last_start_completes_everything(place: Place) -> None:
    """Processes die with kill -9, so not one sample may be missing; a power cut costs what was not yet on the disk."""
    tapes = {0: 1.0, 1: 2.5, 2: 4.0, 3: 0.25}
    contacts: dict[ContactId, float] = {}

    async def calls() -> None:
        program = place.start()
        await asyncio.to_thread(place.serves, program)
        processes = [FakeContact(place.paths, slot, place.ports.first, own_process=True) for slot in tapes]
        for process in processes[:2]:  # half of them are known to the store
            await process.connect()
        for process in processes:
            contacts[talk(process, seconds=tapes[process.slot])] = tapes[process.slot]
        for process in processes[:2]:
            await process.settled()
        program.kill_group()
        for process in processes:
            await process.kill()

    asyncio.run(asyncio.wait_for(calls(), 60))
    for delay_ms in (0, 5, 10, 20, 50, 80, 95, 105, 115, 125):  # each start gets a little further
        _start_and_kill(place, after_s=delay_ms / 1000)
    program = place.start()
    place.serves(program)
    for contact, seconds in contacts.items():
        wait_until(partial(_closed, place, contact), timeout_s=20, what=f"contact {contact} is closed")
        require_recovered(place, place.api.call("contact.show", contact=contact), seconds)
    program.stop()
    with Store.open(place.paths.store) as store:
        assert store.faults() == []
        assert audit_recordings(store, place.paths.recordings).clean


def _start_and_kill(place: Place, *, after_s: float) -> None:
    """Kill a start so long after it serves."""
    starts = place.log.read_text().count(SERVES)
    program = place.start()
    wait_until(lambda: place.log.read_text().count(SERVES) > starts, timeout_s=15, what="a start")
    with pytest.raises(ProgramError, match="still runs"):
        program.wait(timeout_s=after_s)
    program.kill_group()


def _closed(place: Place, contact: ContactId) -> bool:
    """Closed, and its folder is gone."""
    try:
        shown = place.api.call("contact.show", contact=contact)
    except ApiError:
        return False
    return not shown["contact"]["open"] and not (place.paths.spool / contact).exists()


async def _today(box: Harness) -> Json:
    today: Json = (await box.call("status"))["queues"][0]["today"]
    return today
