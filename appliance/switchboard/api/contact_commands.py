"""What people may ask of a contact under way, by name, as commands for its process. Pure."""

from __future__ import annotations

from collections.abc import Callable

from appliance.contact import protocol
from appliance.errors import RequestError
from appliance.events import DisconnectReason
from appliance.ids import LegId
from appliance.switchboard import requests as ask
from appliance.switchboard.contacts.contact_state import ContactState

Make = Callable[[ContactState, ask.ContactCommand], protocol.Command]


def contact_command(state: ContactState, given: ask.ContactCommand) -> protocol.Command:
    """Raises RequestError for an unknown command, leg, or a missing target."""
    if given.command not in _COMMANDS:
        raise RequestError(f"there is no command {given.command!r}; there are {', '.join(_COMMANDS)}")
    return _COMMANDS[given.command](state, given)


def _hold(state: ContactState, _given: ask.ContactCommand) -> protocol.Command:
    return protocol.HoldCustomer(contact=state.contact)


def _resume(state: ContactState, _given: ask.ContactCommand) -> protocol.Command:
    return protocol.ResumeCustomer(contact=state.contact)


def _mute(state: ContactState, given: ask.ContactCommand) -> protocol.Command:
    return protocol.MuteLeg(contact=state.contact, leg=_leg(state, given))


def _unmute(state: ContactState, given: ask.ContactCommand) -> protocol.Command:
    return protocol.UnmuteLeg(contact=state.contact, leg=_leg(state, given))


def _transfer(state: ContactState, given: ask.ContactCommand) -> protocol.Command:
    if not given.target:
        raise RequestError("transfer needs a target: an extension, a number, queue:NAME or quick:NAME")
    return protocol.TransferContact(contact=state.contact, target=given.target)


def _consult(state: ContactState, given: ask.ContactCommand) -> protocol.Command:
    if not given.target:
        raise RequestError("consult needs a target: an extension, a number, queue:NAME or quick:NAME")
    return protocol.ConsultParty(contact=state.contact, target=given.target)


def _toggle(state: ContactState, _given: ask.ContactCommand) -> protocol.Command:
    return protocol.ToggleParties(contact=state.contact)


def _confer(state: ContactState, _given: ask.ContactCommand) -> protocol.Command:
    return protocol.ConferParties(contact=state.contact)


def _complete(state: ContactState, _given: ask.ContactCommand) -> protocol.Command:
    return protocol.CompleteTransfer(contact=state.contact)


def _drop(state: ContactState, _given: ask.ContactCommand) -> protocol.Command:
    return protocol.DropConsulted(contact=state.contact)


def _digits(state: ContactState, given: ask.ContactCommand) -> protocol.Command:
    if not given.digits:
        raise RequestError("digits needs the keys to press: 0-9, * and #")
    return protocol.SendDigits(contact=state.contact, digits=given.digits)


def _pause_recording(state: ContactState, _given: ask.ContactCommand) -> protocol.Command:
    return protocol.PauseRecording(contact=state.contact)


def _resume_recording(state: ContactState, _given: ask.ContactCommand) -> protocol.Command:
    return protocol.ResumeRecording(contact=state.contact)


def _hang_up(state: ContactState, _given: ask.ContactCommand) -> protocol.Command:
    return protocol.HangUpContact(contact=state.contact, reason=DisconnectReason.OTHER)


def _leg(state: ContactState, given: ask.ContactCommand) -> LegId:
    leg = LegId(given.leg or "customer")
    if leg not in state.legs:
        known = ", ".join(state.legs) or "none"
        raise RequestError(f"contact {state.contact} has no leg {leg}; it has {known}", kind="not_found")
    return leg


_COMMANDS: dict[str, Make] = {
    "hold": _hold,
    "resume": _resume,
    "mute": _mute,
    "unmute": _unmute,
    "transfer": _transfer,
    "consult": _consult,
    "toggle": _toggle,
    "conference": _confer,
    "complete": _complete,
    "drop": _drop,
    "digits": _digits,
    "pause-recording": _pause_recording,
    "resume-recording": _resume_recording,
    "hangup": _hang_up,
}
