"""A plain Kamailio as somebody else's registrar: to try the kit on, and as a provider a trunk registers with.

It knows one password for every user and forwards authenticated calls to registered users. It is not the edge.
"""

from __future__ import annotations

import socket
import string
from pathlib import Path
from types import TracebackType

from kit.ports import PortBlock
from kit.processes import Program, wait_until

CONFIG = Path(__file__).with_name("registrar.cfg")


class Registrar:
    """A running Kamailio on a UDP and TCP port of 127.0.0.1. A context manager."""

    def __init__(self, folder: Path, ports: PortBlock, *, password: str, address: str = "127.0.0.1") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._host = address
        self.port = ports.take()
        self.password = password
        config = folder / "kamailio.cfg"
        places = {"address": address, "port": str(self.port), "password": password}
        config.write_text(string.Template(CONFIG.read_text()).safe_substitute(places))
        argv = ["kamailio", "-DD", "-E", "-f", str(config), "-Y", str(folder), "-m", "16", "-M", "4"]
        self.program = Program(argv, log=folder / "kamailio.log", cwd=folder)
        wait_until(
            lambda: answers_sip(self.port, address), timeout_s=10, what=f"registrar on {self.port}; {self.program.log}"
        )

    @property
    def address(self) -> str:
        return f"{self._host}:{self.port}"

    def knows(self, user: str) -> bool:
        """Whether this user has registered with the right password since the start."""
        return f"registered <{user}>" in self.program.text()

    def __enter__(self) -> Registrar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.program.stop()


def answers_sip(port: int, address: str = "127.0.0.1", *, timeout_s: float = 0.3) -> bool:
    """Whether anything answers an OPTIONS on UDP `address`:`port` (RFC 3261 section 11)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        probe.settimeout(timeout_s)
        here = f"127.0.0.1:{probe.getsockname()[1]}"
        request = (
            f"OPTIONS sip:probe@{address}:{port} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {here};branch=z9hG4bKprobe{here[10:]};rport\r\n"
            f"From: <sip:probe@{here}>;tag=p\r\nTo: <sip:probe@{address}:{port}>\r\nCall-ID: probe-{here}\r\n"
            "CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        )
        probe.sendto(request.encode(), (address, port))
        try:
            return probe.recv(4096).startswith(b"SIP/2.0 ")
        except (TimeoutError, ConnectionRefusedError):
            return False
