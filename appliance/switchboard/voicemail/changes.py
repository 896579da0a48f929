"""Mailboxes and messages by command. Runs in the store's thread, inside a transaction."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from appliance.config.paths import BoxPaths
from appliance.errors import RequestError
from appliance.ids import AgentId, Extension, QueueId, RecordingId
from appliance.stamps import iso_utc
from appliance.store.mailboxes import Mailbox, OwnerKind
from appliance.store.store import Store
from appliance.store.voicemails import Voicemail, VoicemailState
from appliance.switchboard import requests as ask
from appliance.switchboard.api.changes import Change
from appliance.switchboard.api.listings import missing
from appliance.switchboard.keeping.erasing import erase_recording

DELETED = "message deleted"


def add_mailbox(store: Store, given: ask.MailboxAdd) -> Change:
    """Adds a mailbox or changes it; what is None stays as it was."""
    known = store.mailboxes.get(given.mailbox)
    before = known or Mailbox(mailbox=given.mailbox)
    kind, owner = _owner(store, given, known)
    mailbox = Mailbox(
        mailbox=given.mailbox,
        kind=kind,
        owner=owner,
        greeting=before.greeting,
        longest_s=before.longest_s if given.longest_s is None else given.longest_s,
        number=before.number if given.number is None else _number(store, given.mailbox, given.number),
    )
    store.mailboxes.put(mailbox)
    return Change(result=_shown(mailbox), published=True)


def remove_mailbox(store: Store, given: ask.MailboxNamed) -> Change:
    """It takes no messages any more, and number and PIN are forgotten; messages stay until they are deleted."""
    mailbox = _existing(store, given.mailbox)
    store.mailboxes.put(msgspec.structs.replace(mailbox, enabled=False, number=""))
    store.mailbox_access.remove(given.mailbox)
    return Change(result={"mailbox": given.mailbox}, published=True)


def set_greeting(store: Store, paths: BoxPaths, given: ask.MailboxGreeting) -> Change:
    """What callers hear: a prompt that is there, or the box's own words for ""."""
    mailbox = _existing(store, given.mailbox)
    if given.prompt and not any(path.stem == given.prompt for path in paths.prompts.glob("[!.]*.*")):
        raise missing("prompt", given.prompt)
    changed = msgspec.structs.replace(mailbox, greeting=given.prompt)
    store.mailboxes.put(changed)
    return Change(result=_shown(changed), published=True)


def list_mailboxes(store: Store) -> Change:
    counts, with_pin = store.voicemails.counts(), store.mailbox_access.with_pin()
    rows = []
    for mailbox in store.mailboxes.all():
        new, saved = counts.get(mailbox.mailbox, (0, 0))
        rows.append({**_shown(mailbox), "has_pin": mailbox.mailbox in with_pin, "new": new, "saved": saved})
    return Change(result=rows)


def list_messages(store: Store, recordings: Path, given: ask.VoicemailList) -> Change:
    """Messages that can be heard, new ones first."""
    return Change(result=[shown_message(message, recordings) for message in store.voicemails.of(given.mailbox)])


def mark_message(store: Store, paths: BoxPaths, given: ask.VoicemailMark) -> Change:
    """Save or delete a message; of a deleted one the sound is gone at once, unless a legal hold keeps it."""
    state = VoicemailState(given.state)
    message = store.voicemails.get(RecordingId(given.voicemail))
    if message is None or message.state not in (VoicemailState.NEW, VoicemailState.SAVED):
        raise missing("voicemail", given.voicemail)
    if state is VoicemailState.DELETED and message.path is None:
        raise RequestError("the message is just being stored; try again in a moment", kind="unavailable")
    store.voicemails.mark(message.recording, state)
    if state is VoicemailState.DELETED:
        erase_recording(store, paths, message.recording, DELETED)
    return Change(result={"voicemail": message.recording, "state": state.value})


def shown_message(message: Voicemail, recordings: Path) -> dict[str, Any]:
    """voicemail, mailbox, state, caller, caller_name, left, duration_s, contact, path, sha256."""
    return {
        "voicemail": message.recording,
        "mailbox": message.mailbox,
        "state": message.state.value,
        "caller": message.caller,
        "caller_name": message.caller_name,
        "left": iso_utc(message.left_wall_s),
        "duration_s": message.duration_s,
        "contact": message.contact,
        "path": None if message.path is None else str(recordings / message.path),
        "sha256": message.sha256,
    }


def _owner(store: Store, given: ask.MailboxAdd, known: Mailbox | None) -> tuple[OwnerKind, str]:
    named = {
        OwnerKind.AGENT: given.agent,
        OwnerKind.QUEUE: given.queue,
        OwnerKind.EXTENSION: given.extension,
    }
    owners = [(kind, owner) for kind, owner in named.items() if owner is not None]
    if len(owners) > 1:
        raise RequestError("a mailbox has one owner; name an agent, a queue or an extension")
    if owners:
        kind, owner = owners[0]
        if not _exists(store, kind, owner):
            raise missing(kind.value, owner)
        return kind, owner
    if known is not None:
        return known.kind, known.owner
    for kind in OwnerKind:
        if _exists(store, kind, given.mailbox):
            return kind, given.mailbox
    raise RequestError(
        f"there is no agent, queue or extension {given.mailbox}; say whose mailbox it is with --agent, --queue or "
        "--extension",
        kind="not_found",
    )


def _number(store: Store, mailbox: str, number: str) -> str:
    """`number`, if nothing else that is keyed in after *98 has it."""
    if number:
        agent = store.agent_access.by_number(number)
        box = next((one for one in store.mailboxes.all() if number in (one.number, one.mailbox)), None)
        if box is not None and box.mailbox != mailbox:
            raise RequestError(f"number {number} is mailbox {box.mailbox}'s; choose another", kind="conflict")
        if agent is not None:
            raise RequestError(f"number {number} is agent {agent.agent}'s; choose another", kind="conflict")
    return number


def _exists(store: Store, kind: OwnerKind, owner: str) -> bool:
    match kind:
        case OwnerKind.AGENT:
            return store.agents.get(AgentId(owner)) is not None
        case OwnerKind.QUEUE:
            return store.queues.get(QueueId(owner)) is not None
        case OwnerKind.EXTENSION:
            return store.extensions.get(Extension(owner)) is not None


def _existing(store: Store, name: str) -> Mailbox:
    mailbox = store.mailboxes.get(name)
    if mailbox is None or not mailbox.enabled:
        raise missing("mailbox", name)
    return mailbox


def _shown(mailbox: Mailbox) -> dict[str, Any]:
    return {
        "mailbox": mailbox.mailbox,
        "kind": mailbox.kind.value,
        "owner": mailbox.owner,
        "greeting": mailbox.greeting,
        "longest_s": mailbox.longest_s,
        "number": mailbox.number or None,
    }
