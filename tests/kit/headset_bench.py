"""A headset and its wearer, for contract tests: one class a back end, all with the same hands."""

from __future__ import annotations

import abc
import contextlib
import os
import queue
import struct
import tempfile
import threading
import time
import tty
from pathlib import Path

from hw.headset.descriptor import parse_descriptor
from hw.headset.hidraw import HidrawHeadsets
from hw.headset.interface import Headset, HeadsetPort
from hw.headset.mock_headset import DESCRIPTOR, MockHeadset
from hw.headset.reports import read_output
from hw.headset.usages import PHONE_MUTE, Usage


class HeadsetBench(abc.ABC):
    """A headset that is open and idle."""

    headset: Headset

    @abc.abstractmethod
    def lift(self, *, off: bool) -> None:
        """The hook switch."""

    @abc.abstractmethod
    def press_mute(self) -> None:
        """Down and up."""

    @abc.abstractmethod
    def lamps(self) -> frozenset[Usage]:
        """Those that burn."""

    @abc.abstractmethod
    def unplug(self) -> None:
        """It goes."""

    @abc.abstractmethod
    def close(self) -> None:
        """Everything, whatever state it is in."""


class MockHeadsetBench(HeadsetBench):
    """The mock."""

    def __init__(self) -> None:
        self._mock = MockHeadset()
        self.headset = Headset(self._mock)

    def lift(self, *, off: bool) -> None:
        self._mock.inject_hook(off=off)

    def press_mute(self) -> None:
        self._mock.inject_press(PHONE_MUTE)

    def lamps(self) -> frozenset[Usage]:
        return self._mock.lamps

    def unplug(self) -> None:
        self._mock.inject_unplug()

    def close(self) -> None:
        self.headset.close()


REPORT_IN, REPORT_OUT = 2, 3  # of DESCRIPTOR
HOOK, MUTE = 1, 2  # bits of report 2
SERIAL = "LK0001"
UEVENT = (
    f"DRIVER=hid-generic\nHID_ID=0003:00001395:00000001\nHID_NAME=Bench Headset\nHID_PHYS=usb-1\nHID_UNIQ={SERIAL}\n"
)
UHID = Path("/dev/uhid")


def plugged(root: Path, number: int, descriptor: bytes, uevent: str = UEVENT) -> Path:
    """A device as sysfs shows it, below `root`/sys."""
    device = root / "sys" / f"hidraw{number}" / "device"
    device.mkdir(parents=True)
    (device / "report_descriptor").write_bytes(descriptor)
    (device / "uevent").write_text(uevent)
    return device


class ReportBench(HeadsetBench):
    """A device that is bytes: reports go to `_write`, those of the driver come from `_read`."""

    def __init__(self) -> None:
        self._held = 0
        self._burning: frozenset[Usage] = frozenset()
        self._layout = parse_descriptor(DESCRIPTOR)

    def lift(self, *, off: bool) -> None:
        self._held = self._held & ~HOOK | (HOOK if off else 0)
        self._write(bytes([REPORT_IN, self._held]))

    def press_mute(self) -> None:
        self._write(bytes([REPORT_IN, self._held | MUTE]))
        self._write(bytes([REPORT_IN, self._held]))

    def lamps(self) -> frozenset[Usage]:
        for report in self._read():
            self._burning = frozenset(usage for usage, on in read_output(self._layout, report).items() if on)
        return self._burning

    @abc.abstractmethod
    def _write(self, report: bytes) -> None: ...

    @abc.abstractmethod
    def _read(self) -> list[bytes]: ...


class PtyHeadsetBench(ReportBench):
    """The hidraw driver on a pseudo terminal under a sysfs of our own: real file, real poll, real hang-up."""

    def __init__(self) -> None:
        super().__init__()
        self._root = tempfile.TemporaryDirectory()
        root = Path(self._root.name)
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        plugged(root, 0, DESCRIPTOR)
        (root / "hidraw0").symlink_to(os.ttyname(self._slave))
        backend = HidrawHeadsets(root / "sys", root)
        (found,) = backend.find()
        self._port = backend.open(found)
        self._receive = self._port.receive
        vars(self._port)["receive"] = self._counted
        self._taken = 0
        self.headset = Headset(self._port)
        self._reports: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._pump = threading.Thread(target=self._pump_reports, name="headset on a pty", daemon=True)
        self._pump.start()

    def unplug(self) -> None:
        if self._master >= 0:
            self._reports.put(b"")
            self._pump.join(10)
            os.close(self._master)
            os.close(self._slave)
            self._master = -1

    def close(self) -> None:
        self.headset.close()
        self.unplug()
        self._root.cleanup()

    def _write(self, report: bytes) -> None:
        self._reports.put(report)

    def _pump_reports(self) -> None:
        """A terminal knows no bounds of reports: the next one waits until the driver has read the one before."""
        sent = 0
        while report := self._reports.get():
            end = time.monotonic() + 10
            while self._taken < sent and time.monotonic() < end:
                time.sleep(0.005)
            os.write(self._master, report)
            sent += 1

    def _counted(self, timeout_s: float = 0.0) -> bytes | None:
        report = self._receive(timeout_s)
        self._taken += report is not None
        return report

    def _read(self) -> list[bytes]:
        data = b""
        with contextlib.suppress(OSError):
            data = os.read(self._master, 4096)
        return [data[at : at + 2] for at in range(0, len(data), 2)]


def no_uhid() -> str:
    """Why the kernel's own HID can't be tested here, "" where it can."""
    try:
        os.close(os.open(UHID, os.O_RDWR))
    except OSError as error:
        return f"{UHID}: {error.strerror}"
    return ""


class UhidHeadsetBench(ReportBench):
    """A HID device made in the kernel (linux/uhid.h), found and driven as a real one is."""

    DESTROY, OUTPUT, CREATE2, INPUT2 = 1, 6, 11, 12

    def __init__(self) -> None:
        super().__init__()
        self._file = os.open(UHID, os.O_RDWR | os.O_NONBLOCK)
        serial = f"LK{os.getpid()}-{time.monotonic_ns()}"
        head = struct.pack(
            "<I128s64s64sHHIIII",
            self.CREATE2, b"Bench Headset", b"uhid", serial.encode(), len(DESCRIPTOR), 3, 0x1395, 1, 0, 0,
        )  # fmt: skip
        os.write(self._file, head + DESCRIPTOR.ljust(4096, b"\0"))
        self.headset = Headset(self._opened(serial))

    def _opened(self, serial: str) -> HeadsetPort:
        backend = HidrawHeadsets()
        end = time.monotonic() + 20
        while time.monotonic() < end:
            for found in backend.find():
                if found.serial == serial and Path(found.address).exists():
                    return backend.open(found)
            time.sleep(0.05)
        raise AssertionError("the kernel never showed the device")

    def unplug(self) -> None:
        if self._file >= 0:
            os.write(self._file, struct.pack("<I", self.DESTROY))
            os.close(self._file)
            self._file = -1

    def close(self) -> None:
        self.headset.close()
        self.unplug()

    def _write(self, report: bytes) -> None:
        os.write(self._file, struct.pack("<IH", self.INPUT2, len(report)) + report)

    def _read(self) -> list[bytes]:
        reports: list[bytes] = []
        with contextlib.suppress(BlockingIOError):
            while self._file >= 0:
                event = os.read(self._file, 8192)
                if struct.unpack_from("<I", event)[0] == self.OUTPUT:
                    (size,) = struct.unpack_from("<H", event, 4 + 4096)
                    reports.append(event[4 : 4 + size])
        return reports
