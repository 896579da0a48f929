"""The sync service's own socket, `sync.sock`: the same lines as the switchboard's API, few operations.

sync.status   how the link is right now      sync.now   try everything at once
sync.renewed  the identity has changed (enrolment)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol

from appliance.errors import RequestError
from appliance.switchboard.api.api_server import ApiServer
from appliance.sync.ground import Ground

Json = dict[str, Any]


class Controlled(Protocol):
    """What can be asked of the service."""

    @property
    def ground(self) -> Ground | None: ...

    def identity_changed(self) -> None: ...

    def hurry(self) -> None: ...


class Control:
    """Between `start` and `stop`."""

    def __init__(self, path: Path, service: Controlled) -> None:
        self._service = service
        self._server = ApiServer(path, self._perform)
        self._operations: dict[str, Callable[[], Awaitable[Json]]] = {
            "sync.status": self._status,
            "sync.now": self._now,
            "sync.renewed": self._renewed,
        }

    async def start(self) -> None:
        """Raises RequestError where another sync service runs."""
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop()

    async def _perform(self, op: str, args: Json) -> Json:
        if op not in self._operations or args:
            raise RequestError(f"there is no operation {op!r} with {len(args)} arguments", kind="unknown")
        return await self._operations[op]()

    async def _status(self) -> Json:
        ground = self._service.ground
        if ground is None:
            return {"enrolled": False}
        return {
            "enrolled": True,
            "up": ground.up,
            "pending_events": ground.pending_events,
            "pending_recordings": ground.pending_recordings,
            "clock_behind_s": ground.console.skew_s,
            "recordings_may_go": ground.recordings_may_go(),
            "warnings": list(ground.warnings.values()),
        }

    async def _now(self) -> Json:
        self._service.hurry()
        return {"trying": self._service.ground is not None}

    async def _renewed(self) -> Json:
        self._service.identity_changed()
        return {}
