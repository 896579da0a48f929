"""Lines as the rest of the box sees them: trunks. Must not know a driver or a device.

A line's service listens on 127.0.0.1, at a port of its own; a gateway box is a trunk at its own address.
"""

from __future__ import annotations

from appliance.config.address import LOOPBACK
from appliance.config.schema import LINE_PORTS, Configuration, Line, Trunk

GATEWAY = "sipfxo"


def trunks_of(configuration: Configuration) -> tuple[Trunk, ...]:
    """Every trunk of the box in the order in which calls leave: the SIP providers, then the analog lines."""
    return (*configuration.trunks, *(line_trunk(configuration, line) for line in configuration.lines))


def line_trunk(configuration: Configuration, line: Line) -> Trunk:
    """What the edge calls, and believes."""
    if line.kind == GATEWAY:
        return Trunk(name=line.name, kind="static", host=str(line.host), port=line.port)
    return Trunk(name=line.name, kind="static", host=LOOPBACK, port=line_port(configuration, line))


def line_port(configuration: Configuration, line: Line) -> int:
    """The UDP port on 127.0.0.1 of the line's service."""
    return line.sip_port or LINE_PORTS + configuration.lines.index(line)


def line_country(configuration: Configuration, line: Line) -> str:
    """ISO 3166 country of the exchange."""
    return line.country or configuration.box.region


def line_named(configuration: Configuration, name: str) -> Line | None:
    """None where there is none of that name."""
    return next((line for line in configuration.lines if line.name == name), None)
