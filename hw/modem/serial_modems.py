"""The voice modems that are plugged in: found by what the kernel says of them, probed by asking them."""

from __future__ import annotations

import re
import select
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from hw.devices import Found, Kind, Probed
from hw.line.profile import Profile
from hw.modem.events import Done, Event, Failed, Ready
from hw.modem.port import SerialLine, SerialPort
from hw.modem.session import Session

NAME = "serial"
PROBE_S = 15.0
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
PORTS = ("/dev/tty", "/dev/pts/", "/dev/serial/")
TTYS, BY_ID = Path("/sys/class/tty"), Path("/dev/serial/by-id")


class SerialModems:
    """The backend of voice modems: USB modems by what the kernel says of them, any other port by its path."""

    rank = 10

    def __init__(self, ttys: Path = TTYS, by_id: Path = BY_ID) -> None:
        self._ttys, self._by_id = ttys, by_id

    def check(self) -> None:
        """pyserial is there, or this module would not be."""

    def find(self) -> Sequence[Found]:
        """USB devices of the communication class (ttyACM)."""
        ports = sorted(self._ttys.glob("ttyACM*"))
        return [found_at(f"/dev/{path.name}", self._ttys, self._by_id) for path in ports]

    def at(self, address: str) -> Found | None:
        """Any serial port: a modem behind an adapter is found by nobody."""
        return found_at(address, self._ttys, self._by_id) if address.startswith(PORTS) else None

    def probe(self, found: Found) -> Probed:
        return probe(found)

    def open(self, found: Found, profile: Profile) -> SerialLine:
        return SerialLine(found, SerialPort(found.address), profile)


def found_at(address: str, ttys: Path = TTYS, by_id: Path = BY_ID) -> Found:
    """A port by its path, with what the kernel knows of the USB device behind it, if there is one."""
    usb = (ttys / Path(address).name / "device").resolve().parent
    links = [link for link in by_id.glob("*") if link.resolve() == Path(address).resolve()] if by_id.is_dir() else []
    return Found(
        kind=Kind.MODEM,
        driver=NAME,
        address=address,
        name=" ".join(text for name in ("manufacturer", "product") if (text := _read(usb / name))) or "serial port",
        vendor=int(_read(usb / "idVendor") or "0", 16),
        product=int(_read(usb / "idProduct") or "0", 16),
        serial=_read(usb / "serial"),
        stable=str(links[0]) if links else "",
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def probe(found: Found) -> Probed:
    """Ask a modem what it is, and what is at its socket. Raises DeviceError."""
    port = SerialPort(found.address)
    try:
        conversation = _Conversation(port)
        ready = conversation.ready()
        volts = conversation.volts(ready.model.voltage) if ready is not None and ready.model.voltage else None
    finally:
        port.close()
    if ready is None:
        return Probed(found=found, remarks=("It answers no command: it is no modem, or it hangs; plug it in again.",))
    voice = "none that we can use" if ready.mulaw is None else f"µ-law (format {ready.mulaw})"
    facts = {"model": ready.model.name, "voice": voice} | ({} if volts is None else {"line voltage": f"{volts:g} V"})
    remarks = [] if ready.model.duplex else ["Voice both ways at once is not known of this model; try a call."]
    return Probed(found=found, facts=facts, remarks=remarks)


class _Conversation:
    """A few questions to a modem, one after the other."""

    def __init__(self, port: SerialPort) -> None:
        self._port = port
        self._session = Session()
        self._session.start(time.monotonic())

    def ready(self) -> Ready | None:
        """Once it is initialised; None where it does not answer."""
        found = self._until(lambda event: isinstance(event, Ready | Failed))
        return found if isinstance(found, Ready) else None

    def volts(self, question: str) -> float | None:
        """The first number of the answer; None where there is none."""
        self._session.command(question)
        done = self._until(lambda event: isinstance(event, Done | Failed) and event.command == question)
        found = _NUMBER.search(" ".join(done.answers)) if isinstance(done, Done) else None
        return float(found[0]) if found else None

    def _until(self, wanted: Callable[[Event], bool]) -> Event | None:
        session, end = self._session, time.monotonic() + PROBE_S
        while (now := time.monotonic()) < end:
            waiting = session.take_output(now)
            while waiting:
                waiting = waiting[self._port.write(waiting) :]
            due = min(session.next_timer() or end, end)
            ready = select.select([self._port.fileno()], [], [], max(0.0, due - now))[0]
            events = session.feed(self._port.read(), time.monotonic()) if ready else []
            events += session.handle_timer(time.monotonic())
            if (found := next((event for event in events if wanted(event)), None)) is not None:
                return found
        return None
