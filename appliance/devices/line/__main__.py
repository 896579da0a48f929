"""`python -m appliance.devices.line WHICH --config FILE`: the service of one analog line, as a process.

WHICH is the name of a line under [[lines]], or a device such as /dev/ttyACM0 (or ttyACM0, as udev has it).
Exit status: 0 after SIGTERM, or for a device that no line has; 1 where the line can't be served, or its device has
gone (the service manager tries again); 2 for wrong arguments.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

from appliance import logs
from appliance.config.address import edge_address
from appliance.config.lastgood import LastGood
from appliance.config.lines import GATEWAY, line_country, line_named, line_port
from appliance.config.schema import Configuration, Line
from appliance.devices.line.opening import line_of_device, open_line, wanted
from appliance.devices.line.service import LinePlan, LineService
from appliance.errors import ApplianceError, DevicesError
from hw.errors import HwError
from hw.registry import Registry

_log = logging.getLogger("appliance.devices.line")


def main(words: list[str] | None = None) -> int:
    """Run until told to stop; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m appliance.devices.line", description=__doc__)
    parser.add_argument("which", help="a line's name, or a device such as /dev/ttyACM0")
    parser.add_argument("--config", type=Path, required=True, help="linekeeper.toml")
    parser.add_argument("--log-level", default="info", choices=["debug", "info", "warning", "error"])
    arguments = parser.parse_args(words)
    logs.set_up("linekeeper-line", level=arguments.log_level)
    try:
        configuration = LastGood(arguments.config, keep=False).load().configuration
        return _serve(configuration, arguments.which)
    except (ApplianceError, HwError, OSError) as error:
        _log.critical("the line can't be served: %s", error)
        return 1


def _serve(configuration: Configuration, which: str) -> int:
    registry = Registry()
    line = line_named(configuration, which) or line_of_device(configuration, _address(which), registry)
    if line is None:
        _log.warning("no line under [[lines]] has %s; nothing to serve", which)
        return 0
    if line.kind == GATEWAY:
        raise DevicesError(f"line {line.name} is a gateway's, which serves it itself; see 'linekeeper line list'")
    wish = wanted(configuration, line)
    service = LineService(plan_of(configuration, line), open_line(wish, registry))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: service.stop())
    return 1 if service.run() else 0


def plan_of(configuration: Configuration, line: Line) -> LinePlan:
    """Resolves `edge.address = "auto"` now."""
    return LinePlan(
        name=line.name,
        kind=line.kind,
        number=line.number,
        edge=f"{edge_address(configuration)}:{configuration.edge.port}",
        sip_port=line_port(configuration, line),
        country=line_country(configuration, line),
        run=configuration.box.run_dir,
        prefix=line.prefix,
    )


def _address(which: str) -> str:
    return which if "/" in which or ":" in which else f"/dev/{which}"


def leave(code: int) -> NoReturn:
    """At once: pjsua2 aborts when Python takes its objects apart at the end."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    leave(main())
