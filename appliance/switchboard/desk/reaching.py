"""How a phone is reached, set from the phone itself: forwards and do-not-disturb."""

from __future__ import annotations

from typing import Any

from appliance.errors import RequestError
from appliance.switchboard.desk.asked import Asked, RefusedError, Said
from appliance.switchboard.desk.desk import Desk, Handler


def forward(setting: str) -> Handler:
    """The handler that sets or ends one kind of forward: always, busy or no_answer."""

    async def handle(desk: Desk, asked: Asked) -> Said:
        """What was dialled after the code is the target; nothing ends the forward."""
        target = asked.argument
        await _set(desk, asked, **{setting: target})
        key = f"forward_{setting}" if target else f"forward_{setting}_off"
        return Said(key=key, values={"target": " ".join(target)})

    return handle


async def do_not_disturb(desk: Desk, asked: Asked) -> Said:
    """The other way round than now."""
    extension = asked.extension
    on = extension is not None and not desk.plan.phone(extension).do_not_disturb
    await _set(desk, asked, do_not_disturb=on)
    return Said(key="do_not_disturb" if on else "do_not_disturb_off")


async def _set(desk: Desk, asked: Asked, **settings: Any) -> None:
    try:
        await desk.perform("extension.set", {"extension": asked.extension, **settings})
    except RequestError as error:
        raise RefusedError("forward_refused") from error
