"""Takes a customer out of the box: recordings, messages, numbers, names. That there was a contact stays.

Runs in the store's thread, inside a transaction. Files go before the transaction ends: interrupted anywhere, the
request is still open and is carried out again. A legal hold wins over everything here.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from appliance.cloud.orders import ERASURE_RECEIPT
from appliance.config.paths import BoxPaths
from appliance.ids import ContactId, RecordingId
from appliance.records.contact_record import build_record
from appliance.records.scrubbing import scrubbed, without_recordings
from appliance.store.erasures import Erasure
from appliance.store.recordings import RecordingRow, RecordingStatus
from appliance.store.store import Store
from appliance.store.voicemails import VoicemailState

REQUESTED = "erasure request"
AT_ONCE = 100  # contacts of one transaction, so that nobody waits for the store


def go_on(store: Store, paths: BoxPaths, box: str, erasure: Erasure) -> Erasure:
    """Carry out what can be: contacts that are over and on no hold, at most `AT_ONCE`. When none is left, and nobody of
    that number is to be called any more, the receipt goes to the console. `box`: its name, which stands in records."""
    erased, held, recordings, waiting = dict.fromkeys(erasure.erased), dict.fromkeys(erasure.held), 0, False
    most = len(erased) + AT_ONCE
    for contact in _wanted(store, erasure):
        row = store.contacts.get(contact)
        if row is None or contact in erased:
            continue
        if store.legal_holds.holds(contact):
            held[contact] = None
        elif row.open or len(erased) >= most:
            waiting = True
        else:
            recordings += erase_contact(store, paths, box, contact)
            erased[contact] = None
            held.pop(contact, None)
    if erasure.customer and not held:
        _forget_number(store, erasure.customer)
        waiting = waiting or store.erasures.owes_calls_to(erasure.customer)
    _forget_answers(paths)
    after = msgspec.structs.replace(
        erasure, erased=tuple(erased), held=tuple(held), recordings=erasure.recordings + recordings, done=not waiting
    )
    if after.done:
        store.outbox.add(ERASURE_RECEIPT, receipt(after))
        after = msgspec.structs.replace(after, customer="")
    store.erasures.put(after)
    return after


def receipt(erasure: Erasure) -> dict[str, object]:
    """As `cloud.orders.ERASURE_RECEIPT` has it."""
    return {
        "request": erasure.request,
        "number": erasure.number,
        "erased": list(erasure.erased),
        "held": list(erasure.held),
        "recordings": erasure.recordings,
    }


def erase_contact(store: Store, paths: BoxPaths, box: str, contact: ContactId) -> int:
    """Everything that tells of its customer; how many recordings went. The contact has to be over."""
    recordings = [row for row in store.recordings.of_contact(contact) if row.status is not RecordingStatus.ERASED]
    for row in recordings:
        erase_recording(store, paths, row.recording, REQUESTED)
    store.events.rewrite(contact, scrubbed)
    if store.records.get(contact) is not None:
        store.records.save(without_recordings(build_record(store.events.of_contact(contact), box=box)))
    store.erasures.forget_customer(contact)
    return len(recordings)


def erase_recording(store: Store, paths: BoxPaths, recording: RecordingId, why: str) -> bool:
    """Its files here, and by word of the box its copy on the console. False where a hold keeps it, or it is none."""
    row = store.recordings.get(recording)
    if row is None or store.legal_holds.holds(row.contact):
        return False
    sealed = store.sealed_recordings.get(recording)
    remove_files(paths, row, sealed.path if sealed else None)
    store.sealed_recordings.erase(recording, row.contact, why)
    if store.voicemails.get(recording) is not None:
        store.voicemails.mark(recording, VoicemailState.DELETED)
    return True


def remove_files(paths: BoxPaths, row: RecordingRow, sealed: str | None) -> None:
    """Of the recording, plain and sealed; safe to call twice."""
    for path in _files(paths, row, sealed):
        path.unlink(missing_ok=True)


def _files(paths: BoxPaths, row: RecordingRow, sealed: str | None) -> Iterable[Path]:
    if row.path is not None:
        yield paths.recordings / row.path
    if sealed is not None:
        yield paths.sealed / sealed


def _wanted(store: Store, erasure: Erasure) -> Iterable[ContactId]:
    named = store.erasures.contacts_of(erasure.customer) if erasure.customer else []
    return dict.fromkeys((*erasure.contacts, *named))


def _forget_number(store: Store, customer: str) -> None:
    store.directory.remove(customer)
    store.erasures.forget_number(customer)


def _forget_answers(paths: BoxPaths) -> None:
    """What local functions answered of callers, kept under hashes: whose is whose can't be told, so all of it goes. The
    functions service begins its file anew; it holds nothing but old answers."""
    for end in ("", "-wal", "-shm"):
        paths.functions_cache.with_name(paths.functions_cache.name + end).unlink(missing_ok=True)
