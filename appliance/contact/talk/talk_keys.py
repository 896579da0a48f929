"""The talker's keys in a talk: carried out where they are a code, else pressed towards the other party.

What each code does is one line in `DEEDS`; a short tone tells the agent, and nobody else, whether it was done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from appliance.clock import monotonic_s
from appliance.contact.contact import Contact
from appliance.contact.media.conversation import BY_COMMAND, CONFIRMED, REFUSED
from appliance.contact.media.hearing import Mode
from appliance.contact.talk.consult import Consult, consult
from appliance.contact.talk.keypad import press
from appliance.contact.talk.muting import set_muted
from appliance.contact.talk.parking import ask_for_orbit
from appliance.contact.talk.talk_codes import Do, KeyReader, Meaning, Relay
from appliance.contact.talk.transfer import transfer
from appliance.contact.timers import Timer
from appliance.contact.undertaking import Undertaking
from appliance.flow.commands import Message
from appliance.ids import AgentId, Extension

BY_KEYS = "keys"
FLASH = "R"  # as pjsua2 has event 16
Deed = Callable[[Contact, str, AgentId | None], bool]


class TalkKeys(Undertaking):
    """One contact's talker. The reader starts anew with every talker."""

    def __init__(self, contact: Contact) -> None:
        self._contact = contact
        self._reader = KeyReader()
        self._timer: Timer | None = None

    def press(self, key: str) -> None:
        """The talker pressed `key`."""
        self._mean(self._reader.press(key, monotonic_s()))
        self._set_timer()

    def talk_begins(self, extension: Extension | None) -> None:
        """Another talker: what the last one had begun is void."""
        self._reader = KeyReader()
        self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        due = self._reader.next_timer()
        self._timer = None if due is None else self._contact.services.timers.after(due - monotonic_s(), self._late)

    def _late(self) -> None:
        self._mean(self._reader.handle_timer(monotonic_s()))
        self._set_timer()

    def _mean(self, meanings: tuple[Meaning, ...]) -> None:
        for meaning in meanings:
            if isinstance(meaning, Relay):
                press(self._contact, meaning.keys)
            else:
                self._tell(done=isinstance(meaning, Do) and self._do(meaning))

    def _do(self, code: Do) -> bool:
        deed = DEEDS.get(code.name)
        talker = self._contact.conversation.talker
        return deed is not None and talker is not None and deed(self._contact, code.number, talker.agent)

    def _tell(self, *, done: bool) -> None:
        """One tone, unless the agent hears something of the box already (ring-back) or is gone."""
        talk = self._contact.conversation
        if talk.talker is not None and talk.talker_announcer.port is None:
            tone = Message(prompt=CONFIRMED if done else REFUSED)
            talk.talker_announcer.play((tone,), on_end=_nothing, on_failure=_unheard)


def _hold(contact: Contact, _number: str, by: AgentId | None) -> bool:
    """On hold and back; in a consult the customer is on hold anyway."""
    if contact.conversation.joined is Mode.CONSULT:
        return False
    if BY_COMMAND in contact.conversation.holders:
        contact.holding.resume(BY_COMMAND, by)
    else:
        contact.holding.hold(BY_COMMAND, by)
    return True


def _consult(contact: Contact, number: str, by: AgentId | None) -> bool:
    return consult(contact, number, by)


def _toggle(contact: Contact, _number: str, by: AgentId | None) -> bool:
    under_way = contact.under_way.get(Consult)
    return under_way is not None and under_way.toggle(by)


def _confer(contact: Contact, _number: str, by: AgentId | None) -> bool:
    under_way = contact.under_way.get(Consult)
    return under_way is not None and under_way.confer(by)


def _complete(contact: Contact, _number: str, by: AgentId | None) -> bool:
    if (under_way := contact.under_way.get(Consult)) is None:
        return False
    under_way.complete(by)
    return True


def _drop(contact: Contact, _number: str, by: AgentId | None) -> bool:
    if (under_way := contact.under_way.get(Consult)) is None:
        return False
    under_way.drop(by)
    return True


def _transfer(contact: Contact, number: str, by: AgentId | None) -> bool:
    return not contact.busy_with_target and transfer(contact, number, by)


def _park(contact: Contact, _number: str, _by: AgentId | None) -> bool:
    return ask_for_orbit(contact)


def _mute(contact: Contact, _number: str, _by: AgentId | None) -> bool:
    """The agent is not heard, and heard again."""
    talker = contact.conversation.talker
    return talker is not None and set_muted(contact, talker.leg, muted=not talker.muted)


def _flash(contact: Contact, _number: str, _by: AgentId | None) -> bool:
    """The exchange's own second call, three-way call …: event 16 of RFC 4733, which a line's service makes a flash."""
    customer = contact.conversation.customer
    if customer is None or customer.ended:
        return False
    customer.send_digits(FLASH)
    return True


def _pause_recording(contact: Contact, _number: str, by: AgentId | None) -> bool:
    return contact.conversation.recorder.pause(BY_KEYS, by)


def _resume_recording(contact: Contact, _number: str, by: AgentId | None) -> bool:
    return contact.conversation.recorder.resume(BY_KEYS, by)


DEEDS: Mapping[str, Deed] = {
    "hold": _hold,
    "consult": _consult,
    "toggle": _toggle,
    "conference": _confer,
    "complete": _complete,
    "drop": _drop,
    "transfer": _transfer,
    "mute": _mute,
    "flash": _flash,
    "park": _park,
    "pause_recording": _pause_recording,
    "resume_recording": _resume_recording,
}


def _nothing() -> None:
    """A tone has no sequel."""


def _unheard(_why: str) -> None:
    """Without the tone the code has worked all the same."""
