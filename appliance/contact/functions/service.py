"""The functions service: a process of the contact unit's own, forked by the zygote, that calls functions for flows.

Contact processes connect to its Unix socket and ask; each question is a task of its own. Works at a lower priority
than the calls, and so does every command it runs. Ends itself when its loop stands still; the zygote starts another.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import os
import select
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from appliance import clock
from appliance.contact.functions.cache import AnswerCache
from appliance.contact.functions.definitions import read_definitions
from appliance.contact.functions.messages import LONGEST_LINE, Answered, Invoke, decode_invoke, encode_line
from appliance.contact.functions.registry import Registry
from appliance.contact.functions.runner import Runner
from appliance.contact.protocol import WAKE
from appliance.contact.settings import ContactSettings

NICE = 10  # calls first; a command inherits it
BACKLOG = 256
RESOLVERS = 16  # threads for look-ups of names: one a host that is being looked up
STANDSTILL_S = 30  # SIGALRM ends the process when its loop has not turned for so long
TURN_S = 5.0
PRUNE_S = 3600.0
RESTART_S = 3.0
SOCKET_MODE = 0o660
PROCESS_NAME = b"lk-functions"
PR_SET_NAME = 15
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


def serve(settings: ContactSettings) -> None:
    """The life of the process, after the fork: until SIGTERM. Blocks."""
    ctypes.CDLL(None).prctl(PR_SET_NAME, PROCESS_NAME, 0, 0, 0)
    with contextlib.suppress(OSError):
        os.nice(NICE)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        with listen(Path(settings.functions_socket)) as listening:
            _await_work(settings, listening)
            asyncio.run(_run(settings, listening))
    except Exception:  # the end of this process, not of the zygote's patience
        _log.exception("the functions service failed; another is started in %g s", RESTART_S)
        time.sleep(RESTART_S)


def listen(path: Path) -> socket.socket:
    """The service's socket, for owner and group only; a file left by a dead process is replaced. Raises OSError."""
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    before = os.umask(0o777 & ~SOCKET_MODE)
    try:
        listening.bind(str(path))
        listening.listen(BACKLOG)
    except OSError:
        listening.close()
        raise
    finally:
        os.umask(before)
    return listening


def _await_work(settings: ContactSettings, listening: socket.socket) -> None:
    """Where no function is set up, wait for the first question before anything large comes into memory."""
    try:
        if read_definitions(Path(settings.functions)):
            return
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        pass
    select.select([listening], [], [])


async def _run(settings: ContactSettings, listening: socket.socket) -> None:
    registry = Registry(Path(settings.functions))
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
