"""Prepares the edge and says whether it serves, for whoever starts it: the supervisor of `up`, or systemd."""

from __future__ import annotations

from appliance.cli.edge_probe import EdgeProbe
from appliance.cli.service import Service
from appliance.config.address import edge_address
from appliance.config.contact_settings import box_paths
from appliance.config.paths import BoxPaths
from appliance.config.schema import Configuration
from appliance.edge.database import create_databases
from appliance.edge.render import check, command, render
from appliance.edge.trunks import store_trunks


def prepare_edge(configuration: Configuration, paths: BoxPaths) -> None:
    """Make the databases, render `kamailio.cfg` and let Kamailio check it. Raises EdgeError where it refuses."""
    create_databases(paths)
    store_trunks(paths, configuration)
    render(configuration, paths)
    check(paths)


def edge_service(configuration: Configuration, paths: BoxPaths) -> Service:
    """How Kamailio is started and how it is known to serve (Debian's build doesn't speak sd_notify)."""
    return Service(name="edge", command=tuple(command(paths)), probe=edge_probe(configuration))


def edge_probe(configuration: Configuration) -> EdgeProbe:
    """How to find out whether this box's edge serves."""
    edge = configuration.edge
    return EdgeProbe(
        rpc_socket=str(box_paths(configuration).edge_rpc_socket),
        address=edge_address(configuration),
        port=edge.port,
        transport=edge.transports[0],
    )


def edge_serves(configuration: Configuration) -> bool:
    """Whether this box's Kamailio is up and answers SIP where phones reach it."""
    return edge_probe(configuration).serves()
