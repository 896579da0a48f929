"""How contacts begin and meet by command: originated, joined, listened to, parked, picked up, paged."""

from __future__ import annotations

from appliance import clock
from appliance.switchboard.contacts.kinship import Kinship
from appliance.switchboard.joints.joining import Joining
from appliance.switchboard.joints.originating import Originating
from appliance.switchboard.joints.paging import Pages
from appliance.switchboard.joints.parking import Orbits
from appliance.switchboard.joints.pick_up import PickUps
from appliance.switchboard.parts.ground import Ground
from appliance.switchboard.parts.under_way import UnderWay
from appliance.switchboard.supervision.supervisors import Supervisors


class Meetings:
    """Those that watch the contacts hear of an event in the order in which they are built here."""

    def __init__(self, ground: Ground, under_way: UnderWay) -> None:
        contacts = under_way.contacts
        self.originating = Originating(contacts.processes, clock.monotonic_s)
        self.joining = Joining(contacts)
        Kinship(contacts)
        self.supervisors = Supervisors(
            contacts=contacts,
            routing=under_way.routing,
            originating=self.originating,
            joining=self.joining,
            store=ground.store,
        )
        self.orbits = Orbits(contacts, under_way.orders, ground.plan, lambda: ground.settings.configuration.phones)
        self.pages = Pages(contacts, self.originating, self.joining, ground.plan)
        self.pick_ups = PickUps(contacts, self.joining, self.orbits, ground.plan)
