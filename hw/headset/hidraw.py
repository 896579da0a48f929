"""Headsets at Linux's hidraw: the only way to hook switch and lamps, because the kernel's input layer drops them.

What is plugged in, its ids, name and report descriptor are read in sysfs (/sys/class/hidraw), so that looking opens
nothing and needs no right; the device file carries the reports. Must not know what a report means.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import select
from collections.abc import Sequence
from pathlib import Path

from hw.audio.alsa import point_alsa_to
from hw.audio.exchange import SoundExchange
from hw.audio.interface import SoundStream
from hw.devices import Found, Kind, Probed
from hw.errors import DeviceAbsentError, DeviceError, DeviceGoneError, DriverError, SignalError
from hw.headset.cards import capture_file, card_of, usb_device
from hw.headset.descriptor import Kind as ReportKind
from hw.headset.descriptor import ReportMap, parse_descriptor
from hw.headset.interface import HeadsetPort
from hw.headset.traits import traits_of, vendor_name
from hw.headset.usages import HOOK_SWITCH, LED_OFF_HOOK, LED_RING, NAMES
from hw.holders import claim

log = logging.getLogger(__name__)
NAME = "hidraw"
SYS, DEV = Path("/sys/class/hidraw"), Path("/dev")
_MOST_BYTES = 4096
_LOST = select.POLLHUP | select.POLLERR | select.POLLNVAL


class HidrawPort(HeadsetPort):
    """One open device file."""

    def __init__(self, found: Found, descriptor: bytes) -> None:
        """Raises DeviceAbsentError, DeviceBusyError, or DeviceError where this user may not."""
        self.found = found
        self.descriptor = descriptor
        self._file = _open(found.address)
        try:
            claim(self._file, found.address)
        except DeviceError:
            os.close(self._file)
            raise
        self._poll = select.poll()
        self._poll.register(self._file, select.POLLIN)

    def fileno(self) -> int:
        return self._file

    def receive(self, timeout_s: float = 0.0) -> bytes | None:
        self._check()
        if not self._poll.poll(timeout_s * 1000):
            return None
        try:
            report = os.read(self._file, _MOST_BYTES)
        except BlockingIOError:
            return None
        except OSError as error:
            raise self._gone() from error
        if not report:
            raise self._gone()
        return report

    def send(self, report: bytes) -> None:
        """A lamp that the device refuses stays as it is; the call goes on."""
        self._check()
        try:
            os.write(self._file, report)
        except OSError as error:
            if self._lost() or error.errno in (errno.ENODEV, errno.ENXIO):
                raise self._gone() from error
            log.warning("%s refuses report %d: %s", self.found.address, report[0], error)

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _lost(self) -> bool:
        return any(event & _LOST for _, event in self._poll.poll(0))

    def _check(self) -> None:
        if self._file < 0:
            raise DeviceGoneError(f"{self.found.address} is closed; open it again")

    def _gone(self) -> DeviceGoneError:
        return DeviceGoneError(f"{self.found.address} was unplugged; plug it in again")


def _open(address: str) -> int:
    try:
        return os.open(address, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DeviceAbsentError(f"{address} isn't there; `python -m hw` lists what is plugged in") from error
    except PermissionError as error:
        raise DeviceError(f"{address} may not be opened by this user; add it to the group plugdev") from error
    except OSError as error:
        raise DeviceError(f"{address} can't be opened ({error.strerror}); plug it in again") from error


class HidrawHeadsets:
    """The backend: HID devices with a hook switch, or with the lamps of a telephone."""

    rank = 10

    def __init__(self, sys: Path = SYS, dev: Path = DEV) -> None:
        self._sys, self._dev = sys, dev
        self._pcm: str | None = None  # one process a device: ALSA's configuration is read once

    def check(self) -> None:
        if not self._sys.is_dir():
            raise DriverError(f"{self._sys} isn't there; the kernel lacks hidraw")

    def find(self) -> Sequence[Found]:
        nodes = sorted(self._sys.iterdir()) if self._sys.is_dir() else []
        return [found for node in nodes if (found := self._headset(node)) is not None]

    def probe(self, found: Found) -> Probed:
        """What the descriptor says, and whether it can be opened."""
        with contextlib.closing(self.open(found)) as port:
            layout = parse_descriptor(port.descriptor)
        traits = traits_of(layout, found.vendor, found.product)
        remarks = [] if layout.find(ReportKind.OUTPUT, LED_RING) else ["It has no ring lamp; it can't show a call."]
        facts = {
            "maker": vendor_name(found.vendor) or "unknown",
            "buttons": _names(layout, ReportKind.INPUT),
            "lamps": _names(layout, ReportKind.OUTPUT),
            "hook": "a press" if traits.hook_toggles else "a position",
            "mute": "a press" if traits.mute_toggles else "a position",
            "sound": _card(self._sys / Path(found.address).name),
        }
        return Probed(found=found, facts=facts, remarks=remarks)

    def open(self, found: Found) -> HidrawPort:
        node = self._sys / Path(found.address).name
        try:
            descriptor = (node / "device" / "report_descriptor").read_bytes()
        except OSError as error:
            raise DeviceAbsentError(f"{found.address} isn't there; `python -m hw` lists what is plugged in") from error
        return HidrawPort(found, descriptor)

    def open_sound(self, found: Found, exchange: SoundExchange) -> SoundStream:
        """By PortAudio; PyAudio is imported only here, because looking at buttons needs none."""
        from hw.audio.portaudio import PortAudioStream

        node = self._sys / Path(found.address).name
        if self._pcm is None:
            self._pcm = point_alsa_to(card_of(node))
        return PortAudioStream(self._pcm, exchange, file=capture_file(node))

    def _headset(self, node: Path) -> Found | None:
        """None for a mouse, and for what vanishes while it is looked at."""
        try:
            layout = parse_descriptor((node / "device" / "report_descriptor").read_bytes())
            told = (node / "device" / "uevent").read_text(encoding="utf-8", errors="replace")
        except (OSError, SignalError) as error:
            log.debug("%s is passed over: %s", node.name, error)
            return None
        if not (layout.find(ReportKind.INPUT, HOOK_SWITCH) or layout.find(ReportKind.OUTPUT, LED_OFF_HOOK)):
            return None
        facts = dict(line.split("=", 1) for line in told.splitlines() if "=" in line)
        return _found(str(self._dev / node.name), facts, usb_device(node))


def _found(address: str, told: dict[str, str], usb: Path | None) -> Found:
    """told: the kernel's uevent; HID_ID is bus, vendor and product in hexadecimal. Two of a make without serial numbers
    are told apart by the socket that they are plugged into."""
    ids = told.get("HID_ID", "").split(":")
    vendor, product = (int(ids[1], 16), int(ids[2], 16)) if len(ids) == 3 else (0, 0)
    serial = told.get("HID_UNIQ", "")
    return Found(
        kind=Kind.HEADSET,
        driver=NAME,
        address=address,
        name=told.get("HID_NAME", "") or "headset",
        vendor=vendor,
        product=product,
        serial=serial,
        stable=f"headset:{vendor:04x}:{product:04x}:{serial}" if serial else f"usb:{usb.name}" if usb else "",
    )


def _card(node: Path) -> str:
    try:
        return f"card {card_of(node)}"
    except DeviceAbsentError:
        return "none"


def _names(layout: ReportMap, kind: ReportKind) -> str:
    return ", ".join(name for usage, name in NAMES.items() if layout.find(kind, usage) is not None) or "none"
