"""What becomes of recordings, by command of the sync service. Runs in the store's thread, inside a transaction; see
`api.changes`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from appliance.clock import Clock
from appliance.config.paths import BoxPaths
from appliance.errors import RequestError
from appliance.ids import ContactId, RecordingId
from appliance.store.erasures import Erasure
from appliance.store.recordings import RecordingStatus
from appliance.store.sealed_recordings import SealedRecording
from appliance.store.store import Store
from appliance.switchboard import requests as ask
from appliance.switchboard.api.changes import Change
from appliance.switchboard.keeping.erasing import go_on, receipt

UPLOAD_ERROR = "CallRecordingUploadError"  # CloudWatch's name, counted in the store

Operations = dict[str, tuple[type[ask.Arguments], Callable[[Store, Any], Change]]]


def operations(paths: BoxPaths, clock: Clock, box: str) -> Operations:
    """By name, for the local API. `box`: its name, which stands in records."""
    return {
        "recording.sealed": (ask.RecordingSealed, lambda store, given: note_sealed(store, clock, given)),
        "recording.delivered": (ask.RecordingDelivered, lambda store, given: note_delivered(store, clock, given)),
        "recording.again": (ask.RecordingsAgain, deliver_again),
        "recording.upload_failed": (ask.UploadFailed, lambda store, given: count_failure(store, clock, given)),
        "erasure.carry_out": (ask.ErasureCarryOut, lambda store, given: carry_out(store, paths, box, given)),
        "erasure.hold": (ask.HoldSet, set_hold),
        "erasure.list": (ask.Nothing, lambda store, _: list_erasures(store)),
    }


def note_sealed(store: Store, clock: Clock, given: ask.RecordingSealed) -> Change:
    """taken: False where the recording was erased meanwhile, so that the sealed file has to go; plain: whether the
    plain one stays (voicemail)."""
    facts = given.facts
    recording = RecordingId(facts.recording)
    row = store.recordings.get(recording)
    if row is None or row.status not in (RecordingStatus.FINISHED, RecordingStatus.SEALED):  # signed anew
        return Change(result={"taken": False, "plain": False})
    if facts.contact != row.contact or facts.plain_sha256 != row.sha256:
        raise RequestError(f"what was sealed as {recording} is not that recording", kind="conflict")
    voicemail = store.voicemails.get(recording) is not None
    sealed = SealedRecording(
        recording=recording,
        contact=row.contact,
        path=given.path,
        bytes=facts.bytes,
        sha256=facts.sha256,
        key=given.key,
        sealed_wall_s=clock().wall_s,
    )
    store.sealed_recordings.put(sealed, facts, voicemail=voicemail)
    return Change(result={"taken": True, "plain": voicemail})


def note_delivered(store: Store, clock: Clock, given: ask.RecordingDelivered) -> Change:
    """delivered: False for a file that isn't the one that lies here."""
    sealed = store.sealed_recordings.get(RecordingId(given.recording))
    if sealed is None or sealed.sha256 != given.sha256:
        return Change(result={"delivered": False})
    store.sealed_recordings.delivered(sealed.recording, clock().wall_s)
    return Change(result={"delivered": True})


def deliver_again(store: Store, given: ask.RecordingsAgain) -> Change:
    """again: those that are announced and uploaded anew; gone: those that are not here any more."""
    found = {one: store.sealed_recordings.undeliver(RecordingId(one)) for one in dict.fromkeys(given.recordings)}
    return Change(
        result={"again": [one for one, here in found.items() if here], "gone": [one for one in found if not found[one]]}
    )


def count_failure(store: Store, clock: Clock, given: ask.UploadFailed) -> Change:
    """recording."""
    store.counters.add(UPLOAD_ERROR, clock())
    return Change(result={"recording": given.recording})


def carry_out(store: Store, paths: BoxPaths, box: str, given: ask.ErasureCarryOut) -> Change:
    """The receipt, with `done`: False while a contact of it is under way. The same request again changes nothing."""
    if not given.contacts and not given.customer:
        raise RequestError("an erasure names contacts or a customer's number")
    erasure = store.erasures.get(given.request, given.number) or Erasure(
        request=given.request,
        number=given.number,
        contacts=tuple(ContactId(contact) for contact in given.contacts),
        customer=given.customer,
    )
    after = erasure if erasure.done else go_on(store, paths, box, erasure)
    return Change(result={**receipt(after), "done": after.done}, published=bool(given.customer))


def set_hold(store: Store, given: ask.HoldSet) -> Change:
    """hold, contacts: how many it keeps now."""
    contacts = [ContactId(contact) for contact in given.contacts] if given.on else []
    store.legal_holds.put(given.hold, contacts)
    return Change(result={"hold": given.hold, "contacts": len(contacts)})


def list_erasures(store: Store) -> Change:
    """holds: contacts by hold; open: erasures that wait for contacts under way."""
    waiting = [msgspec.to_builtins(erasure) for erasure in store.erasures.open()]
    return Change(result={"holds": store.legal_holds.all(), "open": waiting})
