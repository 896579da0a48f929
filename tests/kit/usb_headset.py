"""A USB headset in full: telephony buttons and lamps (HID 1.11) and a sound card (USB Audio 1.0), one device.

    headset = UsbHeadset(serial="4711")
    headset.lift(off=True)                  # its button
    headset.lamps & LAMP_RING               # what the host has lit
    headset.heard()                         # what the host has played; its microphone hears a tone

See `kit.usbip` for how it is plugged in.
"""

from __future__ import annotations

import array
import math
import struct
import threading
from collections import deque

from kit import hid
from kit.audio import Sound
from kit.usbip import UsbPort

VENDOR, PRODUCT = 0x1209, 0x0001  # pid.codes' number for tests
RATE_HZ, SAMPLE_BYTES = 16000, 2
FRAME_BYTES = RATE_HZ * SAMPLE_BYTES // 1000
PLAY, RECORD, REPORTS = 1, 2, 3  # endpoints
GET_DESCRIPTOR, SET = 6, 0x00
DEVICE, CONFIGURATION, STRING, REPORT = 1, 2, 3, 0x22
TONE_HZ, TONE_PEAK = 1000.0, 8000


def _tone() -> bytes:
    """A tenth of a second: whole turns, so that it can be repeated."""
    turn = 2 * math.pi * TONE_HZ / RATE_HZ
    return array.array("h", (round(TONE_PEAK * math.sin(turn * n)) for n in range(RATE_HZ // 10))).tobytes()


class UsbHeadset:
    """Plugged in from construction to `close`. sound: False for one without a card."""

    def __init__(self, serial: str = "", *, sound: bool = True, port: int = 0) -> None:
        self._strings = ("", "Linekeeper", "Headset of the tests", serial)
        self._sound = sound
        self._reports: deque[bytes] = deque()
        self._lock = threading.Lock()
        self._tone, self._said = _tone(), 0
        self.lamps = 0
        self._heard = bytearray()
        self._port = UsbPort(self, port)

    def lift(self, *, off: bool) -> None:
        """The hook switch."""
        with self._lock:
            self._reports.append(bytes((8, hid.HOOK if off else 0)))
        self._port.wake()

    def heard(self) -> Sound:
        """What the host has played."""
        return Sound(rate_hz=RATE_HZ, samples=array.array("h", bytes(self._heard[: len(self._heard) // 2 * 2])))

    def close(self) -> None:
        """Pulled out. Twice is safe."""
        self._port.close()

    # ── UsbDevice ────────────────────────────────────────────────────────────────────────────────────────────────

    def control(self, setup: bytes, data: bytes) -> bytes | None:
        kind, request, value, _, _ = struct.unpack("<BBHHH", setup)
        if kind & 0x80 == SET:
            return b""  # SET_CONFIGURATION, SET_INTERFACE, SET_IDLE: as it is told
        if request != GET_DESCRIPTOR:
            return None
        return self._descriptor(value >> 8, value & 0xFF)

    def take(self, endpoint: int, data: bytes) -> None:
        if endpoint == REPORTS and data[0] == 9:
            self.lamps = data[1]
        elif endpoint == PLAY:
            self._heard += data

    def give(self, endpoint: int, length: int) -> bytes | None:
        if endpoint == REPORTS:
            with self._lock:
                return self._reports.popleft() if self._reports else None
        begin, self._said = self._said, (self._said + length) % len(self._tone)
        return (self._tone * 3)[begin : begin + length]

    def _descriptor(self, kind: int, index: int) -> bytes | None:
        if kind == DEVICE:
            serial = 3 if self._strings[3] else 0
            return struct.pack("<BBHBBBBHHHBBBB", 18, DEVICE, 0x0200, 0, 0, 0, 64, VENDOR, PRODUCT, 1, 1, 2, serial, 1)
        if kind == CONFIGURATION:
            return self._configuration()
        if kind == STRING and index < len(self._strings):
            text = self._strings[index].encode("utf-16-le") if index else b"\x09\x04"
            return bytes((2 + len(text), STRING)) + text
        return hid.headset() if kind == REPORT else None

    def _configuration(self) -> bytes:
        parts = _sound() if self._sound else b""
        count = 4 if self._sound else 1
        parts += _buttons(count - 1)
        return struct.pack("<BBHBBBBB", 9, CONFIGURATION, 9 + len(parts), count, 1, 0, 0x80, 50) + parts


def _interface(number: int, setting: int, endpoints: int, of_class: int, subclass: int) -> bytes:
    return bytes((9, 4, number, setting, endpoints, of_class, subclass, 0, 0))


def _sound() -> bytes:
    """Audio 1.0 §4: a control interface with two paths, and a streaming interface for each."""
    paths = b"".join(
        (
            struct.pack("<BBBBHBBHBB", 12, 0x24, 2, 1, 0x0101, 0, 1, 0, 0, 0),  # from the host …
            struct.pack("<BBBBHBBB", 9, 0x24, 3, 2, 0x0402, 0, 1, 0),  # … to the ear
            struct.pack("<BBBBHBBHBB", 12, 0x24, 2, 3, 0x0402, 0, 1, 0, 0, 0),  # from the mouth …
            struct.pack("<BBBBHBBB", 9, 0x24, 3, 4, 0x0101, 0, 3, 0),  # … to the host
        )
    )
    head = struct.pack("<BBBHHBBB", 10, 0x24, 1, 0x0100, 10 + len(paths), 2, 1, 2)
    return _interface(0, 0, 0, 1, 1) + head + paths + _stream(1, 1, PLAY) + _stream(2, 4, 0x80 | RECORD)


def _stream(interface: int, terminal: int, endpoint: int) -> bytes:
    """Its first setting takes no room on the bus; the second is mono, 16 bits, at one rate."""
    adaptive = 0x09 if endpoint < 0x80 else 0x05
    return b"".join(
        (
            _interface(interface, 0, 0, 1, 2),
            _interface(interface, 1, 1, 1, 2),
            struct.pack("<BBBBBH", 7, 0x24, 1, terminal, 1, 1),
            struct.pack("<BBBBBBBB", 11, 0x24, 2, 1, 1, SAMPLE_BYTES, 16, 1) + RATE_HZ.to_bytes(3, "little"),
            struct.pack("<BBBBHBBB", 9, 5, endpoint, adaptive, FRAME_BYTES, 1, 0, 0),
            struct.pack("<BBBBBH", 7, 0x25, 1, 0, 0, 0),
        )
    )


def _buttons(interface: int) -> bytes:
    told = struct.pack("<BBHBBBH", 9, 0x21, 0x0111, 0, 1, REPORT, len(hid.headset()))
    ends = b"".join(struct.pack("<BBBBHB", 7, 5, way | REPORTS, 3, 16, 4) for way in (0x80, 0))
    return _interface(interface, 0, 2, 3, 0) + told + ends
