"""The contacts under way: who decides for them, who closes and repairs them, which numbers of the day they make."""

from __future__ import annotations

from appliance import clock
from appliance.acd.machine import Acd
from appliance.switchboard.contacts.caretaker import Caretaker
from appliance.switchboard.contacts.closing import Closer
from appliance.switchboard.contacts.contacts import Contacts
from appliance.switchboard.contacts.finisher import Finisher
from appliance.switchboard.contacts.orders import Orders
from appliance.switchboard.measuring.days import Days
from appliance.switchboard.parts.ground import Ground
from appliance.switchboard.routing.routing import Routing


class UnderWay:
    """Routing and contacts, each the other's hands and eyes."""

    def __init__(self, ground: Ground) -> None:
        self.routing = Routing(Acd(), ground.clock, clock.monotonic_s)
        self.contacts = Contacts(
            ledger=ground.ledger, routing=self.routing, clock=ground.clock, agent_of=ground.publisher.agent_of
        )
        self.routing.hands = self.contacts
        self.orders = Orders(self.contacts)
        self.days = Days(ground.clock)
        self.finisher = Finisher(ground.paths.recordings)
        closer = Closer(
            contacts=self.contacts,
            ledger=ground.ledger,
            spool=ground.paths.spool,
            box=ground.box,
            finish=self.finisher.finish,
            counted=self.days.count,
        )
        self.caretaker = Caretaker(
            contacts=self.contacts,
            ledger=ground.ledger,
            closer=closer,
            spool=ground.paths.spool,
            clock=ground.clock,
            end_dialog=ground.end_dialog,
        )
        self.contacts.carer = self.caretaker
