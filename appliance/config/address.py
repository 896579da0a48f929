"""Which address phones reach this box at. Only the kernel's routing table is asked.

Must not send anything or look up a name.
"""

from __future__ import annotations

import socket

from appliance.config.schema import Configuration

ELSEWHERE = ("192.0.2.1", 9)  # TEST-NET-1 (RFC 5737): routed like the Internet, never answered
LOOPBACK = "127.0.0.1"


def own_address() -> str:
    """The source address of the default route; 127.0.0.1 where there is none (no cable, no lease).

    Connecting a datagram socket only makes the kernel choose a route; no packet leaves.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(ELSEWHERE)
        except OSError:
            return LOOPBACK
        return str(probe.getsockname()[0])


def edge_address(configuration: Configuration) -> str:
    """`edge.address` with "auto" resolved now."""
    address = configuration.edge.address
    return own_address() if address == "auto" else str(address)
