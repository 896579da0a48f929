"""Has recordings finished one after the other, in a thread of its own, so that the event loop never waits for one.

The work is done by an encoder process at the lowest priority (`appliance.records.flac_program`); the thread only
interleaves samples and waits for pipes and the disk. A process of ours for it cost more to start than most
recordings to finish, and as much memory as the whole store.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from appliance.events import RecordingFinished
from appliance.records.finish import RecordingSources, finish_recording


class Finisher:
    """Recordings are finished in the order asked for."""

    def __init__(self, recordings: Path) -> None:
        self._recordings = recordings
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="finisher")

    async def finish(self, sources: RecordingSources) -> RecordingFinished:
        """The event that tells of the finished file. Raises RecordingLostError, or RecordError to try again later."""
        loop = asyncio.get_running_loop()
        done = await loop.run_in_executor(self._executor, finish_recording, sources, self._recordings)
        return done.event()

    async def close(self) -> None:
        """After the recording that is being finished now."""
        await asyncio.to_thread(self._executor.shutdown, cancel_futures=True)
