"""A voice modem at a serial port: the real I/O around `ModemLine`. The only module of `hw` that imports pyserial.

One thread a line sleeps until the port has bytes, somebody asks for something, or a timer is due. It is paced by the
modem: voice goes out as voice comes in (`pacing`). Must not know a command of any chip.
"""

from __future__ import annotations

import errno
import logging
import os
import select
import threading
import time
from dataclasses import replace

import serial

from hw.audio.echo import line_canceller
from hw.devices import Found
from hw.errors import DeviceAbsentError, DeviceBusyError, DeviceError, DeviceGoneError
from hw.holders import holder_of
from hw.line.interface import ONE_WAY, Abilities, LineDriver
from hw.line.profile import Profile
from hw.line.signals import DeviceGone, HangUp, Outcome, Request
from hw.line.states import LineState
from hw.modem.modem_line import ModemLine, Sound

log = logging.getLogger(__name__)
BAUD = 115200  # a USB modem has none; one at a real port needs at least 57600
HANG_UP_S = 2.0  # for the modem to go on-hook when the line is closed
_MOST_READ = 4096
_MOST_SLEEP_S = 60.0


class SerialPort:
    """One open port that never blocks. Raises DeviceGoneError once it fails."""

    def __init__(self, address: str) -> None:
        """Raises DeviceAbsentError, DeviceBusyError, or DeviceError for a port that we may not use."""
        self.address = address
        try:
            self._serial = serial.Serial(address, BAUD, timeout=0, write_timeout=0, exclusive=True)
        except serial.SerialException as error:
            raise _unopened(address, error) from error

    def fileno(self) -> int:
        return int(self._serial.fileno())

    def read(self) -> bytes:
        """What is there; nothing is nothing."""
        try:
            data = os.read(self.fileno(), _MOST_READ)
        except BlockingIOError:
            return b""
        except (OSError, serial.SerialException) as error:
            raise self._gone(error) from error
        if not data:
            raise self._gone("end of file")
        return data

    def write(self, data: bytes) -> int:
        """How much of it the port took."""
        try:
            return os.write(self.fileno(), data)
        except BlockingIOError:
            return 0
        except (OSError, serial.SerialException) as error:
            raise self._gone(error) from error

    def close(self) -> None:
        """Twice is safe."""
        self._serial.close()

    def _gone(self, reason: object) -> DeviceGoneError:
        return DeviceGoneError(f"{self.address} was unplugged or failed ({reason}); plug it in again")


def _unopened(address: str, error: serial.SerialException) -> DeviceError:
    if error.errno in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
        return DeviceAbsentError(f"{address} isn't there; `python -m hw` lists what is plugged in")
    if error.errno in (errno.EAGAIN, errno.EBUSY):
        return DeviceBusyError(address, holder_of(address))
    if error.errno in (errno.EACCES, errno.EPERM):
        return DeviceError(f"{address} may not be opened by this user; add it to the group dialout")
    return DeviceError(f"{address} can't be opened as a serial port ({error}); is it one?")


class SerialLine(LineDriver):
    """A line by a modem. It can be asked at once; what the modem isn't ready for yet waits."""

    def __init__(self, found: Found, port: SerialPort, profile: Profile) -> None:
        super().__init__(found, Abilities(sees_break=True, hears_keys=True))
        self._port = port
        self._canceller = line_canceller()
        self._modem = ModemLine(profile, self._canceller)
        self._lock = threading.Lock()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        self._unsent = b""
        self._closing_at: float | None = None
        self._ended = self._left_behind = False  # of the thread
        self._modem.start(time.monotonic())
        self._thread = threading.Thread(target=self._run, name=f"line at {found.address}", daemon=True)
        self._thread.start()

    def _state(self) -> LineState:
        return self._modem.state

    @property
    def model(self) -> str:
        """The modem's name, as far as it is known."""
        return self._modem.session.model.name

    def _ask(self, request: Request) -> None:
        with self._lock:
            self._publish(self._modem.ask(request, time.monotonic()))
        self._wake()

    def _play(self, mulaw: bytes) -> None:
        """It goes out at once: the modem is given little ahead."""
        with self._lock:
            self._modem.send(mulaw)
        self._wake()

    def _monitor(self) -> None:
        with self._lock:
            self._modem.monitored = True

    def _close(self) -> None:
        with self._lock:
            now = time.monotonic()
            self._modem.ask(HangUp(), now)
            self._closing_at = now
        self._wake()
        self._thread.join(2 * HANG_UP_S)
        with self._lock:
            self._left_behind = not self._ended
        if self._left_behind:
            log.warning("%s does not let go; its thread is left behind", self.found.address)
        else:
            self._let_go()

    def _let_go(self) -> None:
        """Nobody uses them any more; before, the numbers of port and pipe could have become those of other files."""
        self._port.close()
        self._canceller.close()
        os.close(self._wake_read)
        os.close(self._wake_write)

    # ── the thread ───────────────────────────────────────────────────────────────────────────────────────────────

    def _run(self) -> None:
        try:
            while not self._finished():
                self._turn()
        except DeviceGoneError as error:
            if self._closing_at is None:
                log.warning("%s", error)
                self._tell(DeviceGone(reason="unplugged"))
        finally:
            with self._lock:
                self._ended = True
            if self._left_behind:
                self._let_go()

    def _finished(self) -> bool:
        """Closed, and on-hook as far as the modem has let us."""
        if self._closing_at is None:
            return False
        late = time.monotonic() > self._closing_at + HANG_UP_S
        return late or (self._modem.at_rest and not self._unsent)

    def _turn(self) -> None:
        with self._lock:
            self._unsent += self._modem.take_output(time.monotonic())
            due = self._modem.next_timer()
        self._unsent = self._unsent[self._port.write(self._unsent) :] if self._unsent else b""
        ready = self._sleep(due)
        data = self._port.read() if self._port.fileno() in ready else b""
        if self._wake_read in ready:
            os.read(self._wake_read, _MOST_READ)
        with self._lock:
            now = time.monotonic()
            self._publish(self._modem.feed(data, now) if data else [])
            self._publish(self._modem.handle_timer(now))
        if self._modem.one_way and self.abilities.duplex:
            self.abilities = replace(self.abilities, duplex=False)
            log.warning("%s (%s): %s", self.found.address, self.model, ONE_WAY)

    def _sleep(self, due: float | None) -> list[int]:
        longest = HANG_UP_S if self._closing_at is not None else _MOST_SLEEP_S
        sleep_s = longest if due is None else min(longest, max(0.0, due - time.monotonic()))
        writing = [self._port.fileno()] if self._unsent else []
        return select.select([self._port.fileno(), self._wake_read], writing, [], sleep_s)[0]

    def _publish(self, news: list[Outcome]) -> None:
        for event in news:
            if isinstance(event, Sound):
                self._heard(event.mulaw)
            else:
                self._tell(event)

    def _wake(self) -> None:
        try:
            os.write(self._wake_write, b"\0")
        except BlockingIOError:
            log.debug("line at %s is being woken already", self.found.address)
