"""Asks whoever may restart the box's services (`BoxPaths.restart_socket`), and waits until the service serves again.

The sync service itself has no right to; on a real box a unit of root's has (linekeeper-restart@.service), in front of
`linekeeper up` its supervisor.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from appliance.cloud.orders import BoxService
from appliance.errors import RequestError
from appliance.switchboard.calling import NotRunningError, result_of
from appliance.switchboard.wire import Request, encode
from appliance.sync.wire.switchboard_link import ask

OPERATION = "service.restart"
PATIENCE_S = 150.0  # the units may take 20 s to stop and 60 s to start


def named(service: str) -> BoxService:
    """Raises RequestError for one that can't be restarted from afar."""
    try:
        return BoxService(service)
    except ValueError:
        known = ", ".join(BoxService)
        raise RequestError(f"there is no service {service!r} to restart; there are {known}") from None


async def restart(path: Path, service: BoxService, *, order: int) -> str:
    """What became of it, in a sentence. order: its number, for the box's journal.

    Raises RequestError where it failed, or where nobody here may restart anything.
    """
    question = encode(Request(op=OPERATION, args={"service": service.value, "order": order}))
    try:
        async with asyncio.timeout(PATIENCE_S):
            line = await ask(path, question)
        return str(result_of(line, OPERATION))
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise RequestError(
            f"nobody on this box may restart {service}: {path} does not answer; "
            "run 'linekeeper install' again, or restart it by hand"
        ) from error
    except (OSError, TimeoutError, NotRunningError) as error:
        raise RequestError(f"what became of the restart of {service} is unknown ({error}); see the journal") from error
