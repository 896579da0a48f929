"""Calls that ring or wait elsewhere, taken to the phone that dials the code.

Where that succeeds nobody hears what is said here: the other party is heard instead.
"""

from __future__ import annotations

from collections.abc import Awaitable

from appliance.errors import RequestError
from appliance.ids import Extension
from appliance.switchboard.desk.asked import Asked, RefusedError, Said
from appliance.switchboard.desk.desk import Desk


async def pick_up_group(desk: Desk, asked: Asked) -> Said:
    """What rings in the phone's pick-up group."""
    return await _taken(desk.pick_ups.pick_up(asked.contact, _phone(asked), asked.agent))


async def pick_up(desk: Desk, asked: Asked) -> Said:
    """What rings at the extension dialled after the code."""
    ringing = Extension(asked.argument)
    return await _taken(desk.pick_ups.pick_up(asked.contact, _phone(asked), asked.agent, ringing=ringing))


async def unpark(desk: Desk, asked: Asked) -> Said:
    """Who is parked on the orbit dialled after the code."""
    return await _taken(desk.pick_ups.unpark(asked.contact, _phone(asked), asked.agent, asked.argument))


def _phone(asked: Asked) -> Extension:
    return asked.extension or Extension("")


async def _taken(taking: Awaitable[None]) -> Said:
    try:
        await taking
    except RequestError as error:
        keys = {"not_found": "nothing_to_take", "refused": "not_yours_to_take"}
        raise RefusedError(keys.get(error.kind, "taken_already")) from error
    return Said(key="connected")
