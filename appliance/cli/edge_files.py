"""Prepares the edge and says whether it serves, for whoever starts it: the supervisor of `up`, or systemd."""

from __future__ import annotations

import socket

from appliance.cli.child import ChildPlan
from appliance.config.address import edge_address
from appliance.config.contact_settings import box_paths
from appliance.config.paths import BoxPaths
from appliance.config.schema import Configuration
from appliance.edge.database import create_databases
from appliance.edge.render import check, command, render
from appliance.edge.requests import is_up
from appliance.edge.rpc import EdgeLink
from appliance.edge.trunks import store_trunks
from appliance.errors import EdgeError

_ANSWER_TIMEOUT_S = 0.2


def prepare_edge(configuration: Configuration, paths: BoxPaths) -> None:
    """Make the databases, render `kamailio.cfg` and let Kamailio check it. Raises EdgeError where it refuses."""
    create_databases(paths)
    store_trunks(paths, configuration)
    render(configuration, paths)
    check(paths)


def edge_plan(configuration: Configuration, paths: BoxPaths) -> ChildPlan:
    """How Kamailio is started and how it is known to serve (Debian's build doesn't speak sd_notify)."""
    return ChildPlan(name="edge", command=tuple(command(paths)), serves=lambda: edge_serves(configuration))


def edge_serves(configuration: Configuration) -> bool:
    """Whether this box's Kamailio is up (by its own RPC socket) and SIP is answered where phones reach it."""
    link = EdgeLink(box_paths(configuration).edge_rpc_socket, timeout_s=_ANSWER_TIMEOUT_S)
    try:
        return link.run(is_up()) and _answers(configuration)
    except EdgeError:
        return False


def _answers(configuration: Configuration) -> bool:
    """Whether OPTIONS (RFC 3261 section 11) gets any answer in 0.2 s."""
    transport = configuration.edge.transports[0]
    address, port = edge_address(configuration), configuration.edge.port
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    kind = socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
    with socket.socket(family, kind) as probe:
        probe.settimeout(_ANSWER_TIMEOUT_S)
        try:
            probe.connect((address, port))
            probe.sendall(_options(address, port, transport, probe.getsockname()))
            return probe.recv(2048).startswith(b"SIP/2.0 ")
        except OSError:
            return False


def _options(address: str, port: int, transport: str, own: tuple[str, int]) -> bytes:
    host, own_host = (f"[{text}]" if ":" in text else text for text in (address, own[0]))
    lines = (
        f"OPTIONS sip:{host}:{port};transport={transport} SIP/2.0",
        f"Via: SIP/2.0/{transport.upper()} {own_host}:{own[1]};rport;branch=z9hG4bK-serves-{own[1]}",
        f"From: <sip:supervisor@{own_host}>;tag={own[1]}",
        f"To: <sip:{host}:{port}>",
        f"Call-ID: serves-{own[1]}@{own_host}",
        "CSeq: 1 OPTIONS",
        "Max-Forwards: 1",
        "Content-Length: 0",
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()
