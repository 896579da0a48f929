"""Calls that the box makes: errands, the campaigns and callbacks that give them, click-to-dial."""

from __future__ import annotations

from appliance.switchboard.errands.callbacks import Callbacks
from appliance.switchboard.errands.campaigns import Campaigns
from appliance.switchboard.errands.errands import Errands
from appliance.switchboard.joints.dialling import Dialling
from appliance.switchboard.parts.ground import Ground
from appliance.switchboard.parts.meetings import Meetings
from appliance.switchboard.parts.under_way import UnderWay


class Outbound:
    """The errands take the part of a process for contacts that wait without one."""

    def __init__(self, ground: Ground, under_way: UnderWay, meetings: Meetings) -> None:
        self.errands = Errands(
            contacts=under_way.contacts,
            routing=under_way.routing,
            ledger=ground.ledger,
            originating=meetings.originating,
            clock=ground.clock,
            plan=ground.plan,
        )
        self.campaigns = Campaigns(
            store=ground.store,
            ledger=ground.ledger,
            errands=self.errands,
            contacts=under_way.contacts,
            orders=under_way.orders,
            routing=under_way.routing,
            clock=ground.clock,
        )
        self.callbacks = Callbacks(
            errands=self.errands, ledger=ground.ledger, publisher=ground.publisher, clock=ground.clock
        )
        self.dialling = Dialling(
            routing=under_way.routing, originating=meetings.originating, publisher=ground.publisher
        )
        under_way.contacts.attendant = self.errands
