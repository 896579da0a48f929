"""What the box asks of a running Kamailio. Each function makes a request for `EdgeLink.run` or `AsyncEdgeLink.run`.

Pure: nothing here opens a socket. Names of procedures and fields: Kamailio's module documentation, chapter "RPC".
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from appliance.edge.rpc import Ask, Request
from appliance.ids import Extension, SlotId, TrunkId

_COUNTERS = "linekeeper"
_CONFIRMED = 3  # dialog states: 1 unconfirmed, 2 early, 3 confirmed without ACK, 4 confirmed, 5 deleted
_DELETED = 5


class RegisteredContact(msgspec.Struct, frozen=True, kw_only=True):
    """One phone of an extension: where it is reached, for how long yet, and what it calls itself."""

    extension: Extension
    uri: str
    received: str | None
    expires_s: int
    user_agent: str


class EdgeCounters(msgspec.Struct, frozen=True, kw_only=True):
    """Events since Kamailio started."""

    refused_contacts: int = 0
    unknown_numbers: int = 0
    unknown_sources: int = 0
    wrong_passwords: int = 0
    floods: int = 0
    malformed: int = 0
    dead_slots: int = 0


class TrunkCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call by a trunk that has not ended. caller: user part of From; inward: it came from outside."""

    sip_call_id: str
    caller: str
    inward: bool
    answered: bool


class RegistrationState(StrEnum):
    REGISTERED = "registered"
    TRYING = "trying"
    FAILED = "failed"
    DISABLED = "disabled"


class TrunkRegistration(msgspec.Struct, frozen=True, kw_only=True):
    """A registered trunk; `expires_s` counts down to the next registration (or attempt)."""

    trunk: TrunkId
    state: RegistrationState
    expires_s: int


def is_up() -> Request[bool]:
    """True where Kamailio answers; otherwise the link raises EdgeError."""
    yield Ask(method="core.uptime")
    return True


def counters() -> Request[EdgeCounters]:
    """Every counter of the edge."""
    values = yield Ask(method="cnt.grp_get_all", params=(_COUNTERS,))
    return msgspec.convert(values, EdgeCounters, strict=False)


def started() -> Request[str]:
    """When Kamailio started, as it writes it: names this run, whose counters began at 0."""
    values = yield Ask(method="core.uptime")
    return str(values["up_since"])


def registered_contacts() -> Request[tuple[RegisteredContact, ...]]:
    """Every phone that is registered now."""
    dump = yield Ask(method="ul.dump", absent={"Domains": []})
    return tuple(
        _contact(record["Info"]["AoR"], entry["Contact"])
        for domain in dump["Domains"]
        for record in domain["Domain"]["AoRs"]
        for entry in record["Info"]["Contacts"]
    )


def forget_contacts(extension: Extension) -> Request[None]:
    """Remove every phone of `extension`, e.g. because it may not register any more."""
    yield Ask(method="ul.rm", params=("location", extension), absent="")


def end_dialog(sip_call_id: str) -> Request[int]:
    """End every dialog with that Call-ID: BYE to both sides, CANCEL where it still rings.

    A call not yet answered is refused with 500. Returns how many there were; 0 is no error: the call may just have
    ended by itself.
    """
    found = yield Ask(method="dlg.list_match", params=("callid", "eq", sip_call_id), absent=[])
    return (yield from _end(found))


def clear_slot(slot: SlotId) -> Request[int]:
    """End every dialog of a contact process that has died: the caller's and those it made itself. Returns how many."""
    ended = 0
    for profile in ("slot", "leg"):
        found = yield Ask(method="dlg.profile_list", params=(profile, str(slot)), absent=[])
        ended += yield from _end(found)
    return ended


def busy_slots(capacity: int) -> Request[frozenset[SlotId]]:
    """Slots that have a contact from the outside, as Kamailio sees it."""
    busy = set()
    for slot in range(capacity):
        found = yield Ask(method="dlg.profile_list", params=("slot", str(slot)), absent=[])
        if _alive(found):
            busy.add(SlotId(slot))
    return frozenset(busy)


def dialog_count() -> Request[int]:
    """Calls that Kamailio passes on now, answered or not: callers' and those that contact processes made."""
    found = yield Ask(method="dlg.stats_active")
    return int(found["all"])


def silent_slots(capacity: int) -> Request[frozenset[SlotId]]:
    """Slots whose process did not answer an INVITE in the last two seconds: they are left out until then."""
    silent = set()
    for slot in range(capacity):
        if (yield Ask(method="htable.get", params=("dead", str(slot)), absent="")):
            silent.add(SlotId(slot))
    return frozenset(silent)


def set_publishing_key(key: str) -> Request[None]:
    """Whoever shows `key` on the internal port may publish states (presence.cfg)."""
    yield Ask(method="htable.sets", params=("lamps", "key", key))


def publishing_key() -> Request[str]:
    """The key that was set; "" where Kamailio has started since."""
    found = yield Ask(method="htable.get", params=("lamps", "key"), absent={})
    item = found.get("item") if isinstance(found, dict) else None
    return str(item.get("value", "")) if isinstance(item, dict) else ""


def published_states() -> Request[tuple[tuple[str, str, str], ...]]:
    """(user, event package, entity tag) of every published state."""
    found = yield Ask(method="presence.presentity_list", absent=[])
    entries = found if isinstance(found, list) else [found] if found else []
    return tuple((str(entry["user"]), str(entry["event"]), str(entry["etag"])) for entry in entries)


def reload_trunks() -> Request[None]:
    """Take over what `trunks.store_trunks` has written. Kamailio allows it once in five seconds."""
    yield Ask(method="permissions.addressReload")
    yield Ask(method="htable.reload", params=("trunk",))
    yield Ask(method="uac.reg_reload")


def trunk_registrations() -> Request[tuple[TrunkRegistration, ...]]:
    """The state of every registered trunk."""
    found = yield Ask(method="uac.reg_dump", absent=[])
    return tuple(_registration(record) for record in found)


def trunk_calls(trunk: TrunkId) -> Request[tuple[TrunkCall, ...]]:
    """Every call by `trunk` now, both ways."""
    calls: list[TrunkCall] = []
    for profile in ("in", "out"):
        found = yield Ask(method="dlg.profile_list", params=(profile, trunk), absent=[])
        calls += [_trunk_call(dialog, inward=profile == "in") for dialog in _alive(found)]
    return tuple(calls)


def _trunk_call(dialog: dict[str, Any], *, inward: bool) -> TrunkCall:
    caller = str(dialog.get("from_uri", "")).partition(":")[2].partition("@")[0]
    answered = int(dialog["state"]) >= _CONFIRMED
    return TrunkCall(sip_call_id=str(dialog["call-id"]), caller=caller, inward=inward, answered=answered)


def _contact(extension: str, contact: dict[str, Any]) -> RegisteredContact:
    expires, received = contact.get("Expires"), contact.get("Received")
    return RegisteredContact(
        extension=Extension(extension),
        uri=str(contact["Address"]),
        received=None if received in (None, "[not set]") else str(received),
        expires_s=expires if isinstance(expires, int) else 0,
        user_agent=str(contact.get("User-Agent", "")),
    )


def _registration(record: dict[str, Any]) -> TrunkRegistration:
    flags = int(record["flags"])
    if flags & 1:
        state = RegistrationState.DISABLED
    elif flags & 4:
        state = RegistrationState.REGISTERED
    elif flags & (2 | 8):
        state = RegistrationState.TRYING
    else:
        state = RegistrationState.FAILED
    return TrunkRegistration(
        trunk=TrunkId(record["l_uuid"]), state=state, expires_s=max(0, int(record.get("diff_expires", 0)))
    )


def _alive(dialogs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [dialog for dialog in dialogs if int(dialog["state"]) < _DELETED]


def _end(dialogs: list[dict[str, Any]]) -> Request[int]:
    """Kamailio tells the caller first. A caller who answers within some 0.1 ms, before the other BYE is made, stops

    that one; a dead side or a phone on the LAN never does.
    """
    alive = _alive(dialogs)
    unanswered = {str(dialog["call-id"]) for dialog in alive if int(dialog["state"]) < _CONFIRMED}
    for dialog in alive:
        if str(dialog["call-id"]) not in unanswered:
            yield Ask(method="dlg.end_dlg", params=(int(dialog["h_entry"]), int(dialog["h_id"])), absent="")
    if unanswered:
        yield from _refuse(unanswered)
    return len(alive)


def _refuse(call_ids: set[str]) -> Request[None]:
    """Answer the INVITEs of calls not yet answered; Kamailio cancels what it has sent on.

    `tm.cancel` can't be used: it only knows INVITEs that Kamailio made itself.
    """
    for transaction in (yield Ask(method="tm.list", absent=[])):
        call_id = str(transaction["callid"]).partition(":")[2].strip()
        if call_id in call_ids and transaction["method"] == "INVITE" and transaction["uas_request"] == "yes":
            number = f"{transaction['tindex']}:{transaction['tlabel']}"
            tag = f"edge{transaction['tindex']}"
            # Without a body, Kamailio 5.6 fails to send this answer.
            params = (500, "Ended", number, tag, "Content-Type: text/plain\r\n", "ended\r\n")
            yield Ask(method="tm.reply", params=params, absent="")
