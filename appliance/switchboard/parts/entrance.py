"""Where contact processes come in: the link, who hears what they say, and those that were there before us."""

from __future__ import annotations

from appliance.contact.protocol import DialPlanChanged
from appliance.switchboard.contacts.adoption import Adoption
from appliance.switchboard.contacts.intake import Intake
from appliance.switchboard.contacts.link import LinkServer
from appliance.switchboard.parts.ground import Ground
from appliance.switchboard.parts.meetings import Meetings
from appliance.switchboard.parts.outbound import Outbound
from appliance.switchboard.parts.under_way import UnderWay


class Entrance:
    """Every process on the link is told of another dial plan."""

    def __init__(self, ground: Ground, under_way: UnderWay, meetings: Meetings, outbound: Outbound) -> None:
        intake = Intake(
            contacts=under_way.contacts,
            ledger=ground.ledger,
            routing=under_way.routing,
            originating=meetings.originating,
            joining=meetings.joining,
            supervisors=meetings.supervisors,
            orbits=meetings.orbits,
            orders=under_way.orders,
            pages=meetings.pages,
        )
        self.link = LinkServer(ground.paths.link_socket, intake)
        self.adoption = Adoption(
            contacts=under_way.contacts,
            routing=under_way.routing,
            carer=under_way.caretaker,
            errands=outbound.errands,
            clock=ground.clock,
            sip_port=ground.settings.configuration.contacts.sip_port,
            wake=self.link.wake,
        )
        ground.plan_watchers.append(lambda: self.link.broadcast(DialPlanChanged()))
