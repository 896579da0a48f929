"""What a phone shows and plays without a call between people: lamps, messages waiting, messages listened to."""

from __future__ import annotations

from appliance.edge.publishing import StatePublisher
from appliance.ids import ContactId
from appliance.switchboard.lamps.board import Board
from appliance.switchboard.lamps.floor import AcdFloor
from appliance.switchboard.lamps.picture import picture
from appliance.switchboard.parts.ground import Ground
from appliance.switchboard.parts.under_way import UnderWay
from appliance.switchboard.voicemail.counts import MessageCounts
from appliance.switchboard.voicemail.greetings import Greetings
from appliance.switchboard.voicemail.listening import Listening


class MessagesAndLamps:
    """Lamps follow the contacts, the agents, the dial plan and the messages."""

    def __init__(self, ground: Ground, under_way: UnderWay) -> None:
        paths, edge = ground.paths, ground.settings.configuration.edge
        contacts, floor = under_way.contacts, AcdFloor(under_way.routing)
        self.messages = MessageCounts(ground.store, ground.plan)
        self.lamps = Board(
            StatePublisher(ground.edge, domain=edge.domain, port=edge.internal_port),
            domain=edge.domain,
            picture=lambda: picture(contacts.under_way(), floor),
            messages=self.messages.lamps,
        )
        self.listening = Listening(
            store=ground.store, recordings=paths.recordings, folder=paths.voicemail, counts=self.messages
        )
        self.greetings = Greetings(store=ground.store, recordings=paths.recordings, prompts=paths.prompts)
        self.messages.changed = under_way.routing.changed = contacts.changed = self.lamps.wake
        ground.plan_watchers.append(self.lamps.wake)
        contacts.messages_changed = self.messages.look
        contacts.forgotten = self._forget

    async def stop_listening(self) -> None:
        """Nobody listens any more."""
        self.listening.close_all()

    def _forget(self, contact: ContactId) -> None:
        if self.listening.close(contact):
            self.greetings.look()
