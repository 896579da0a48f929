"""What people ask of a talk by command: hold, mute, transfer, consult, keys, recording, hang up.

Each does what its command says and returns "", or changes nothing and returns why not: fault and remedy in one line,
for whoever asked. Must not say anything of whom the customer is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from appliance.contact import protocol as p
from appliance.contact.contact import Contact
from appliance.contact.media.conversation import BY_COMMAND
from appliance.contact.media.hearing import Mode
from appliance.contact.talk.consult import Consult, consult
from appliance.contact.talk.keypad import press
from appliance.contact.talk.muting import set_muted
from appliance.contact.talk.transfer import transfer
from appliance.ids import AgentId, LegId

NOBODY_TALKS = "nobody talks with the customer now; wait until an agent has answered"
NOBODY_CONSULTED = "nobody is consulted; begin with 'consult'"
STILL_RINGS = "the consulted party has not answered yet; wait for it, or 'drop' it"
BUSY = "a transfer or consult is under way; 'complete' or 'drop' it first"


def _hold(contact: Contact, command: p.HoldCustomer) -> str:
    talk = contact.conversation
    if not talk.talking:
        return NOBODY_TALKS
    if talk.joined is Mode.CONSULT:
        return "the customer waits while the agent consults; 'toggle' or 'resume' turns the agent back"
    if BY_COMMAND in talk.holders:
        return "the customer is on hold already; 'resume' ends it"
    contact.holding.hold(BY_COMMAND, _by(contact, command.by))
    return ""


def _resume(contact: Contact, command: p.ResumeCustomer) -> str:
    talk = contact.conversation
    under_way = contact.under_way.get(Consult)
    if under_way is not None and talk.joined is Mode.CONSULT:
        return "" if under_way.toggle(_by(contact, command.by)) else STILL_RINGS
    if BY_COMMAND not in talk.holders:
        return "a phone holds the call; it must be resumed there" if talk.on_hold else "the customer is not on hold"
    contact.holding.resume(BY_COMMAND, _by(contact, command.by))
    return ""


def _mute(contact: Contact, command: p.MuteLeg) -> str:
    return "" if set_muted(contact, command.leg, muted=True) else _unchanged(contact, command.leg, "muted already")


def _unmute(contact: Contact, command: p.UnmuteLeg) -> str:
    return "" if set_muted(contact, command.leg, muted=False) else _unchanged(contact, command.leg, "not muted")


def _unchanged(contact: Contact, leg: LegId, state: str) -> str:
    if contact.legs.get(leg) is None:
        return f"leg {leg} has ended; see 'linekeeper contact show'"
    return f"leg {leg} is {state}"


def _transfer(contact: Contact, command: p.TransferContact) -> str:
    if not contact.conversation.talking:
        return NOBODY_TALKS
    if contact.busy_with_target:
        return BUSY
    done = transfer(contact, command.target, _by(contact, command.by))
    return "" if done else _leads_nowhere(command.target)


def _consult(contact: Contact, command: p.ConsultParty) -> str:
    if not contact.conversation.talking or contact.conversation.talker is None:
        return NOBODY_TALKS
    if contact.busy_with_target:
        return BUSY
    done = consult(contact, command.target, _by(contact, command.by))
    return "" if done else _leads_nowhere(command.target)


def _leads_nowhere(target: str) -> str:
    return f"nobody can be reached at {target} from here; give an extension, a number, queue:NAME or quick:NAME"


def _toggle(contact: Contact, command: p.ToggleParties) -> str:
    if (under_way := contact.under_way.get(Consult)) is None:
        return NOBODY_CONSULTED
    return "" if under_way.toggle(_by(contact, command.by)) else STILL_RINGS


def _confer(contact: Contact, command: p.ConferParties) -> str:
    if (under_way := contact.under_way.get(Consult)) is None:
        return NOBODY_CONSULTED
    if under_way.confer(_by(contact, command.by)):
        return ""
    return STILL_RINGS if under_way.rings else "all three hear each other already"


def _complete(contact: Contact, command: p.CompleteTransfer) -> str:
    return _with_consulted(contact, lambda under_way: under_way.complete(_by(contact, command.by)))


def _drop(contact: Contact, command: p.DropConsulted) -> str:
    return _with_consulted(contact, lambda under_way: under_way.drop(_by(contact, command.by)))


def _with_consulted(contact: Contact, deed: Callable[[Consult], None]) -> str:
    if (under_way := contact.under_way.get(Consult)) is None:
        return NOBODY_CONSULTED
    deed(under_way)
    return ""


def _digits(contact: Contact, command: p.SendDigits) -> str:
    return "" if press(contact, command.digits) else "the agent is with nobody who could hear keys"


def _pause_recording(contact: Contact, command: p.PauseRecording) -> str:
    recorder = contact.conversation.recorder
    if recorder.pause(BY_COMMAND, command.by):
        return ""
    return "nothing is recorded now" if recorder.current is None else "the recording is paused already"


def _resume_recording(contact: Contact, command: p.ResumeRecording) -> str:
    recorder = contact.conversation.recorder
    if recorder.resume(BY_COMMAND, command.by):
        return ""
    return "nothing is recorded now" if recorder.current is None else "the recording is not paused"


def _hang_up(contact: Contact, command: p.HangUpContact) -> str:
    if contact.ending:
        return "the contact ends already"
    contact.end(command.reason, status=command.sip_status)
    return ""


def _by(contact: Contact, by: AgentId | None) -> AgentId | None:
    """Who did it: a command that doesn't say comes from the agent who talks."""
    talker = contact.conversation.talker
    return by if by is not None or talker is None else talker.agent


TALK_COMMANDS: Mapping[type[p.Command], Callable[[Contact, Any], str]] = MappingProxyType(
    {
        p.HoldCustomer: _hold,
        p.ResumeCustomer: _resume,
        p.MuteLeg: _mute,
        p.UnmuteLeg: _unmute,
        p.TransferContact: _transfer,
        p.ConsultParty: _consult,
        p.ToggleParties: _toggle,
        p.ConferParties: _confer,
        p.CompleteTransfer: _complete,
        p.DropConsulted: _drop,
        p.SendDigits: _digits,
        p.PauseRecording: _pause_recording,
        p.ResumeRecording: _resume_recording,
        p.HangUpContact: _hang_up,
    }
)
