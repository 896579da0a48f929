from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from kit.proc import open_files

from appliance import clock
from appliance.contact.journal import JOURNAL, Journal
from appliance.events import AnyBody, AttributesUpdated, SystemConnected, Writer, decode_event
from appliance.ids import ContactId

CONTACT = ContactId("3f0c4a4e-9a3c-4a0e-8a55-0c7d5f0f2a11")


def test_append_when_called_writes_one_numbered_line_each_at_once(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "spool", CONTACT, clock.now)
    bodies: list[AnyBody] = [
        SystemConnected(),
        AttributesUpdated(attributes={"name": "Jörg\n\u2028"}),
        SystemConnected(),
    ]
    events = [journal.append(body) for body in bodies]
    lines = (tmp_path / "spool" / CONTACT / JOURNAL).read_bytes().split(b"\n")
    assert lines.pop() == b""
    assert [decode_event(line) for line in lines] == events
    assert [event.seq for event in events] == [1, 2, 3]
    assert {event.writer for event in events} == {Writer.CONTACT}
    assert [event.at.mono_s for event in events] == sorted(event.at.mono_s for event in events)
    journal.close()


def test_append_when_the_disk_is_full_still_gives_the_event_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Journal(tmp_path, CONTACT, clock.now)

    def full(_file: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        lost = journal.append(SystemConnected())
    kept = journal.append(SystemConnected())
    journal.close()
    assert (lost.seq, kept.seq) == (1, 2)
    assert "No space left on device" in caplog.text
    assert decode_event((tmp_path / CONTACT / JOURNAL).read_bytes()) == kept


def test_journal_when_its_folder_can_not_be_made_still_numbers_events(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = tmp_path / "spool"
    spool.write_text("a file where a folder should be")
    journal = Journal(spool, CONTACT, clock.now)
    assert [journal.append(SystemConnected()).seq for _ in range(2)] == [1, 2]
    journal.close()
    assert f"journal of {CONTACT} can't be made" in caplog.text


def test_close_when_called_twice_closes_one_file_only(tmp_path: Path) -> None:
    before = open_files(os.getpid())
    journal = Journal(tmp_path, CONTACT, clock.now)
    journal.close()
    journal.close()
    assert open_files(os.getpid()) == before


def test_journal_when_the_process_forks_and_executes_is_not_inherited(tmp_path: Path) -> None:
    journal = Journal(tmp_path, CONTACT, clock.now)
    opened = [int(entry.name) for entry in Path("/proc/self/fd").iterdir() if _leads_to(entry, tmp_path)]
    assert len(opened) == 1
    assert not os.get_inheritable(opened[0])
    journal.close()


def _leads_to(entry: Path, folder: Path) -> bool:
    try:
        return entry.readlink().is_relative_to(folder)
    except OSError:
        return False


def test_durable_when_asked_for_then_the_file_is_synced_and_a_bad_disk_only_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Journal(tmp_path, CONTACT, clock.now)
    synced: list[int] = []

    def sync(file: int) -> None:
        synced.append(file)
        if len(synced) > 1:
            raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", sync)
    journal.append(SystemConnected())
    journal.make_durable()
    assert len(synced) == 1
    assert os.fstat(synced[0]).st_size > 0
    journal.make_durable()
    assert "power cut" in caplog.text
    journal.close()
