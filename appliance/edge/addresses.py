"""Which address the box has towards its phones. Sends nothing."""

from __future__ import annotations

import socket

from appliance.config.schema import Edge
from appliance.errors import EdgeError

_DOCUMENTATION_ADDRESS = ("192.0.2.1", 9)  # RFC 5737; a UDP connect() only asks the routing table


def own_address(edge: Edge) -> str:
    """`edge.address`, or the address of the default route for "auto".

    Raises EdgeError where there is no default route (the network isn't up, or there is none).
    """
    if edge.address != "auto":
        return str(edge.address)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_DOCUMENTATION_ADDRESS)
        except OSError as error:
            raise EdgeError(
                f'edge.address "auto" finds no default route ({error}); set edge.address to the address of the LAN'
            ) from error
        return str(probe.getsockname()[0])


def uri_host(address: str) -> str:
    """`address` as it stands in a URI: IPv6 in brackets (RFC 3261 25.1)."""
    return f"[{address}]" if ":" in address else address
