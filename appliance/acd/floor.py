"""The state of the ACD. It changes by moves: of `seating` (who waits where), of `ringing` (who rings for whom), of
`roster` (who works here).

A turn is one event or more at one instant: moves change the state and collect commands, `turn.finish` matches whoever
became free with whoever waits and hands the commands over. Between turns no available agent may serve a contact that
waits, unless the contact is paused. Which event makes which move is decided in `arrivals`, `offers`, `staff`,
`restoring`.
"""

from __future__ import annotations

from appliance.acd.agents import Agent
from appliance.acd.commands import AcdCommand
from appliance.acd.lines import Line, Place
from appliance.acd.market import Market
from appliance.acd.offer_numbers import OfferNumbers
from appliance.acd.timers import Timers
from appliance.acd.wishes import Wishes
from appliance.ids import AgentId, ContactId, QueueId


class Floor:
    """`claims` are restored offers whose contact has not come back yet; `touched` are agents who changed in this turn,
    `out` the commands of this turn."""

    def __init__(self) -> None:
        self.agents: dict[AgentId, Agent] = {}
        self.lines: dict[QueueId, Line] = {}
        self.places: dict[ContactId, Place] = {}
        self.claims: dict[ContactId, AgentId] = {}
        self.offer_numbers = OfferNumbers()
        self.timers = Timers()
        self.wishes = Wishes()
        self.market = Market(self.agents, self.places, self.lines)
        self.touched: dict[AgentId, Agent] = {}
        self.out: list[AcdCommand] = []
