"""Whether an edge serves: its own RPC socket says that it is up, and SIP is answered where phones reach it.

Stays in memory as long as a box runs in the foreground, so it knows no configuration.
"""

from __future__ import annotations

import socket
from pathlib import Path

import msgspec

from appliance.edge.requests import is_up
from appliance.edge.rpc import EdgeLink
from appliance.errors import EdgeError

_ANSWER_TIMEOUT_S = 0.2


class EdgeProbe(msgspec.Struct, frozen=True, kw_only=True):
    """`address`, `port` and `transport` (udp or tcp) are those of phones."""

    rpc_socket: str
    address: str
    port: int
    transport: str

    def serves(self) -> bool:
        """Asks now; takes 0.4 s at most."""
        link = EdgeLink(Path(self.rpc_socket), timeout_s=_ANSWER_TIMEOUT_S)
        try:
            return link.run(is_up()) and self._answers()
        except EdgeError:
            return False

    def _answers(self) -> bool:
        """Whether OPTIONS (RFC 3261 section 11) gets any answer in 0.2 s."""
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        kind = socket.SOCK_DGRAM if self.transport == "udp" else socket.SOCK_STREAM
        with socket.socket(family, kind) as probe:
            probe.settimeout(_ANSWER_TIMEOUT_S)
            try:
                probe.connect((self.address, self.port))
                probe.sendall(self._options(probe.getsockname()))
                return probe.recv(2048).startswith(b"SIP/2.0 ")
            except OSError:
                return False

    def _options(self, own: tuple[str, int]) -> bytes:
        host, own_host = (f"[{text}]" if ":" in text else text for text in (self.address, own[0]))
        lines = (
            f"OPTIONS sip:{host}:{self.port};transport={self.transport} SIP/2.0",
            f"Via: SIP/2.0/{self.transport.upper()} {own_host}:{own[1]};rport;branch=z9hG4bK-serves-{own[1]}",
            f"From: <sip:supervisor@{own_host}>;tag={own[1]}",
            f"To: <sip:{host}:{self.port}>",
            f"Call-ID: serves-{own[1]}@{own_host}",
            "CSeq: 1 OPTIONS",
            "Max-Forwards: 1",
            "Content-Length: 0",
        )
        return "".join(f"{line}\r\n" for line in (*lines, "")).encode()
