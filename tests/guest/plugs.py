"""Plugging in and pulling out, as the tests of this folder do it: afterwards kernel and udev are done with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from guest.box import HEADSET, MODEM
from kit.processes import wait_until
from kit.systemd_unit import PATIENCE_S, Unit, told
from kit.usb_headset import UsbHeadset
from kit.usb_modem import UsbModem

HIDRAWS = Path("/sys/class/hidraw")
TTY = Path("/dev/ttyACM0")


@contextmanager
def plugged_headset(serial: str = HEADSET, *, sound: bool = True) -> Iterator[tuple[UsbHeadset, Path, Unit]]:
    """The headset, its device file and its unit; pulled out at the end."""
    before = _hidraws()
    headset = UsbHeadset(serial, sound=sound)
    try:
        name = wait_until(lambda: _hidraws() - before, timeout_s=PATIENCE_S, what="the kernel knows one more").pop()
        _settle()
        yield headset, Path(f"/dev/{name}"), Unit(f"linekeeper-headset@{name}.service")
    finally:
        headset.close()


@contextmanager
def plugged_modem(serial: str = MODEM) -> Iterator[UsbModem]:
    """At TTY; pulled out at the end."""
    modem = UsbModem(serial)
    try:
        wait_until(TTY.exists, timeout_s=PATIENCE_S, what=f"{TTY} is there")
        _settle()
        yield modem
    finally:
        modem.close()


def rests(unit: Unit) -> None:
    """It ended as it should, and nobody has to look after it."""
    after = unit.becomes("inactive", "failed")
    assert (after.active, after.result) == ("inactive", "success"), unit.journal()


def _hidraws() -> set[str]:
    return {path.name for path in HIDRAWS.iterdir()} if HIDRAWS.is_dir() else set()


def _settle() -> None:
    told("udevadm", "settle", f"--timeout={PATIENCE_S:.0f}")
