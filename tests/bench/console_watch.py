"""Who looks at live boards while the bench runs: event streams of some branches, each followed by a look at its state.

From the instant in the box's live state to the moment when the page has read just that state (both clocks are this
machine's). A state that is replaced before anybody looks isn't counted: nobody would have seen it.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence

import aiohttp

_START_S = 30.0


class Watch:
    """In a thread of its own."""

    def __init__(self, url: str, cookie: str, branches: Sequence[str]) -> None:
        self._url, self._cookie, self._branches = url, cookie, branches
        self._latencies: list[float] = []
        self._began_s = time.time()
        self._loop = asyncio.new_event_loop()
        self._tasks: list[asyncio.Task[None]] = []
        self._watching = 0
        self._all_watch = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Returns when every stream is open."""
        self._thread.start()
        assert self._all_watch.wait(_START_S), "the event streams don't open"
        self._began_s = time.time()

    def stop(self) -> list[float]:
        """Seconds, one for each state seen since the start."""
        self._loop.call_soon_threadsafe(lambda: [task.cancel() for task in self._tasks])
        self._thread.join(_START_S)
        return self._latencies

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._watch_all())

    async def _watch_all(self) -> None:
        async with aiohttp.ClientSession(
            headers={"Cookie": self._cookie}, connector=aiohttp.TCPConnector(limit=0)
        ) as session:
            self._tasks = [asyncio.create_task(self._watch(session, branch)) for branch in self._branches]
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _watch(self, session: aiohttp.ClientSession, branch: str) -> None:
        seen = -1
        timeout = aiohttp.ClientTimeout(total=None)
        async with session.get(f"{self._url}/live/changes", params={"branch": branch}, timeout=timeout) as stream:
            assert stream.status == 200
            self._watching += 1
            if self._watching == len(self._branches):
                self._all_watch.set()
            async for line in stream.content:
                if line.startswith(b"event: changed"):
                    seen = await self._look(session, branch, seen)

    async def _look(self, session: aiohttp.ClientSession, branch: str, seen: int) -> int:
        async with session.get(f"{self._url}/api/v1/live", params={"branch": branch}) as answer:
            (shown,) = await answer.json()
        number, at_s = shown["state"]["number"], shown["state"]["at"]["wall_s"]
        if number != seen and at_s > self._began_s:
            self._latencies.append(time.time() - at_s)
        return int(number)


def percentile(values: Sequence[float], per_cent: float) -> float:
    """The value below which that share lies (nearest rank); 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * per_cent / 100))] if ordered else 0.0
