"""`python -m appliance.devices.line WHICH --config FILE`: the service of one analog line, as a process.

WHICH is the name of a line under [[lines]], or a device such as /dev/ttyACM0 (or ttyACM0, as udev has it; gpiochip0
stands for the line card at its pins). Exit status: 0 after SIGTERM; 1 where the line can't be served; 2 for wrong
arguments; 3 for a device that no line has; 4 when the device has gone (after 1 and 4 the service manager tries again,
where it is still there). With LINEKEEPER_HW=mock and `--far-end`, words on standard input are what the other end of the
line does (`hw.line.far_end`).
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import NoReturn

from appliance import logs
from appliance.config.address import edge_address
from appliance.config.lastgood import LastGood
from appliance.config.lines import GATEWAY, line_country, line_named, line_port
from appliance.config.schema import Configuration, Line
from appliance.devices.keep_alive import KeepAlive
from appliance.devices.line.opening import Wanted, line_of_device, open_line, wanted
from appliance.devices.line.plan import LinePlan
from appliance.devices.line.service import LineService
from appliance.errors import ApplianceError, DevicesError
from hw.errors import HwError
from hw.line.far_end import FarEnd, FarEndError
from hw.line.interface import LineDriver
from hw.line.mock import MockLine
from hw.registry import Registry

NO_LINE, GONE = 3, 4  # exit statuses
LOOK_S = 1.0
_PINS = "gpiochip"
_log = logging.getLogger("appliance.devices.line")


def main(words: list[str] | None = None) -> int:
    """Run until told to stop; the exit status."""
    arguments = parser().parse_args(words)
    logs.set_up("linekeeper-line", level=arguments.log_level)
    try:
        configuration = LastGood(arguments.config, keep=False).load().configuration
        return _serve(configuration, arguments)
    except (ApplianceError, HwError, OSError) as error:
        _log.critical("the line can't be served: %s", error)
        return 1


def parser() -> argparse.ArgumentParser:
    """The words that it takes."""
    made = argparse.ArgumentParser(prog="python -m appliance.devices.line", description=__doc__)
    made.add_argument("which", help="a line's name, or a device such as /dev/ttyACM0")
    made.add_argument("--config", type=Path, required=True, help="linekeeper.toml")
    made.add_argument("--wait", action="store_true", help="wait for the device to be plugged in")
    made.add_argument("--far-end", action="store_true", help="a mock's far end speaks on standard input")
    made.add_argument("--log-level", default="info", choices=["debug", "info", "warning", "error"])
    return made


def _serve(configuration: Configuration, asked: argparse.Namespace) -> int:
    registry = Registry()
    line = _line(configuration, asked.which, registry)
    if line is None:
        _log.warning("no line under [[lines]] has %s; nothing to serve", asked.which)
        KeepAlive().nothing_to_do("no line has it")
        return NO_LINE
    if line.kind == GATEWAY:
        raise DevicesError(f"line {line.name} is a gateway's, which serves it itself; see 'linekeeper line list'")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    wish = wanted(configuration, line)
    opened = _awaited(wish, registry, stop) if asked.wait else open_line(wish, registry)
    if opened is None:
        return 0
    if asked.far_end:
        threading.Thread(target=_listen_to_far_end, args=(opened,), daemon=True).start()
    return GONE if LineService(plan_of(configuration, line), opened, stop).run() else 0


def _line(configuration: Configuration, which: str, registry: Registry) -> Line | None:
    if Path(which).name.startswith(_PINS):
        return next((line for line in configuration.lines if line.kind == "daa"), None)
    return line_named(configuration, which) or line_of_device(configuration, _address(which), registry)


def _awaited(wish: Wanted, registry: Registry, stop: threading.Event) -> LineDriver | None:
    """The line once its device can be opened; None where we are to stop before."""
    keep_alive, told = KeepAlive(), ""
    keep_alive.ready(f"line {wish.line.name} waits for its device")
    while not stop.is_set():
        try:
            return open_line(wish, registry)
        except DevicesError as error:
            if str(error) != told:
                told = str(error)
                _log.warning("%s", error)
        keep_alive.turn(time.monotonic())
        stop.wait(LOOK_S)
    return None


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


def _listen_to_far_end(line: LineDriver) -> None:
    if not isinstance(line, MockLine):
        _log.error("this line is no mock; its far end is the exchange (LINEKEEPER_HW=mock)")
        return
    far_end = FarEnd(line)
    for text in sys.stdin:
        try:
            print(far_end.obey(text), flush=True)
        except FarEndError as error:
            print(error, flush=True)


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
