"""Erasure on the box: everything of the customer goes, a hold wins, a receipt comes back."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import msgspec
import pytest
from switchboard.keeping.conftest import CUSTOMER, Branch

from appliance import events as ev
from appliance.acd.errands import Errand, ErrandState
from appliance.cloud.orders import ERASURE_RECEIPT
from appliance.cloud.recordings import RECORDING_ERASED
from appliance.errors import RequestError
from appliance.ids import ContactId, ErrandId, QueueId, RecordingId
from appliance.store import Store
from appliance.switchboard.keeping import erasing, retention

OTHER = "+8225559999"


def test_erasure_when_of_a_customer_then_nothing_of_that_customer_is_left(branch: Branch, tmp_path: Path) -> None:
    branch.contact("c1", recording="r1")
    branch.contact("c2", recording="r2", mailbox="sales")
    branch.contact("c3", customer=OTHER, recording="r3")
    branch.seal("r1")
    branch.seal("r2")
    branch.store.directory.put({CUSTOMER: "Ferdinand", OTHER: "Park"})
    result = branch.perform("erasure.carry_out", request="e1", number=7, customer=CUSTOMER)
    assert result == {
        "request": "e1", "number": 7, "erased": ["c1", "c2"], "held": [], "recordings": 2, "done": True,
    }  # fmt: skip
    assert branch.files() == {"r3.flac"}
    assert branch.perform("voicemail.list") == []
    assert [one["recording"] for one in branch.told(RECORDING_ERASED)] == ["r1", "r2"]
    assert branch.told(ERASURE_RECEIPT) == [{name: result[name] for name in result if name != "done"}]
    branch.store.outbox.acknowledge(10_000)  # what was said before the request is the console's to erase
    branch.store.close()
    rows = _everything(tmp_path / "store.db")
    assert not [row for row in rows if CUSTOMER in row or "Ferdinand" in row]
    assert [row for row in rows if OTHER in row]


def test_erasure_when_records_still_wait_for_the_console_then_they_go_scrubbed(branch: Branch) -> None:
    branch.contact("c1")
    branch.perform("erasure.carry_out", request="e1", number=1, contacts=["c1"])
    pending = [row.json for row in branch.store.outbox.pending()]
    assert not [text for text in pending if CUSTOMER in text or "Ferdinand" in text]


def test_erasure_when_done_then_the_contact_and_its_metrics_stay(branch: Branch) -> None:
    contact = branch.contact("c1", recording="r1")
    before = branch.store.records.get(contact)
    branch.perform("erasure.carry_out", request="e1", number=1, contacts=["c1"])
    after = branch.store.records.get(contact)
    assert before is not None
    assert after is not None
    assert (after["InitiationTimestamp"], after["DisconnectTimestamp"]) == (
        before["InitiationTimestamp"],
        before["DisconnectTimestamp"],
    )
    assert (after["Recording"]["Status"], after["Recording"]["DeletionReason"]) == ("DELETED", "erased")
    assert len(branch.store.events.of_contact(contact)) == 7
    row = branch.store.contacts.get(contact)
    assert row is not None
    assert row.customer == ev.Endpoint(address="")


def test_erasure_when_a_hold_stands_then_the_hold_wins_until_it_is_lifted(branch: Branch) -> None:
    branch.contact("c1", recording="r1")
    branch.contact("c2", recording="r2")
    branch.perform("erasure.hold", hold="case-1", contacts=["c1"])
    branch.perform("erasure.hold", hold="case-2", contacts=["c1", "unknown"])
    result = branch.perform("erasure.carry_out", request="e1", number=1, customer=CUSTOMER)
    assert (result["erased"], result["held"], result["done"]) == (["c2"], ["c1"], True)
    assert branch.files() == {"r1.flac"}
    branch.perform("erasure.hold", hold="case-1", contacts=[], on=False)
    again = branch.perform("erasure.carry_out", request="e1", number=2, contacts=["c1"])
    assert again["held"] == ["c1"]
    branch.perform("erasure.hold", hold="case-2", contacts=["c1"], on=False)
    last = branch.perform("erasure.carry_out", request="e1", number=3, contacts=["c1"])
    assert (last["erased"], last["held"]) == (["c1"], [])
    assert branch.files() == set()
    assert [one["number"] for one in branch.told(ERASURE_RECEIPT)] == [1, 2, 3]


def test_erasure_when_it_comes_twice_then_the_receipt_is_the_same_one(branch: Branch) -> None:
    branch.contact("c1", recording="r1")
    first = branch.perform("erasure.carry_out", request="e1", number=1, contacts=["c1"])
    assert branch.perform("erasure.carry_out", request="e1", number=1, contacts=["c1"]) == first
    assert len(branch.told(ERASURE_RECEIPT)) == 1


def test_erasure_when_a_contact_is_under_way_then_it_waits_for_its_end(branch: Branch) -> None:
    branch.contact("c1", recording="r1")
    branch.contact("c2", over=False)
    result = branch.perform("erasure.carry_out", request="e1", number=1, contacts=["c1", "c2"])
    assert (result["erased"], result["done"]) == (["c1"], False)
    assert branch.told(ERASURE_RECEIPT) == []
    assert [one["request"] for one in branch.perform("erasure.list")["open"]] == ["e1"]
    _end(branch, "c2")
    again = branch.perform("erasure.carry_out", request="e1", number=1, contacts=["c1", "c2"])
    assert (again["erased"], again["done"]) == (["c1", "c2"], True)
    assert branch.perform("erasure.list")["open"] == []


def test_erasure_when_of_many_contacts_then_in_slices(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "AT_ONCE", 3)
    for number in range(8):
        branch.contact(f"c{number}")
    first = branch.perform("erasure.carry_out", request="e1", number=1, customer=CUSTOMER)
    assert (len(first["erased"]), first["done"]) == (3, False)
    slices = [retention.go_on_with_erasures(branch.store, branch.paths, "branch") for _ in range(3)]
    assert slices == [3, 2, 0]
    (receipt,) = branch.told(ERASURE_RECEIPT)
    assert len(receipt["erased"]) == 8


def test_erasure_when_interrupted_after_the_files_then_it_is_carried_out_again(
    branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    branch.contact("c1", recording="r1")
    branch.seal("r1")

    def cut(body: ev.AnyBody) -> ev.AnyBody:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(erasing, "scrubbed", cut)
        branch.perform("erasure.carry_out", request="e1", number=1, contacts=["c1"])
    assert branch.files() == set()
    assert branch.told(RECORDING_ERASED) == []
    result = branch.perform("erasure.carry_out", request="e1", number=1, contacts=["c1"])
    assert (result["erased"], result["recordings"]) == (["c1"], 1)
    assert [one["recording"] for one in branch.told(RECORDING_ERASED)] == ["r1"]


def test_erasure_when_it_names_nobody_then_it_is_refused(branch: Branch) -> None:
    with pytest.raises(RequestError, match="names contacts or a customer"):
        branch.perform("erasure.carry_out", request="e1", number=1)


def test_message_when_deleted_while_a_hold_stands_then_its_sound_stays(branch: Branch) -> None:
    branch.contact("c1", recording="r1", mailbox="sales")
    branch.perform("erasure.hold", hold="case", contacts=["c1"])
    branch.perform("voicemail.mark", voicemail="r1", state="deleted")
    assert branch.perform("voicemail.list") == []
    assert branch.files() == {"r1.flac"}


def test_message_when_deleted_then_its_sealed_copy_goes_too_and_the_console_is_told(branch: Branch) -> None:
    branch.contact("c1", recording="r1", mailbox="sales")
    assert branch.seal("r1") == {"taken": True, "plain": True}
    assert branch.files() == {"r1.flac", "r1.flac.age"}
    branch.perform("voicemail.mark", voicemail="r1", state="deleted")
    assert branch.files() == set()
    assert branch.told(RECORDING_ERASED) == [{"recording": "r1", "contact": "c1", "why": "message deleted"}]


def test_sealed_when_the_recording_is_erased_or_another_then_it_is_not_taken(branch: Branch) -> None:
    branch.contact("c1", recording="r1")
    branch.perform("erasure.carry_out", request="e1", number=1, contacts=["c1"])
    assert branch.seal("r1") == {"taken": False, "plain": False}
    branch.contact("c2", recording="r2")
    row = branch.store.recordings.get(RecordingId("r2"))
    assert row is not None
    wrong = msgspec.structs.replace(row, sha256="0" * 64)
    assert wrong.sha256 != row.sha256
    with pytest.raises(RequestError, match="is not that recording"):
        branch.perform(
            "recording.sealed",
            path="2026/11/22/r2.flac.age",
            key="k",
            facts={
                "recording": "r2", "contact": "c2", "kind": "call", "media_type": "audio/flac", "started_s": 1.0,
                "duration_s": 1.0, "sealed": True, "recipients": ["age1"], "bytes": 1, "sha256": "0" * 64,
                "plain_sha256": wrong.sha256, "signature": "",
            },
        )  # fmt: skip


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "2026/11/22/../x", "2026/11/22/.x", "x"])
def test_sealed_when_its_path_leads_elsewhere_then_it_is_refused(branch: Branch, path: str) -> None:
    branch.contact("c1", recording="r1")
    with pytest.raises(RequestError):
        branch.perform("recording.sealed", path=path, key="k", facts={})


def test_delivered_when_another_file_is_meant_then_it_stays_undelivered(branch: Branch) -> None:
    branch.contact("c1", recording="r1")
    branch.seal("r1")
    assert branch.perform("recording.delivered", recording="r1", sha256="0" * 64) == {"delivered": False}
    assert branch.delivered("r1") == {"delivered": True}
    assert branch.perform("recording.again", recordings=["r1", "r9"]) == {"again": ["r1"], "gone": ["r9"]}


def _end(branch: Branch, contact: str) -> None:
    store: Store = branch.store
    events = [
        ev.ContactEvent(contact=ContactId(contact), writer=writer, seq=seq, at=branch.stamp(), body=body)
        for writer, seq, body in (
            (ev.Writer.CONTACT, 3, ev.ContactDisconnected(reason=None, pre_disconnect_state="IN_FLOW")),
            (ev.Writer.SWITCHBOARD, 1, ev.ContactClosed()),
        )
    ]
    store.events.append(events)


def test_erasure_when_the_box_still_owes_the_customer_a_call_then_it_waits_for_that(branch: Branch) -> None:
    branch.contact("c1")
    owed = Errand(
        errand=ErrandId("e"), kind=ev.ErrandKind.CALLBACK, number=CUSTOMER, queue=QueueId("sales"), **_times(branch)
    )
    branch.store.errands.put(owed)
    result = branch.perform("erasure.carry_out", request="e1", number=1, customer=CUSTOMER)
    assert (result["erased"], result["done"]) == (["c1"], False)
    assert branch.told(ERASURE_RECEIPT) == []
    branch.store.errands.put(msgspec.structs.replace(owed, state=ErrandState.CANCELLED))
    (still,) = branch.store.erasures.open()
    assert erasing.go_on(branch.store, branch.paths, "box", still).done
    assert branch.store.errands.get(owed.errand) is None


def test_erasure_when_functions_have_answered_about_callers_then_no_answer_is_left(branch: Branch) -> None:
    branch.contact("c1")
    for end in ("", "-wal"):
        branch.paths.functions_cache.with_name(branch.paths.functions_cache.name + end).write_bytes(b"Ferdinand")
    branch.perform("erasure.carry_out", request="e1", number=1, contacts=["c1"])
    assert list(branch.paths.data.glob("functions.db*")) == []


def _times(branch: Branch) -> dict[str, Any]:
    return dict.fromkeys(("asked", "due", "waiting_since"), branch.stamp())


def _everything(path: Path) -> list[str]:
    """Every row of every table, as text."""
    with sqlite3.connect(path) as raw:
        tables = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = [repr(row) for table in tables for row in raw.execute(f'SELECT * FROM "{table}"')]
    raw.close()
    return rows
