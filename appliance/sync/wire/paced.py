"""A request's body, piece by piece, no faster than the link's pace allows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from appliance.sync.pacing import Pace

PIECE_BYTES = 1 << 14  # what is handed to the socket at a time


async def paced(body: bytes, pace: Pace, now: Callable[[], float]) -> AsyncIterator[bytes]:
    """now: monotonic seconds."""
    for start in range(0, len(body), PIECE_BYTES):
        piece = body[start : start + PIECE_BYTES]
        delay_s = pace.delay_s(len(piece), now())
        if delay_s > 0:
            await asyncio.sleep(delay_s)
        yield piece
