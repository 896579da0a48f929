"""The end of a turn: whoever became free is matched with whoever waits, and the commands are handed over."""

from __future__ import annotations

from appliance.acd import ringing, seating
from appliance.acd.commands import AcdCommand
from appliance.acd.floor import Floor


def finish(floor: Floor, now: float) -> list[AcdCommand]:
    """Match; the commands of the turn, changed agents first so that they are stored before anything rings."""
    for contact in floor.wishes.concerned():
        seating.expose_anew(floor, floor.places[contact], now)
    while (pair := floor.market.next_pair(now)) is not None:
        ringing.make_offer(floor, *pair, now)
    told: list[AcdCommand] = []
    for agent in floor.touched.values():
        state = agent.state()
        if state != agent.told:
            agent.told = state
            told.append(state)
    commands = told + floor.out
    floor.out = []
    floor.touched = {}
    return commands
