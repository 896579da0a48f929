"""Whether the customer waits on hold, written down exactly when it changes, and what is heard meanwhile.

Hold has many causes (the talker's phone, a command, a consult); the customer is on hold or isn't. The places in the
conversation say which; this only follows them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from appliance.contact.media.conversation import MUSIC
from appliance.contact.media.hearing import Mode
from appliance.events import CustomerHeld, CustomerResumed
from appliance.ids import AgentId

if TYPE_CHECKING:
    from appliance.contact.contact import Contact


class Holding:
    """Follows the conversation's `on_hold`."""

    def __init__(self, contact: Contact) -> None:
        self._contact = contact
        self._held = False
        self._consulted_waits = False

    def hold(self, holder: str, by: AgentId | None) -> None:
        """`holder` (a leg's phone, or BY_COMMAND) puts the others on hold."""
        self._contact.conversation.holders.add(holder)
        self.follow(by)

    def resume(self, holder: str, by: AgentId | None) -> None:
        """`holder` holds no longer."""
        self._contact.conversation.holders.discard(holder)
        self.follow(by)

    def follow(self, by: AgentId | None) -> None:
        """The places have changed: write down where that put the customer on hold or brought it back."""
        contact = self._contact
        held = contact.conversation.on_hold
        if held is not self._held:
            self._held = held
            contact.emit(CustomerHeld(by=by) if held else CustomerResumed(by=by))
            self._sound()
        self._entertain_consulted()
        contact.conversation.rewire()

    def apart_over(self) -> None:
        """A transfer has failed: what the customer heard before it goes on."""
        self._contact.conversation.set_apart(False)
        if self._held:
            self._sound()

    def forget(self) -> None:
        """The segment ends; the next one begins without a hold, and nobody hears its music any more."""
        if self._held and not self._contact.conversation.apart:
            self._contact.side_flows.stop()
        self._held = False
        self._contact.conversation.holders.clear()

    def _sound(self) -> None:
        contact = self._contact
        if contact.conversation.apart:  # the customer hears ring-back
            return
        contact.side_flows.stop()
        if self._held:
            contact.side_flows.hold(contact.conversation.talker, talker_waits=contact.conversation.joined is Mode.TALK)

    def _entertain_consulted(self) -> None:
        talk = self._contact.conversation
        waits = talk.consulted is not None and talk.consulted.answered and not talk.consulted_is_heard
        if waits is not self._consulted_waits:
            self._consulted_waits = waits
            if waits:
                talk.consulted_announcer.loop(MUSIC)
            else:
                talk.consulted_announcer.stop()
