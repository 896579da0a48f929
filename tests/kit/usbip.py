"""A USB device made of Python, plugged into the kernel's own host controller for remote devices (vhci-hcd, USB/IP).

    port = UsbPort(device)      # enumerated, drivers bound, udev told
    port.close()                # pulled out

To everything above the host controller it is a device like any other. Full speed: a frame is a millisecond, and
isochronous transfers take as long as their frames. Needs root and the module; for the guest of `bootstrap.sh
test-devices`. Source: Documentation/usb/usbip_protocol.rst of Linux.
"""

from __future__ import annotations

import errno
import select
import socket
import struct
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kit.processes import wait_until

VHCI = Path("/sys/devices/platform/vhci_hcd.0")
FULL_SPEED, DEVICE_ID, FREE = 2, 0x10001, "004"
SUBMIT, UNLINK, SUBMITTED, UNLINKED = 1, 2, 3, 4
HEAD, FRAME_S, PLUG_S = 48, 0.001, 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """What the host asks for. length: bytes, to or from the device; packets: (offset, length) of isochronous ones."""

    number: int
    endpoint: int
    to_host: bool
    length: int
    setup: bytes
    data: bytes
    packets: tuple[tuple[int, int], ...]


class UsbDevice(Protocol):
    """Called in the port's thread."""

    def control(self, setup: bytes, data: bytes) -> bytes | None:
        """The answer to a control transfer; None refuses it."""

    def take(self, endpoint: int, data: bytes) -> None:
        """The host has sent this."""

    def give(self, endpoint: int, length: int) -> bytes | None:
        """What the host gets; None: nothing yet, the transfer waits."""


class UsbPort:
    """A socket of the host with `device` in it, until `close`."""

    def __init__(self, device: UsbDevice, number: int = 0) -> None:
        self._device = device
        self._number = number
        wait_until(self._is_free, timeout_s=PLUG_S, what=f"USB port {number} is free")
        self._socket, theirs = socket.socketpair()
        self._wake_read, self._wake_write = socket.socketpair()
        self._waiting: list[Transfer] = []
        self._paced: list[tuple[float, Transfer]] = []
        self._busy_until: dict[tuple[int, bool], float] = {}
        self._thread = threading.Thread(target=self._run, name="USB device", daemon=True)
        self._thread.start()
        with theirs:
            (VHCI / "attach").write_text(f"{number} {theirs.fileno()} {DEVICE_ID} {FULL_SPEED}")

    def wake(self) -> None:
        """The device has something to give now."""
        self._wake_write.send(b"\0")

    def close(self) -> None:
        """Twice is safe."""
        if self._thread.is_alive():
            self._socket.shutdown(socket.SHUT_RDWR)
            self._thread.join(PLUG_S)
        for one in (self._socket, self._wake_read, self._wake_write):
            one.close()

    def _is_free(self) -> bool:
        rows = [line.split() for line in (VHCI / "status").read_text().splitlines()[1:]]
        return any(int(row[1]) == self._number and row[2] == FREE for row in rows)

    # ── the device's end ─────────────────────────────────────────────────────────────────────────────────────────

    def _run(self) -> None:
        try:
            while True:
                self._turn()
        except (EOFError, ConnectionError):
            return  # pulled out, or the host has let go

    def _turn(self) -> None:
        left_s = min((due for due, _ in self._paced), default=time.monotonic() + 1.0) - time.monotonic()
        ready = select.select((self._socket, self._wake_read), (), (), max(0.0, left_s))[0]
        if self._wake_read in ready:
            self._wake_read.recv(64)
        if self._socket in ready:
            self._hear()
        now = time.monotonic()
        due = [transfer for at, transfer in self._paced if at <= now]
        self._paced = [(at, transfer) for at, transfer in self._paced if at > now]
        waiting, self._waiting = self._waiting, []
        for transfer in (*due, *waiting):
            self._carry_out(transfer)

    def _hear(self) -> None:
        command, number, _, direction, endpoint = struct.unpack(">5I", self._exactly(20))
        rest = self._exactly(HEAD - 20)
        if command == UNLINK:
            self._unlink(number, struct.unpack(">I", rest[:4])[0])
            return
        _, length, _, count, _ = struct.unpack(">5i", rest[:20])
        data = b"" if direction else self._exactly(length)
        packets = [struct.unpack(">4I", self._exactly(16))[:2] for _ in range(max(count, 0))]
        transfer = Transfer(
            number=number,
            endpoint=endpoint,
            to_host=bool(direction),
            length=length,
            setup=rest[20:],
            data=data,
            packets=tuple((offset, size) for offset, size in packets),
        )
        self._pace(transfer) if packets else self._carry_out(transfer)

    def _pace(self, transfer: Transfer) -> None:
        pipe = (transfer.endpoint, transfer.to_host)
        due = max(time.monotonic(), self._busy_until.get(pipe, 0.0)) + FRAME_S * len(transfer.packets)
        self._busy_until[pipe] = due
        self._paced.append((due, transfer))

    def _carry_out(self, transfer: Transfer) -> None:
        if transfer.endpoint == 0:
            answer = self._device.control(transfer.setup, transfer.data)
            refused = answer is None
            given = (answer or b"")[: transfer.length]
            self._answer(transfer, given if transfer.to_host else b"", status=-errno.EPIPE if refused else 0)
        elif not transfer.to_host:
            self._device.take(transfer.endpoint, transfer.data)
            self._answer(transfer, b"")
        elif (given_now := self._device.give(transfer.endpoint, transfer.length)) is None:
            self._waiting.append(transfer)
        else:
            self._answer(transfer, given_now)

    def _answer(self, transfer: Transfer, given: bytes, status: int = 0) -> None:
        length = len(given) if transfer.to_host else 0 if status else transfer.length
        head = struct.pack(">5I5i8x", SUBMITTED, transfer.number, 0, 0, 0, status, length, 0, len(transfer.packets), 0)
        packets = b"".join(struct.pack(">4I", offset, size, size, 0) for offset, size in transfer.packets)
        self._socket.sendall(head + given + packets)

    def _unlink(self, number: int, which: int) -> None:
        """The host takes a transfer back."""
        before = len(self._waiting) + len(self._paced)
        self._waiting = [transfer for transfer in self._waiting if transfer.number != which]
        self._paced = [(due, transfer) for due, transfer in self._paced if transfer.number != which]
        found = len(self._waiting) + len(self._paced) < before
        self._socket.sendall(struct.pack(">5Ii24x", UNLINKED, number, 0, 0, 0, -errno.ECONNRESET if found else 0))

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self._socket.recv(count - len(data))
            if not part:
                raise EOFError
            data += part
        return data
