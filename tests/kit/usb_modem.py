"""A USB voice modem: the kernel's own modem gadget (f_acm) on its software controller (dummy_hcd), with a fake modem
behind it. To the host it is a ttyACM like any other.

    modem = UsbModem(serial="0815")
    modem.close()       # pulled out

Needs root and the modules; for the guest of `bootstrap.sh test-devices`.
"""

from __future__ import annotations

import contextlib
import os
import select
import threading
import tty
from pathlib import Path

from kit.fake_modem import FakeModem
from kit.processes import wait_until

GADGETS, CONTROLLERS = Path("/sys/kernel/config/usb_gadget"), Path("/sys/class/udc")
IDS = {"idVendor": "0x1209", "idProduct": "0x0002", "bcdUSB": "0x0200"}
POLL_MS = 200


class UsbModem:
    """Plugged in from construction to `close`. modem: what answers commands."""

    def __init__(self, serial: str, chip: str = "cx") -> None:
        self.modem = FakeModem(chip)
        self._folder = GADGETS / "modem"
        self._links = self._describe(serial)
        port = (self._folder / "functions/acm.0/port_num").read_text().strip()
        device = Path(f"/dev/ttyGS{port}")
        wait_until(device.exists, timeout_s=10, what=f"{device} is there")
        self._file = os.open(device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self._file)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="USB modem", daemon=True)
        self._thread.start()
        (self._folder / "UDC").write_text(next(CONTROLLERS.iterdir()).name)

    def close(self) -> None:
        """Twice is safe."""
        if self._stop.is_set():
            return
        (self._folder / "UDC").write_text("\n")
        self._stop.set()
        self._thread.join(10)
        os.close(self._file)
        self._links.unlink()
        for part in ("configs/c.1", "functions/acm.0", "strings/0x409", ""):
            (self._folder / part).rmdir()

    def _describe(self, serial: str) -> Path:
        texts = self._folder / "strings/0x409"
        for folder in (texts, self._folder / "functions/acm.0", self._folder / "configs/c.1"):
            folder.mkdir(parents=True)
        for name, number in IDS.items():
            (self._folder / name).write_text(number)
        for name, text in {
            "manufacturer": "Linekeeper",
            "product": "Modem of the tests",
            "serialnumber": serial,
        }.items():
            (texts / name).write_text(text)
        link = self._folder / "configs/c.1/acm.0"
        link.symlink_to(self._folder / "functions/acm.0")
        return link

    def _run(self) -> None:
        poll = select.poll()
        poll.register(self._file, select.POLLIN)
        while not self._stop.is_set():
            poll.poll(POLL_MS)
            with contextlib.suppress(OSError):  # nobody has the other end open, or the plug was pulled
                os.write(self._file, self.modem.receive(os.read(self._file, 4096)))
                continue
            self._stop.wait(POLL_MS / 1000)
