"""Sends the live state: before everything else, the newest only. While the console is away nothing is sent or kept."""

from __future__ import annotations

import asyncio
import logging

import msgspec

from appliance.cloud.live import Health, LiveState
from appliance.errors import RequestError
from appliance.sync.delivering.actions import Unreached
from appliance.sync.ground import Ground
from appliance.sync.live.comparing import Newest, face_of, is_worth_sending
from appliance.sync.noting.health import HealthBook
from appliance.sync.wire.switchboard_link import SwitchboardAwayError

logger = logging.getLogger(__name__)

METERED_S = 60.0
AWAY = "the switchboard does not answer: what is shown of queues, agents and contacts is not known"
_decode = msgspec.json.Decoder(LiveState)


async def run(ground: Ground) -> None:
    """Until it is cancelled."""
    newest, book = Newest(), HealthBook()
    while True:
        state = await look(ground)
        await _note_health(ground, book, state)
        if ground.up and is_worth_sending(state, newest, state.at):
            outcome = await ground.console.show(state)
            if isinstance(outcome, Unreached):
                ground.missed(outcome.why)
                newest = Newest()
            else:
                ground.reached()
                newest = Newest(face=face_of(state), sent_s=state.at.mono_s)
        await asyncio.sleep(METERED_S if ground.settings.metered else ground.settings.live_s)


async def look(ground: Ground) -> LiveState:
    """As the switchboard sees it, with what only sync knows; almost empty while there is no switchboard."""
    try:
        state = msgspec.convert(await ground.switchboard.call("live.look"), type=LiveState)
        ground.warnings.pop("switchboard", None)
    except (SwitchboardAwayError, RequestError, msgspec.ValidationError) as error:
        logger.debug("no look at the branch: %s", error)
        ground.warnings["switchboard"] = AWAY
        state = LiveState(at=ground.clock(), number=0, health=_unknown())
    used, budget = ground.storage
    health = msgspec.structs.replace(
        state.health,
        storage_used=used,
        storage_budget=budget,
        pending_events=ground.pending_events,
        pending_recordings=ground.pending_recordings,
        warnings=(*ground.warnings.values(), *state.health.warnings),
    )
    return msgspec.structs.replace(state, number=int(state.at.mono_s * 1000), health=health)


async def _note_health(ground: Ground, book: HealthBook, state: LiveState) -> None:
    for kind, note in book.compared(state, ground.warnings):
        try:
            await ground.switchboard.call("outbox.note", kind=kind, content=msgspec.to_builtins(note))
            book.noted(note)
        except (SwitchboardAwayError, RequestError) as error:
            logger.debug("the state of health is noted later: %s", error)
            return


def _unknown() -> Health:
    return Health(
        version="",
        uptime_s=0.0,
        edge="unknown",
        contact_processes=0,
        free_processes=0,
        storage_used=0,
        storage_budget=0,
        pending_events=0,
        pending_recordings=0,
    )
