"""Finishes recordings in a process of its own at the lowest priority, so that no call ever waits for one.

The worker is started when there is something to do and leaves when there has been nothing for a while; it reads one
JSON line a recording and answers with one. This module is both ends: `Finisher` in the switchboard, and the worker
(`python -m appliance.switchboard.finisher RECORDINGS`).
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from pathlib import Path
from typing import Any

import msgspec

from appliance.errors import RecordError
from appliance.events import RecordingFinished
from appliance.records.finish import RecordingLostError, RecordingSources, finish_recording

logger = logging.getLogger(__name__)

IDLE_S = 20.0
LOWEST_PRIORITY = 19


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The worker's answer: `finished`, or why not; `lost`: it can never be finished."""

    finished: RecordingFinished | None = None
    fault: str = ""
    lost: bool = False


class Finisher:
    """One worker at a time; recordings are finished one after the other in the order asked for."""

    def __init__(self, recordings: Path) -> None:
        self._recordings = recordings
        self._turn = asyncio.Lock()
        self._worker: asyncio.subprocess.Process | None = None
        self._dismissal: asyncio.TimerHandle | None = None

    async def finish(self, sources: RecordingSources) -> RecordingFinished:
        """The event that tells of the finished file. Raises RecordingLostError, or RecordError to try again later."""
        async with self._turn:
            self._keep_worker()
            outcome = await self._ask(sources)
            loop = asyncio.get_running_loop()
            self._dismissal = loop.call_later(IDLE_S, self._dismiss)
        if outcome.finished is not None:
            return outcome.finished
        raise RecordingLostError(outcome.fault) if outcome.lost else RecordError(outcome.fault)

    async def close(self) -> None:
        """Let the worker go after what it is doing now."""
        self._keep_worker()
        worker, self._worker = self._worker, None
        if worker is not None:
            _hang_up(worker)
            await worker.wait()

    async def _ask(self, sources: RecordingSources) -> Outcome:
        try:
            worker = self._worker or await self._hire()
            line = await _exchange(worker, sources)
        except OSError as error:
            line, worker = b"", None
            logger.warning("the finisher can't be reached: %s", error)
        if not line:
            await self._bury(worker)
            return Outcome(fault=f"the finisher died over recording {sources.recording}; it is tried again")
        return msgspec.json.decode(line, type=Outcome)

    async def _hire(self) -> asyncio.subprocess.Process:
        self._worker = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "appliance.switchboard.finisher",
            str(self._recordings),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        return self._worker

    async def _bury(self, worker: asyncio.subprocess.Process | None) -> None:
        self._worker = None
        if worker is not None:
            _hang_up(worker)
            await worker.wait()

    def _keep_worker(self) -> None:
        if self._dismissal is not None:
            self._dismissal.cancel()
            self._dismissal = None

    def _dismiss(self) -> None:
        """The worker leaves by itself at the end of its input; the loop reaps it."""
        self._dismissal = None
        worker, self._worker = self._worker, None
        if worker is not None:
            _hang_up(worker)


async def _exchange(worker: asyncio.subprocess.Process, sources: RecordingSources) -> bytes:
    if worker.stdin is None or worker.stdout is None:
        return b""
    worker.stdin.write(msgspec.json.encode(sources, enc_hook=str) + b"\n")
    await worker.stdin.drain()
    return await worker.stdout.readline()


def _hang_up(worker: asyncio.subprocess.Process) -> None:
    if worker.stdin is not None:
        worker.stdin.close()


def work(recordings: Path) -> None:
    """The worker: until the end of standard input."""
    os.nice(LOWEST_PRIORITY)
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(msgspec.json.encode(_outcome(line, recordings)) + b"\n")
        sys.stdout.buffer.flush()


def _outcome(line: bytes, recordings: Path) -> Outcome:
    try:
        sources = msgspec.json.decode(line, type=RecordingSources, dec_hook=_decode_path)
        return Outcome(finished=finish_recording(sources, recordings).event())
    except RecordingLostError as error:
        return Outcome(fault=str(error), lost=True)
    except (RecordError, OSError, msgspec.DecodeError) as error:
        return Outcome(fault=str(error))


def _decode_path(kind: type[Any], value: Any) -> Any:
    return kind(value)


if __name__ == "__main__":
    work(Path(sys.argv[1]))
