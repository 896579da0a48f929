"""Several processes of the console on the same two sockets: started, started anew when one ends, stopped together."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import msgspec

from appliance.console.serving.orders import Orders, encode
from appliance.errors import ConsoleError

_WORDS = (sys.executable, "-m", "appliance.console.serving.worker")
_START_S = 60.0
_STOP_S = 20.0
_AGAIN_S = 1.0
_LOOK_S = 0.5


class Workers:
    """`count` processes with the same orders. Raises ConsoleError from `start` where they don't serve in time."""

    def __init__(self, orders: Orders, *, count: int) -> None:
        self._orders, self._count = orders, count
        self._running: list[subprocess.Popen[bytes]] = []
        self._stopping = False

    def start(self) -> None:
        """The first alone: it brings the database up to date."""
        for _ in range(self._count):
            self._running.append(self._started())

    def keep(self, *, tell: Callable[[str], None], alive: Callable[[], object] = lambda: None) -> None:
        """Until SIGTERM or SIGINT; a process that ends is started again. alive: called about twice a second."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop_soon)
        while not self._stopping:
            signal.sigtimedwait([signal.SIGCHLD], _LOOK_S)
            alive()
            for place, process in enumerate(self._running):
                if process.poll() is not None and not self._stopping:
                    tell(f"process {process.pid} of the console ended with {process.returncode}; starting another")
                    time.sleep(_AGAIN_S)
                    self._replace(place, tell)

    def stop(self) -> None:
        """All of them; those that don't end in time are killed."""
        for process in self._running:
            process.terminate()
        deadline = time.monotonic() + _STOP_S
        for process in self._running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdin is not None:
                process.stdin.close()
        self._running.clear()

    def _replace(self, place: int, tell: Callable[[str], None]) -> None:
        """One that can't start now (the database is away) is tried again at the next look."""
        try:
            self._running[place] = self._started()
        except ConsoleError as error:
            tell(str(error))

    def _stop_soon(self, *_: object) -> None:
        self._stopping = True

    def _started(self) -> subprocess.Popen[bytes]:
        read, write = os.pipe()
        orders = msgspec.structs.replace(self._orders, ready=write)
        fds = (orders.people, orders.boxes, write)
        process = subprocess.Popen(_WORDS, stdin=subprocess.PIPE, pass_fds=fds)
        os.close(write)
        assert process.stdin is not None
        process.stdin.write(encode(orders))
        process.stdin.flush()
        try:
            _await_byte(read)
        except ConsoleError:
            process.kill()
            process.wait()
            raise
        finally:
            os.close(read)
        return process


def _await_byte(read: int) -> None:
    """Raises ConsoleError when the other end is closed first, or nothing comes."""
    with selectors.DefaultSelector() as selector:
        selector.register(read, selectors.EVENT_READ)
        if not selector.select(_START_S) or not os.read(read, 1):
            raise ConsoleError("a process of the console did not start; its log says why")
