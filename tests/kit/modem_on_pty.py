"""A voice modem on a pseudo terminal, with an exchange behind it: real time, 8 kHz both ways, and the chips' quirks.

What it does as the real ones do: it shares one clock between both directions, plays silence and says so when it runs
dry (DLE u), can take about 30 kB a second through its port and no more, repeats a key every 70 ms between shields,
reads who calls from the sound of the idle line by the standard of the country it is set for, and a USR5637 tells of
line current after its own off-hook.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
import tty
from collections import deque

from kit.exchange import FRAME, SILENCE, STEP_S, Exchange, Plan, Sign, Step
from kit.fake_modem import LISTEN, SPEAK, FakeModem
from kit.punctual import be_punctual

from hw.daa.caller_id_dtmf import KeyedCallerId
from hw.daa.fsk import BELL_202, V23, Demodulator
from hw.daa.keys import KeyReceiver
from hw.daa.messages import Messages
from hw.errors import SignalError
from hw.line.caller_id import Absence, CallerId
from hw.line.g711 import to_samples
from hw.modem.dle import Code

BUDGET = 30_400  # bytes a second through the port, both directions together
MOST_WAITING = 2048  # bytes of voice that it can hold
KEY_REPEATS = 2  # 70 ms apart, of a key of 0.15 s
BELL = frozenset({"", "B5", "61"})  # countries as +GCI has them (ITU-T T.35); "": as it came from the factory
KEYED = frozenset({"31", "7B", "A5"})
MOST_QUIET = 25  # steps without sound, after which a message is over
_REMOTE_HANG_UP = {"cx": Code.EXTENSION_PICKUP, "usr": Code.LOOP_INTERRUPTION, "other": Code.LOOP_INTERRUPTION}


class ModemOnPty:
    """Runs from construction to `close`. path: what a driver opens. `underruns`: times it ran dry in talk; `lost`:
    bytes of voice that it had no room for; `busiest`: most bytes through the port in any second."""

    def __init__(
        self,
        chip: str = "cx",
        plan: Plan | None = None,
        *,
        stuck: bool = False,
        mute: bool = False,
        refuses: tuple[str, ...] = (),
        punctual: bool = False,
    ) -> None:
        """punctual: its clock is never late for want of a processor; for who measures a driver that isn't either."""
        self._punctual = punctual
        self.modem = FakeModem(chip, stuck=stuck, mute=mute, refuses=refuses)
        self.exchange = Exchange(plan or Plan())
        self.underruns = self.lost = self.busiest = 0
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)
        self._played = 0  # of modem.heard
        self._dry = False
        self._was_off_hook = False
        self._ear = CallerEar()
        self._key: deque[bytes] = deque()  # codes of a key under way, one a step
        self._traffic: deque[int] = deque(maxlen=round(1 / STEP_S))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="modem on a pty", daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """The port is gone, as with a USB device that is pulled out. Twice is safe."""
        if self._stop.is_set():
            return  # a number that was closed may be somebody else's by now
        self._stop.set()
        self._thread.join(10)
        os.close(self._master)
        os.close(self._slave)

    def close(self) -> None:
        self.unplug()

    # ── 20 ms ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _run(self) -> None:
        if self._punctual:
            be_punctual()
        due = time.monotonic()
        while not self._stop.is_set():
            self._step()
            due = max(due + STEP_S, time.monotonic() - 0.5)  # who was away for long can't catch up
            self._stop.wait(max(0.0, due - time.monotonic()))

    def _step(self) -> None:
        came = self._read()
        answer = self.modem.receive(came)
        if not self.modem.streaming:
            self._played = len(self.modem.heard)
        step = self.exchange.step(self._play(), self.modem.off_hook)
        answer += self._stream(step) if self.modem.streaming else self._text(step)
        with contextlib.suppress(BlockingIOError):  # nobody reads: a modem doesn't wait for its host
            os.write(self._master, answer)
        self._traffic.append(len(came) + len(answer))
        self.busiest = max(self.busiest, sum(self._traffic))

    def _read(self) -> bytes:
        try:
            return os.read(self._master, 65536)
        except (BlockingIOError, OSError):
            return b""

    def _play(self) -> bytes:
        """The next 20 ms for the line."""
        if not self.modem.streaming or self.modem.direction == LISTEN:
            self._dry = True
            self._played = len(self.modem.heard)
            return SILENCE
        heard = self.modem.heard
        too_much = len(heard) - self._played - MOST_WAITING
        if too_much > 0 or sum(self._traffic) > BUDGET:
            self.lost += max(too_much, 1)
            self._played = max(self._played, len(heard) - MOST_WAITING)
        said = bytes(heard[self._played : self._played + FRAME])
        self._played += len(said)
        if len(said) < FRAME and not self._dry:
            self.underruns += 1
        self._dry = len(said) < FRAME
        return said + SILENCE[len(said) :]

    def _stream(self, step: Step) -> bytes:
        if step.key:
            shields = (Code.DIGIT_BEGINS.value, Code.DIGIT_ENDS.value)
            repeats = [self.modem.says(b"", ord(step.key))] * KEY_REPEATS
            self._key += [self.modem.says(b"", shields[0]), *repeats, self.modem.says(b"", shields[1])]
        codes = [_code(sign, self.modem.chip) for sign in step.signs]
        if self.modem.chip == "usr" and not self._was_off_hook:
            codes.append(Code.LINE_CURRENT.value)
        if self._dry and self.modem.direction != LISTEN:
            codes.append(Code.UNDERRUN.value)
        self._was_off_hook = True
        key = self._key.popleft() if self._key else b""
        sound = step.mulaw if self.modem.direction != SPEAK else b""
        return self.modem.says(sound, *(code for code in codes if code)) + key

    def _text(self, step: Step) -> bytes:
        self._was_off_hook = self.modem.off_hook and self._was_off_hook
        text = b"".join(b"\r\nRING\r\n" for sign in step.signs if sign is Sign.RING)
        return text + _fields(self._ear.hear(step.mulaw, self.modem.country))


class CallerEar:
    """The chip's own receiver for who calls."""

    def __init__(self) -> None:
        self._country = ""
        self._quiet = MOST_QUIET
        self._forget()

    def hear(self, mulaw: bytes, country: str) -> CallerId | None:
        """20 ms of the idle line; the caller once all of it was heard."""
        if country != self._country:
            self._country = country
            self._forget()
        self._quiet = self._quiet + 1 if mulaw == SILENCE else 0
        if self._quiet == MOST_QUIET:
            self._forget()
        if self._quiet >= MOST_QUIET:
            return None
        try:
            return self._read(mulaw)
        except SignalError:
            return None

    def _read(self, mulaw: bytes) -> CallerId | None:
        samples = to_samples(mulaw)
        by_keys = [self._keyed.feed(key) for key in self._keys.feed(samples)] if self._country in KEYED else []
        by_fsk = [] if self._country in KEYED else [self._messages.feed(byte) for byte in self._sound.feed(samples)]
        return next((caller for caller in (*by_keys, *by_fsk) if caller is not None), None)

    def _forget(self) -> None:
        self._sound = Demodulator(BELL_202 if self._country in BELL else V23)
        self._messages, self._keys, self._keyed = Messages(), KeyReceiver(), KeyedCallerId()


def _code(sign: Sign, chip: str) -> int:
    if sign is Sign.REVERSAL:
        return Code.POLARITY_REVERSAL.value
    return _REMOTE_HANG_UP[chip].value if sign is Sign.BREAK else 0


def _fields(caller: CallerId | None) -> bytes:
    if caller is None:
        return b""
    number = caller.number or ("P" if caller.no_number is Absence.PRIVATE else "O")
    name = caller.name or ("P" if caller.no_name is Absence.PRIVATE else "O")
    moment = f"DATE={caller.month or 0:02}{caller.day or 0:02}\r\nTIME={caller.hour or 0:02}{caller.minute or 0:02}"
    return f"\r\n{moment}\r\nNMBR={number}\r\nNAME={name}\r\n".encode()
