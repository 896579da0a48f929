"""`python -m appliance.devices.gateway --config FILE`: watches every line of the box that lies behind a gateway.

Exit status: 0 after SIGTERM, or where there is no such line; 1 where it can't run; 2 for wrong arguments.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
import time
from pathlib import Path

from appliance import logs
from appliance.config.contact_settings import box_paths
from appliance.config.lastgood import LastGood
from appliance.config.lines import GATEWAY
from appliance.config.schema import Configuration
from appliance.devices.gateway.service import LOOK_S, Gateway, GatewayService
from appliance.devices.keep_alive import KeepAlive
from appliance.edge.rpc import EdgeLink
from appliance.errors import ApplianceError

_log = logging.getLogger("appliance.devices.gateway")


def main(words: list[str] | None = None) -> int:
    """Run until told to stop; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m appliance.devices.gateway", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="linekeeper.toml")
    parser.add_argument("--log-level", default="info", choices=["debug", "info", "warning", "error"])
    arguments = parser.parse_args(words)
    logs.set_up("linekeeper-gateway", level=arguments.log_level)
    try:
        configuration = LastGood(arguments.config, keep=False).load().configuration
    except (ApplianceError, OSError) as error:
        _log.critical("the gateways can't be watched: %s", error)
        return 1
    gateways = gateways_of(configuration)
    if not gateways:
        _log.info("no line under [[lines]] is a gateway's; nothing to watch")
        KeepAlive().nothing_to_do("no gateway")
        return 0
    _watch(gateways, configuration)
    return 0


def gateways_of(configuration: Configuration) -> list[Gateway]:
    """The lines of kind sipfxo."""
    return [
        Gateway(name=line.name, number=line.number, host=str(line.host), port=line.port)
        for line in configuration.lines
        if line.kind == GATEWAY
    ]


def _watch(gateways: list[Gateway], configuration: Configuration) -> None:
    paths, stop, keep_alive = box_paths(configuration), threading.Event(), KeepAlive()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    service = GatewayService(gateways, EdgeLink(paths.edge_rpc_socket), paths.run)
    keep_alive.ready(f"{len(gateways)} gateways")
    while not stop.wait(LOOK_S):
        service.turn(time.monotonic())
        keep_alive.turn(time.monotonic())
    keep_alive.stopping()
    service.close()


if __name__ == "__main__":
    sys.exit(main())
