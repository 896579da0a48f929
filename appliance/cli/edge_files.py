"""Prepares and describes the edge for whoever starts it: the supervisor of `up`, or systemd's ExecStartPre."""

from __future__ import annotations

import socket

from appliance.cli.child import ChildPlan
from appliance.config.paths import BoxPaths
from appliance.config.schema import Configuration


def prepare_edge(configuration: Configuration, paths: BoxPaths) -> None:
    """Render `kamailio.cfg` and the database. Raises EdgeError where Kamailio would refuse them."""
    from appliance.edge import render

    render.render(configuration, paths)
    render.check(configuration, paths)


def edge_plan(configuration: Configuration, paths: BoxPaths) -> ChildPlan:
    """How Kamailio is started and how it is known to serve (Debian's build doesn't speak sd_notify)."""
    from appliance.edge import render

    return ChildPlan(
        name="edge",
        command=tuple(render.command(configuration, paths)),
        serves=lambda: edge_serves(configuration.edge.internal_port),
    )


def edge_serves(port: int) -> bool:
    """Whether something answers SIP on the internal port: OPTIONS (RFC 3261 section 11) gets any answer in 0.2 s."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0.2)
        try:
            probe.connect(("127.0.0.1", port))
            probe.send(_options(port, probe.getsockname()[1]))
            return probe.recv(2048).startswith(b"SIP/2.0 ")
        except OSError:
            return False


def _options(port: int, own_port: int) -> bytes:
    lines = (
        f"OPTIONS sip:ping@127.0.0.1:{port} SIP/2.0",
        f"Via: SIP/2.0/UDP 127.0.0.1:{own_port};branch=z9hG4bKlinekeeper{own_port}",
        f"From: <sip:ping@127.0.0.1>;tag={own_port}",
        f"To: <sip:ping@127.0.0.1:{port}>",
        f"Call-ID: serves-{own_port}@127.0.0.1",
        "CSeq: 1 OPTIONS",
        "Max-Forwards: 10",
        "Content-Length: 0",
        "",
        "",
    )
    return "\r\n".join(lines).encode()
