"""A caller leaves a message (greeting, tone, recording, thanks), or who has the mailbox speaks its greeting.

A message is a recording like any other (made durable while it grows, finished at the end, found again after a power
cut), marked with its mailbox. It ends with #, hanging up, a long silence or its longest length; one in which nobody
said anything is none. Whose lamp goes on is the switchboard's business.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from appliance.contact.contact import Contact
from appliance.contact.flows.queue_stay import leave_queue
from appliance.contact.timers import Timer
from appliance.contact.undertaking import Undertaking
from appliance.dialplan import MailboxPlan
from appliance.events import DisconnectReason
from appliance.flow.commands import BUILTIN_PROMPT, Message
from appliance.flow.voices import usual_voice
from appliance.logs import fields

TONE = "tone"
ENDS = "#"
LOOK_S = 0.25
SILENCE_S = 8.0
VOICE_PEAK = 400  # of 32768, -38 dBFS: above the noise of a line, below anybody who speaks
ENDED, EMPTY = "message ended", "empty"  # why the recording stopped
_log = logging.getLogger(__name__)


class Letterbox(Undertaking):
    """One message under way. `done` is called once unless the caller hangs up: whether there was a mailbox to use."""

    def __init__(
        self, contact: Contact, plan: MailboxPlan, done: Callable[[bool], None], *, greeting: bool = False
    ) -> None:
        """greeting: it is the mailbox's own greeting that is spoken, by who has it."""
        self._is_greeting = greeting
        self._contact = contact
        self._plan = plan
        self._done = done
        self._timer: Timer | None = None
        self._recording = False
        self._length_s = 0.0
        self._silent_s = 0.0
        self._heard = False

    def begin(self) -> None:
        """Greet."""
        self._play((self._greeting(), Message(prompt=TONE)), self._record)

    def digit(self, digit: str) -> None:
        """# skips the greeting, then ends the message."""
        if digit != ENDS:
            return
        if self._recording:
            self._stop()
        elif self._timer is None:
            self._play((Message(prompt=TONE),), self._record)

    def abandon(self, *, customer_left: bool) -> None:
        """The caller is gone: what was said so far is the message."""
        self._finish()

    def _finish(self) -> None:
        self._cancel_timer()
        if self._recording:
            self._recording = False
            self._contact.conversation.recorder.stop(ENDED if self._heard else EMPTY)

    def _record(self) -> None:
        contact = self._contact
        caller = contact.customer_endpoint
        recorder = contact.conversation.recorder
        message: dict[str, str | bool] = {
            "mailbox": self._plan.mailbox,
            "caller": caller.address,
            "caller_name": caller.display_name,
            "greeting": self._is_greeting,
        }
        begun = recorder.take_message(message, folder=contact.segment.folder, emit=contact.emit)
        if not begun:
            self._play((self._sentence("error"),), lambda: self._over(taken=False))
            return
        self._recording = True
        self._look_later()

    def _look_later(self) -> None:
        self._timer = self._contact.services.timers.after(LOOK_S, self._look)

    def _look(self) -> None:
        """Has the caller been silent for long, or spoken for long enough?"""
        recording = self._contact.conversation.recorder.current
        voiced = recording is not None and recording.customer_peak() >= VOICE_PEAK
        self._heard = self._heard or voiced
        self._silent_s = 0.0 if voiced else self._silent_s + LOOK_S
        self._length_s += LOOK_S
        if self._silent_s >= SILENCE_S or self._length_s >= self._plan.longest_s:
            self._stop()
        else:
            self._look_later()

    def _stop(self) -> None:
        self._finish()
        self._timer = self._contact.services.timers.after(0.0, self._thank)

    def _thank(self) -> None:
        if self._heard:
            thanks = "voicemail_greeting_kept" if self._is_greeting else "voicemail_thanks"
            self._play((self._sentence(thanks),), lambda: self._over(taken=True))
        else:
            self._over(taken=True)

    def _over(self, *, taken: bool) -> None:
        self._cancel_timer()
        self._contact.under_way.over(Letterbox)
        self._done(taken)

    def _play(self, messages: tuple[Message, ...], then: Callable[[], None]) -> None:
        def failed(reason: str) -> None:
            _log.warning("not said to a caller: %s", reason, extra=fields(contact=self._contact.segment.contact))
            self._timer = self._contact.services.timers.after(0.0, then)

        self._contact.conversation.announcer.play(messages, on_end=then, on_failure=failed)

    def _greeting(self) -> Message:
        if self._is_greeting:
            return self._sentence("voicemail_speak_greeting")
        return Message(prompt=self._plan.greeting) if self._plan.greeting else self._sentence("voicemail_greeting")

    def _sentence(self, name: str) -> Message:
        facts = self._contact.flow.facts
        voice = facts.voice or usual_voice(facts.language)
        return Message(prompt=f"{BUILTIN_PROMPT}{name}", voice=voice, language=facts.language)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def take_message(
    contact: Contact, mailbox: MailboxPlan, done: Callable[[bool], None], *, greeting: bool = False
) -> None:
    """The customer leaves a message instead of whatever was under way; a place in a queue is given up."""
    leave_queue(contact, "transferred")
    contact.conversation.rewire()
    contact.under_way.begin(Letterbox(contact, mailbox, done, greeting=greeting)).begin()


def end_after(contact: Contact) -> Callable[[bool], None]:
    """What follows a message after which nothing is left to do."""
    return lambda _taken: contact.end(DisconnectReason.CONTACT_FLOW_DISCONNECT)
