"""The functions service at work: takes questions from contact processes, one task each, and answers them.

Contact processes connect to its Unix socket and ask; nothing that one asks makes another wait. Tells the system that
its loop turns: it is ended when it stands still, and the zygote starts another.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from appliance import clock
from appliance.contact.functions.cache import AnswerCache
from appliance.contact.functions.messages import LONGEST_LINE, Answered, Invoke, decode_invoke, encode_line
from appliance.contact.functions.registry import Registry, box_entries, make_caller
from appliance.contact.functions.runner import Runner
from appliance.contact.protocol import WAKE
from appliance.contact.settings import ContactSettings

RESOLVERS = 16  # threads for look-ups of names: one a host that is being looked up
STANDSTILL_S = 30  # SIGALRM ends the process when its loop has not turned for so long
TURN_S = 5.0
PRUNE_S = 3600.0
_log = logging.getLogger(__name__)


class Service:
    """Answers on `listening` until `stop`; built inside the running loop."""

    def __init__(self, runner: Runner, listening: socket.socket) -> None:
        self._runner = runner
        self._listening = listening
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._waker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)

    async def start(self) -> None:
        """Accept contact processes."""
        self._server = await asyncio.start_unix_server(self._converse, sock=self._listening, limit=LONGEST_LINE)

    async def stop(self) -> None:
        """Give up every question; what they have started is ended."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._runner.close()
        self._waker.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One contact process, until it leaves."""
        try:
            while line := await reader.readline():
                self._begin(decode_invoke(line), writer)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
            _log.error("a contact process asked what is no question (%s); its connection is closed", error)
        except (OSError, asyncio.CancelledError):
            return
        finally:
            writer.close()

    def _begin(self, invoke: Invoke, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._answer(invoke, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, invoke: Invoke, writer: asyncio.StreamWriter) -> None:
        try:
            answered = await self._runner.answer(invoke)
        except Exception:  # one question must not end the others
            _log.exception("function %s could not be asked", invoke.function)
            answered = Answered(id=invoke.id, reason="a fault of the functions service; see its log")
        if invoke.asynchronous or writer.is_closing():
            return
        writer.write(encode_line(answered))
        with contextlib.suppress(OSError):
            self._waker.sendto(WAKE, ("127.0.0.1", invoke.wake))


async def answer_all(settings: ContactSettings, listening: socket.socket) -> None:
    """Until SIGTERM."""
    make = functools.partial(make_caller, mark=settings.functions_socket)
    registry = Registry(Path(settings.functions), make, box_entries(settings.api_socket))
    cache = AnswerCache(Path(settings.functions_cache), clock.now)
    service = Service(Runner(registry, cache, clock.monotonic_s), listening)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(max_workers=RESOLVERS, thread_name_prefix="names"))
    loop.add_signal_handler(signal.SIGTERM, stopping.set)
    registry.refresh()
    await service.start()
    pruning = asyncio.create_task(_prune(registry, cache))
    try:
        while not stopping.is_set():
            signal.alarm(STANDSTILL_S)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), TURN_S)
    finally:
        pruning.cancel()
        await asyncio.gather(pruning, return_exceptions=True)
        await service.stop()
        await registry.close()
        cache.close()


async def _prune(registry: Registry, cache: AnswerCache) -> None:
    while True:
        await cache.prune(registry.max_ages_s())
        await asyncio.sleep(PRUNE_S)
