"""Whether the customer waits on hold, written down exactly when it changes, and what is heard meanwhile.

Hold has many causes (the talker's phone, a command, a consult); the customer is on hold or isn't. The places in the
conversation say which; this only follows them.
"""

from __future__ import annotations

from collections.abc import Callable

from appliance.contact.flows.side_flows import SideFlows
from appliance.contact.media.conversation import MUSIC, Conversation
from appliance.contact.media.hearing import Mode
from appliance.events import AnyBody, CustomerHeld, CustomerResumed
from appliance.ids import AgentId


class Holding:
    """Follows the conversation's `on_hold`."""

    def __init__(self, conversation: Conversation, side_flows: SideFlows, emit: Callable[[AnyBody], None]) -> None:
        self._conversation = conversation
        self._side_flows = side_flows
        self._emit = emit
        self._held = False
        self._consulted_waits = False

    def hold(self, holder: str, by: AgentId | None) -> None:
        """`holder` (a leg's phone, or BY_COMMAND) puts the others on hold."""
        self._conversation.holders.add(holder)
        self.follow(by)

    def resume(self, holder: str, by: AgentId | None) -> None:
        """`holder` holds no longer."""
        self._conversation.holders.discard(holder)
        self.follow(by)

    def follow(self, by: AgentId | None) -> None:
        """The places have changed: write down where that put the customer on hold or brought it back."""
        held = self._conversation.on_hold
        if held is not self._held:
            self._held = held
            self._emit(CustomerHeld(by=by) if held else CustomerResumed(by=by))
            self._sound()
        self._entertain_consulted()
        self._conversation.rewire()

    def apart_over(self) -> None:
        """A transfer has failed: what the customer heard before it goes on."""
        self._conversation.set_apart(False)
        if self._held:
            self._sound()

    def forget(self) -> None:
        """The segment ends; the next one begins without a hold, and nobody hears its music any more."""
        if self._held and not self._conversation.apart:
            self._side_flows.stop()
        self._held = False
        self._conversation.holders.clear()

    def _sound(self) -> None:
        if self._conversation.apart:  # the customer hears ring-back
            return
        self._side_flows.stop()
        if self._held:
            self._side_flows.hold(self._conversation.talker, talker_waits=self._conversation.joined is Mode.TALK)

    def _entertain_consulted(self) -> None:
        talk = self._conversation
        waits = talk.consulted is not None and talk.consulted.answered and not talk.consulted_is_heard
        if waits is not self._consulted_waits:
            self._consulted_waits = waits
            if waits:
                talk.consulted_announcer.loop(MUSIC)
            else:
                talk.consulted_announcer.stop()
