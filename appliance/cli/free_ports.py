"""Looks whether the ports of a box are free before it is started, so that a clash is named and not guessed from a log.

Holds no port: somebody else may still take one before the box does.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator

from appliance.cli.child import BoxError
from appliance.config.address import LOOPBACK, edge_address
from appliance.config.schema import Configuration

GRACE_S = 4.0  # the processes of a box that was just killed need this long to go
_LOOK_EVERY_S = 0.1
Place = tuple[str, str, int, str]  # key, address, port, transport


def await_free_ports(configuration: Configuration, grace_s: float = GRACE_S) -> None:
    """Return when every SIP port of the box is free. Raises BoxError with those that are still taken after `grace_s`.

    Audio ports are not looked at: there are many, and a contact process goes on to the next one.
    """
    deadline = time.monotonic() + grace_s
    while taken := [place for place in _places(configuration) if not _is_free(place)]:
        if time.monotonic() >= deadline:
            names = ", ".join(f"{key} {port}/{transport}" for key, _, port, transport in taken)
            raise BoxError(
                f"ports are taken by another program: {names}; stop it ('ss -lunpt' shows who), or choose others"
            )
        time.sleep(_LOOK_EVERY_S)


def _places(configuration: Configuration) -> Iterator[Place]:
    edge, contacts = configuration.edge, configuration.contacts
    for transport in edge.transports:
        yield "edge.port", edge_address(configuration), edge.port, transport
    yield "edge.internal_port", LOOPBACK, edge.internal_port, "udp"
    for port in range(contacts.sip_port, contacts.sip_port + contacts.capacity):
        yield "contacts.sip_port", LOOPBACK, port, "udp"


def _is_free(place: Place) -> bool:
    _, address, port, transport = place
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    kind = socket.SOCK_STREAM if transport == "tcp" else socket.SOCK_DGRAM
    with socket.socket(family, kind) as probe:
        if kind is socket.SOCK_STREAM:  # connections that are only waiting out their time don't count
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind((address, port))
            return True
    return False
