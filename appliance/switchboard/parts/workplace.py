"""The agents' place of work: who may log in, their statuses, what they note, and the desk that serves their phones."""

from __future__ import annotations

from appliance.switchboard.desk.book import HANDLERS
from appliance.switchboard.desk.desk import Desk
from appliance.switchboard.parts.ground import Ground
from appliance.switchboard.parts.meetings import Meetings
from appliance.switchboard.parts.messages_and_lamps import MessagesAndLamps
from appliance.switchboard.parts.under_way import UnderWay
from appliance.switchboard.staff.access import Access
from appliance.switchboard.staff.outcomes import Outcomes
from appliance.switchboard.staff.shift import Shift


class Workplace:
    """The desk does at a phone what the API does by command."""

    def __init__(
        self, ground: Ground, under_way: UnderWay, meetings: Meetings, messages_and_lamps: MessagesAndLamps
    ) -> None:
        self.access = Access(ground.store, ground.clock)
        self.shift = Shift(
            routing=under_way.routing,
            store=ground.store,
            ledger=ground.ledger,
            clock=ground.clock,
            publish=ground.publish,
        )
        self.outcomes = Outcomes(
            contacts=under_way.contacts, ledger=ground.ledger, store=ground.store, clock=ground.clock, box=ground.box
        )
        self.desk = Desk(
            book=HANDLERS,
            contacts=under_way.contacts,
            store=ground.store,
            plan=ground.plan,
            shift=self.shift,
            access=self.access,
            outcomes=self.outcomes,
            supervisors=meetings.supervisors,
            listening=messages_and_lamps.listening,
            pick_ups=meetings.pick_ups,
        )
