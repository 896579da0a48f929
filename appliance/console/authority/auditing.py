"""Refusals of boxes in the audit log: each kind of each box once a minute, so that a box that tries on fills nothing.

Handshakes that fail are heard of too (`connections`): the certificate was of another authority, or none at all.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from appliance.console.audit.entries import Deed
from appliance.console.audit.log import note
from appliance.console.authority.errors import BoxRefusedError
from appliance.console.context import Console
from appliance.errors import ConsoleError

logger = logging.getLogger(__name__)
EVERY_S = 60.0
MOST_KEPT = 10_000


class Auditor:
    """One for each process."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last_s: dict[tuple[str, str, str], float] = {}
        self._writing: set[asyncio.Task[None]] = set()

    async def refused(self, error: BoxRefusedError, address: str) -> None:
        """Written down when it returns, or it was a moment ago."""
        who = f"box:{error.box}" if error.box else "unknown"
        if self._is_new(error.kind.value, who, address):
            await self._note(who, error.branch, f"{error.kind}: {error}", address)

    def handshake_refused(self, why: str) -> None:
        """To be called in the event loop; nobody has to wait for it."""
        if self._is_new("handshake", why, ""):
            task = asyncio.get_running_loop().create_task(self._note("unknown", "", f"TLS: {why}", ""))
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)

    def _is_new(self, kind: str, who: str, address: str) -> bool:
        key, now_s = (kind, who, address), self._console.now_s()
        if now_s - self._last_s.get(key, float("-inf")) < EVERY_S:
            return False
        if len(self._last_s) >= MOST_KEPT:
            self._last_s.clear()
        self._last_s[key] = now_s
        return True

    async def _note(self, who: str, branch: str, detail: str, address: str) -> None:
        try:
            async with self._console.database.writing() as session:
                await note(
                    session,
                    wall_s=self._console.now_s(),
                    who=who,
                    deed=Deed.REFUSED,
                    about="box port",
                    branch=branch,
                    detail=detail,
                    address=address,
                )
        except ConsoleError as error:
            logger.error("a refusal is not in the audit log: %s", error)


def handshake_auditor(console: Console) -> Callable[[str], None]:
    """For `connections.server_context`."""
    return Auditor(console).handshake_refused
