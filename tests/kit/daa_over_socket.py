"""A DAA whose exchange is in the test's process and whose driver is in the line service's: a Unix socket lies between.

The service finds the driver as it finds any other: by an entry point (`driver_folder`).
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from array import array
from dataclasses import replace
from pathlib import Path

from kit.daa_on_exchange import ADDRESS, INPUTS, DaaSide, ExchangeSound, MockPins, Pace
from kit.exchange import FRAME, Plan
from kit.punctual import be_punctual

from hw.daa.codec import Codec
from hw.daa.gpio_lines import GpioLines, found_at
from hw.daa.wiring import Wiring
from hw.devices import Found
from hw.errors import DeviceGoneError

SOCKET = "LINEKEEPER_TEST_DAA"
_ASKED = 1 + 2 * FRAME  # hook, samples
_TOLD = len(INPUTS) + 2 * FRAME  # levels, samples


class DaaOnSocket:
    """The exchange's end. Serves one driver after the other, until `close`."""

    def __init__(self, path: Path, plan: Plan, *, punctual: bool = False) -> None:
        """punctual: as `ModemOnPty` has it."""
        self.path = path
        self._punctual = punctual
        self._side = DaaSide(plan)
        self.exchange = self._side.exchange
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.bind(str(path))
        self._socket.listen()
        self._thread = threading.Thread(target=self._run, name="DAA on a socket", daemon=True)
        self._thread.start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(10)

    def _run(self) -> None:
        if self._punctual:
            be_punctual()
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                with connection:
                    self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        pace = Pace()
        with contextlib.suppress(ConnectionError):
            while asked := connection.recv(_ASKED):
                pace.wait()
                played = array("h", asked[1:])
                heard = self._side.turn(played, bool(asked[0]))
                levels = bytes(self._side.levels[name] for name in INPUTS)
                connection.sendall(levels + heard.tobytes())
        self._side.turn(array("h", bytes(2 * FRAME)), False)  # whoever leaves lets go of the line


class SocketCard(ExchangeSound):
    """The driver's end: its sound card, and what moves its pins."""

    def __init__(self, codec: Codec, pins: MockPins) -> None:
        self._pins = pins
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.connect(os.environ[SOCKET])
        super().__init__(codec, self._over_socket)

    def close(self) -> None:
        super().close()
        self._socket.close()

    def _over_socket(self, played: array[int]) -> array[int]:
        try:
            self._socket.sendall(bytes([self._pins.off_hook]) + played.tobytes())
            told = self._socket.recv(_TOLD)
        except OSError as error:
            raise DeviceGoneError(f"the exchange is gone ({error}); start the test again") from error
        if len(told) < _TOLD:
            raise DeviceGoneError("the exchange is gone; start the test again")
        self._pins.drive({name: bool(level) for name, level in zip(INPUTS, told, strict=False)})
        return array("h", told[len(INPUTS) :])


class ExchangeDaas(GpioLines):
    """The backend: the real driver with mock pins, and a sound card that is the exchange."""

    rank = 1

    def __init__(self) -> None:
        self._pins = MockPins()
        super().__init__(self._card, self._pins.factory)

    def find(self) -> list[Found]:
        return [replace(found_at(ADDRESS), driver="exchange")]

    def _card(self, _wiring: Wiring, codec: Codec) -> SocketCard:
        return SocketCard(codec, self._pins)


def driver_folder(folder: Path) -> Path:
    """A folder for PYTHONPATH by which `hw.registry` finds this driver."""
    about = folder / "exchange_daas-1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: exchange-daas\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[hw.drivers]\ndaa.exchange = kit.daa_over_socket:ExchangeDaas\n")
    return folder
