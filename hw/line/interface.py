"""An analog line as the line service sees it, whatever drives it: voice modem, DAA, or a gateway box.

`LineDriver` hides clocks, ports and threads; inside is `hw.line.machine`. A driver MUST override `_state`, `_ask`,
`_play` and `_close`; it tells what happens by `_tell` and `_heard`, from any thread. It MAY override `_monitor`,
`model` and `remarks`, nothing else.
"""

from __future__ import annotations

import abc
import queue
import time
from collections import deque
from dataclasses import dataclass
from threading import Condition
from typing import Protocol, runtime_checkable

from hw.devices import Backend, Found
from hw.errors import DeviceGoneError
from hw.line.profile import Profile
from hw.line.signals import DeviceGone, Outcome, Request
from hw.line.states import LineState

FRAME = 160  # samples, and bytes of µ-law: 20 ms
ONE_WAY = "This device carries voice one way at a time: whoever speaks is heard, the other side waits."
MOST_FRAMES = 10  # that wait for somebody to take them; older ones are of no use to a talk


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What this line can do at best. duplex: voice both ways at once. sees_answer: it knows when the far end picks up,
    rather than assuming it. sees_break: it notices a loop drop, and not only tones. hears_keys: DTMF of the far end."""

    duplex: bool = True
    sees_answer: bool = False
    sees_break: bool = False
    hears_keys: bool = False


class LineDriver(abc.ABC):
    """One line that is open. Usable from several threads."""

    def __init__(self, found: Found, abilities: Abilities) -> None:
        self.found = found
        self.abilities = abilities
        self._events: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._frames: deque[bytes] = deque(maxlen=MOST_FRAMES)
        self._piece = bytearray()
        self._frame_came = Condition()
        self._gone = ""  # why, once the device is
        self._closed = False

    # ── for whoever uses the line ────────────────────────────────────────────────────────────────────────────────

    @property
    def state(self) -> LineState:
        """As the line's machine has it; NO_LINE once the device is gone."""
        return LineState.NO_LINE if self._gone else self._state()

    @property
    def model(self) -> str:
        """What drives the line, as far as it is known."""
        return self.found.name

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a technician should know of this device on this line."""
        return () if self.abilities.duplex else (ONE_WAY,)

    def ask(self, request: Request) -> None:
        """Answer, Dial, Flash, HangUp, SendKeys; what becomes of it comes as events. Raises DeviceGoneError."""
        if self._gone or self._closed:
            raise DeviceGoneError(f"{self.found.address} is {self._gone or 'closed'}; open it again")
        self._ask(request)

    def play(self, mulaw: bytes) -> None:
        """Voice for the line; what can't be used now, or comes too early by more than a few frames, is dropped."""
        if not self._gone and not self._closed:
            self._play(mulaw)

    def next_event(self, timeout_s: float = 0.0) -> Outcome | None:
        """CallArrived, CallConnected, CallEnded, KeyPressed, LineLost, LineFound, DeviceGone; None: nothing by then."""
        try:
            return self._events.get(timeout=timeout_s) if timeout_s > 0 else self._events.get_nowait()
        except queue.Empty:
            return None

    def next_frame(self, timeout_s: float = 0.0) -> bytes | None:
        """20 ms of what the line says, µ-law at 8 kHz; None: nothing by then."""
        until = time.monotonic() + timeout_s
        with self._frame_came:
            while not self._frames and (left := until - time.monotonic()) > 0:
                self._frame_came.wait(left)
            return self._frames.popleft() if self._frames else None

    def monitor(self) -> None:
        """From now on the line's sound comes in every state, and as it is: for the line doctor. A device that hears
        nothing on-hook, or knows no other sound, goes on as before."""
        self._monitor()

    def close(self) -> None:
        """Hang up and let go of the device. Twice is safe."""
        if self._closed:
            return
        self._closed = True
        self._close()

    def __enter__(self) -> LineDriver:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ── what a driver overrides ──────────────────────────────────────────────────────────────────────────────────

    @abc.abstractmethod
    def _state(self) -> LineState:
        """Of the machine."""

    @abc.abstractmethod
    def _ask(self, request: Request) -> None:
        """Of an open line."""

    @abc.abstractmethod
    def _play(self, mulaw: bytes) -> None:
        """Of an open line."""

    @abc.abstractmethod
    def _close(self) -> None:
        """Once only."""

    def _monitor(self) -> None:  # noqa: B027
        """May be overridden."""

    # ── what a driver tells ──────────────────────────────────────────────────────────────────────────────────────

    def _tell(self, event: Outcome) -> None:
        if isinstance(event, DeviceGone):
            if self._gone:
                return
            self._gone = event.reason
        self._events.put(event)

    def _heard(self, mulaw: bytes) -> None:
        """A piece of any length."""
        self._piece += mulaw
        with self._frame_came:
            while len(self._piece) >= FRAME:
                self._frames.append(bytes(self._piece[:FRAME]))
                del self._piece[:FRAME]
            self._frame_came.notify_all()


@runtime_checkable
class LineBackend(Backend, Protocol):
    """A backend of kind MODEM or DAA."""

    def open(self, found: Found, profile: Profile) -> LineDriver:
        """Raises DeviceError (absent, busy, gone)."""
