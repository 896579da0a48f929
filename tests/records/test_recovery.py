"""Recovery of contacts whose process died, on a real store, real files and the real sox."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from array import array
from pathlib import Path
from typing import Any

import pytest

from appliance import events as ev
from appliance.acd.model import Activity, AgentPlan
from appliance.ids import AgentId, Extension, LegId, OfferId, RecordingId
from appliance.records import recovery
from appliance.records.audit import audit_recordings
from appliance.records.facts import check_recording
from appliance.records.recovery import orphans
from appliance.records.sox import decode_flac
from appliance.store import AgentState, RecordingStatus, Store, StoredAgent, StoredExtension

TAPE = RecordingId("tape-1")
KIM = AgentId("kim")

RECOVER = """
import sys
from pathlib import Path
from appliance import clock
from appliance.records.recovery import Recoverer
from appliance.store import Store

root = Path(sys.argv[1])
store = Store.open(root / "store.db")
recoverer = Recoverer(
    spool=root / "spool", recordings=root / "recordings", store=store, clock=clock.now, box="branch"
)
print("ready", flush=True)
for found in recoverer.recover(claimed=()):
    assert found.problem is None, found.problem
print("done", flush=True)
"""


def _talking(story: Any, box: Any) -> Any:
    """In mid-call, recorded, answered at 12 s."""
    story.at(0.0).arrive().at(5.0).queue().at(8.0).offer().at(12.0).answer()
    return story.record(box.spool / story.contact)


def test_recover_when_killed_in_mid_call_then_record_closed_and_recording_finished(
    box: Any, story: Any, make_tone: Any, make_wav: Any
) -> None:
    _talking(story, box).write_journal(box.spool)
    box.write_sides(story, customer=make_wav(make_tone(3.0)), agent=make_wav(make_tone(2.0))[:-1])
    box.store.events.append(story.events[:4])
    (found,) = box.recoverer().recover(claimed=())
    assert (found.problem, found.closed, found.finished, found.stored) == (None, True, (TAPE,), len(story.events) - 4)
    record = box.store.records.get(story.contact)
    assert record["DisconnectReason"] == "TELECOM_PROBLEM"
    assert record["SegmentAttributes"]["linekeeper:PreDisconnectState"] == {"ValueString": "CONNECTED"}
    assert record["Agent"]["AgentInteractionDuration"] == 3  # what was recorded, not until the next start
    assert record["Linekeeper"]["MediaFailed"] == "the contact process died"
    assert record["Recording"]["Status"] == "AVAILABLE"
    row = box.store.recordings.get(TAPE)
    facts = check_recording(box.recordings / row.path, sha256=row.sha256)
    assert facts.valid and facts.duration_s == 3.0 and facts.customer_heard and facts.agent_heard
    stereo = array("h", b"".join(decode_flac(box.recordings / row.path, rate_hz=8000)))
    assert stereo[1:31998:2] == make_tone(2.0)[:15999]
    assert not any(stereo[31999::2])
    assert list(box.spool.iterdir()) == []
    assert audit_recordings(box.store, box.recordings).clean


def test_recover_when_run_again_then_nothing_changes(box: Any, story: Any, make_tone: Any, make_wav: Any) -> None:
    _talking(story, box).write_journal(box.spool)
    box.write_sides(story, customer=make_wav(make_tone(1.0)), agent=None)
    journal = (box.spool / story.contact / "journal.jsonl").read_bytes()
    box.recoverer().recover(claimed=())
    record, events = box.store.records.get(story.contact), box.store.events.of_contact(story.contact)
    outbox = box.store.outbox.depth()
    assert box.recoverer().recover(claimed=()) == []
    (box.spool / story.contact).mkdir()
    (box.spool / story.contact / "journal.jsonl").write_bytes(journal)
    (found,) = box.recoverer().recover(claimed=())
    assert (found.stored, found.repaired, found.closed, found.problem) == (0, 0, True, None)
    assert box.store.records.get(story.contact) == record
    assert box.store.events.of_contact(story.contact) == events
    assert box.store.outbox.depth() == outbox
    assert list(box.spool.iterdir()) == []


def test_recover_when_claimed_by_a_live_process_then_left_alone(box: Any, story: Any) -> None:
    _talking(story, box).write_journal(box.spool)
    box.store.events.append(story.events)
    assert orphans(box.spool, box.store, {story.contact}) == []
    assert box.recoverer().recover(claimed={story.contact}) == []
    assert (box.spool / story.contact / "journal.jsonl").exists()
    assert orphans(box.spool, box.store, ()) == [story.contact]


def test_recover_when_contact_had_ended_and_only_closing_was_missing_then_no_failure_in_the_record(
    box: Any, story: Any, make_tone: Any, make_wav: Any
) -> None:
    _talking(story, box).at(20.0).say(ev.RecordingStopped(recording=TAPE, reason="contact ended")).hang_up()
    story.write_journal(box.spool)
    box.write_sides(story, customer=make_wav(make_tone(8.0)), agent=make_wav(make_tone(8.0)))
    (found,) = box.recoverer().recover(claimed=())
    assert (found.repaired, found.closed) == (0, True)
    record = box.store.records.get(story.contact)
    assert record["DisconnectReason"] == "CUSTOMER_DISCONNECT"
    assert record["Linekeeper"]["MediaFailed"] is None
    assert record["Agent"]["AgentInteractionDuration"] == 8


def test_recover_when_agent_is_in_wrap_up_then_contact_stays_open_for_the_switchboard(box: Any, story: Any) -> None:
    story.at(0.0).arrive().at(5.0).queue().at(8.0).offer().at(12.0).answer().at(20.0).hang_up()
    story.at(20.1).switchboard(ev.AfterContactWorkStarted(agent=KIM)).write_journal(box.spool)
    box.store.events.append(story.events)
    box.store.extensions.put(StoredExtension(extension=Extension("101")))
    box.store.agents.put(StoredAgent(plan=AgentPlan(agent=KIM, extension=Extension("101"))))
    state = AgentState(
        agent=KIM,
        status="Available",
        activity=Activity.AFTER_CONTACT_WORK,
        since=story.stamp(),
        idle_since=story.stamp(),
        contact=story.contact,
    )
    box.store.agent_states.put(state)
    (found,) = box.recoverer().recover(claimed=())
    assert (found.closed, found.problem) == (False, None)
    assert box.store.contacts.get(story.contact).open
    assert box.store.records.get(story.contact) is None
    assert list(box.spool.iterdir()) == []


def test_recover_when_nobody_is_in_the_wrap_up_any_more_then_it_ends(box: Any, story: Any) -> None:
    story.at(0.0).arrive().at(5.0).queue().at(8.0).offer().at(12.0).answer().at(20.0).hang_up()
    story.at(20.1).switchboard(ev.AfterContactWorkStarted(agent=KIM))
    box.store.events.append(story.events)
    (found,) = box.recoverer().recover(claimed=())
    assert found.closed
    record = box.store.records.get(story.contact)
    assert record["Agent"]["AfterContactWorkEndTimestamp"] is not None
    assert record["Agent"]["AfterContactWorkDuration"] >= 0


def test_recover_when_journal_is_torn_and_has_a_gap_then_the_rest_counts(box: Any, story: Any) -> None:
    _talking(story, box)
    path = story.write_journal(box.spool)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[5] = lines[5][:30]
    path.write_bytes(b"".join(lines)[:-20])
    (found,) = box.recoverer().recover(claimed=())
    assert found.closed
    seqs = [e.seq for e in box.store.events.of_contact(story.contact) if e.writer is ev.Writer.CONTACT]
    assert seqs == [seq for seq in range(1, len(lines)) if seq != 6]
    assert box.store.recordings.of_contact(story.contact) == []


def test_recover_when_event_of_the_recording_was_lost_then_audio_is_found_by_its_name(
    box: Any, story: Any, make_tone: Any, make_wav: Any
) -> None:
    story.at(0.0).arrive().write_journal(box.spool)
    box.write_sides(story, customer=make_wav(make_tone(0.5)), agent=make_wav(make_tone(0.5)), name="lost-and-found")
    (found,) = box.recoverer().recover(claimed=())
    assert found.finished == (RecordingId("lost-and-found"),)
    assert box.store.recordings.get(RecordingId("lost-and-found")).status is RecordingStatus.FINISHED


def test_recover_when_only_audio_is_left_then_it_is_kept_with_a_record(
    box: Any, story: Any, make_tone: Any, make_wav: Any
) -> None:
    box.write_sides(story, customer=make_wav(make_tone(0.5)), agent=None)
    (found,) = box.recoverer().recover(claimed=())
    assert (found.finished, found.closed) == ((TAPE,), True)
    assert box.store.records.get(story.contact)["DisconnectReason"] == "TELECOM_PROBLEM"


def test_recover_when_recording_has_no_sample_then_lost_and_contact_closed(box: Any, story: Any, make_wav: Any) -> None:
    _talking(story, box).write_journal(box.spool)
    box.write_sides(story, customer=make_wav(array("h")), agent=b"")
    (found,) = box.recoverer().recover(claimed=())
    assert (found.lost, found.finished, found.closed) == ((TAPE,), (), True)
    assert box.store.recordings.get(TAPE).status is RecordingStatus.LOST
    assert box.store.records.get(story.contact)["Recordings"][0]["Status"] is None


def test_recover_when_folder_is_empty_then_it_is_removed(box: Any, story: Any) -> None:
    (box.spool / story.contact).mkdir()
    (found,) = box.recoverer().recover(claimed=())
    assert (found.closed, found.problem) == (False, None)
    assert list(box.spool.iterdir()) == []
    assert box.store.contacts.count() == 0


def test_recover_when_disk_is_full_then_record_is_kept_and_the_next_run_finishes(
    box: Any, story: Any, make_tone: Any, make_wav: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _talking(story, box).write_journal(box.spool)
    box.write_sides(story, customer=make_wav(make_tone(1.0)), agent=None)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "/nowhere")
        (found,) = box.recoverer().recover(claimed=())
    assert found.problem is not None and not found.closed
    assert box.store.records.get(story.contact)["Recording"]["Status"] is None
    assert (box.spool / story.contact / "journal.jsonl").exists()
    (found,) = box.recoverer().recover(claimed=())
    assert (found.problem, found.closed, found.finished) == (None, True, (TAPE,))
    assert box.store.records.get(story.contact)["Recording"]["Status"] == "AVAILABLE"


class PowerCutError(BaseException):
    """Ends the program where it stands."""


@pytest.mark.parametrize(
    "step", ["_store_journal", "_end_media", "_finish_recordings", "_finish", "_close", "_save_record", "rmtree"]
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_recover_when_crashed_at_a_step_then_the_next_run_gives_the_same_record(
    *, box: Any, story: Any, make_tone: Any, make_wav: Any, monkeypatch: pytest.MonkeyPatch, step: str, when: str
) -> None:
    _talking(story, box).write_journal(box.spool)
    box.write_sides(story, customer=make_wav(make_tone(1.0)), agent=make_wav(make_tone(1.0)))
    owner: Any = recovery.shutil if step == "rmtree" else recovery.Recoverer
    real = getattr(owner, step)

    def crash(*args: Any) -> None:
        if when == "after":
            real(*args)
        raise PowerCutError

    with monkeypatch.context() as patch:
        patch.setattr(owner, step, crash)
        with pytest.raises(PowerCutError):
            box.recoverer().recover(claimed=())
    box.recoverer().recover(claimed=())
    _require_recovered(box.store, box.spool, box.recordings, story)


def test_recover_when_killed_at_any_moment_then_the_last_run_completes_it(
    box: Any, new_story: Any, make_tone: Any, make_wav: Any, tmp_path: Path
) -> None:
    stories = []
    for number in range(4):
        story = _talking(new_story(contact=f"contact-{number}"), box)
        story.say(ev.LegHeld(leg=LegId("customer")))
        for event_number, event in enumerate(story.events):
            if isinstance(event.body, ev.RecordingStarted):
                paths = {
                    f"{side}_path": str(box.spool / story.contact / f"tape-{number}.{side}.wav")
                    for side in ("customer", "agent")
                }
                body = ev.RecordingStarted(recording=RecordingId(f"tape-{number}"), rate_hz=8000, **paths)
                story.events[event_number] = ev.ContactEvent(
                    contact=event.contact, writer=event.writer, seq=event.seq, at=event.at, body=body
                )
        story.write_journal(box.spool)
        samples = make_wav(make_tone(2.0))
        box.write_sides(story, customer=samples, agent=samples[: -1 - number], name=f"tape-{number}")
        stories.append(story)
    box.store.close()
    for delay_ms in range(0, 240, 30):
        _recover_in_process(tmp_path, kill_after_s=delay_ms / 1000)
    assert _recover_in_process(tmp_path, kill_after_s=None) == "done"
    with Store.open(box.store_path) as store:
        for number, story in enumerate(stories):
            _require_recovered(store, box.spool, box.recordings, story, tape=RecordingId(f"tape-{number}"))
        assert store.faults() == []
        assert audit_recordings(store, box.recordings).clean


def _recover_in_process(root: Path, *, kill_after_s: float | None) -> str:
    """Run the recovery as a process of its own group; SIGKILL it after a while. Returns the last line it wrote."""
    with subprocess.Popen(
        [sys.executable, "-c", RECOVER, str(root)], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line == "ready\n"
        if kill_after_s is not None:
            try:
                process.wait(timeout=kill_after_s)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        return (line + process.stdout.read()).split()[-1]


def _require_recovered(store: Store, spool: Path, recordings: Path, story: Any, tape: RecordingId = TAPE) -> None:
    record = store.records.get(story.contact)
    assert record is not None
    assert record["DisconnectReason"] == "TELECOM_PROBLEM"
    assert record["Recording"]["Status"] == "AVAILABLE"
    events = store.events.of_contact(story.contact)
    kinds = [type(event.body) for event in events]
    for once in (ev.MediaFailed, ev.ContactDisconnected, ev.ContactClosed, ev.RecordingStopped, ev.RecordingFinished):
        assert kinds.count(once) == 1, once
    assert [event for event in events if event.writer is ev.Writer.CONTACT] == story.events
    row = store.recordings.get(tape)
    assert row is not None and row.path is not None
    assert check_recording(recordings / row.path, sha256=row.sha256).valid
    assert not (spool / story.contact).exists()


def test_recover_when_offer_was_open_then_no_agent_in_the_record(box: Any, story: Any) -> None:
    story.at(0.0).arrive().at(5.0).queue().at(8.0).offer().write_journal(box.spool)
    box.recoverer().recover(claimed=())
    record = box.store.records.get(story.contact)
    assert record["Agent"] is None
    assert record["AgentConnectionAttempts"] == 1
    assert record["Linekeeper"]["Offers"][0]["Outcome"] == "withdrawn"
    missed = ev.AgentMissed(offer=OfferId(f"{story.contact}/1"), agent=KIM, cause="withdrawn")
    assert missed in [event.body for event in box.store.events.of_contact(story.contact)]


def test_recover_when_contact_was_closed_without_its_recording_then_it_is_finished_later(
    box: Any, story: Any, make_tone: Any, make_wav: Any
) -> None:
    _talking(story, box).at(20.0).say(ev.RecordingStopped(recording=TAPE, reason="contact ended")).hang_up()
    story.switchboard(ev.ContactClosed()).write_journal(box.spool)
    box.write_sides(story, customer=make_wav(make_tone(1.0)), agent=None)
    box.store.events.append(story.events)
    (found,) = box.recoverer().recover(claimed=())
    assert (found.finished, found.closed, found.problem) == ((TAPE,), True, None)
    assert box.store.records.get(story.contact)["Recording"]["Status"] == "AVAILABLE"
    assert not (box.spool / story.contact).exists()
