"""`python -m appliance.devices.seat --device ADDRESS --config FILE`: one headset as a phone, until it is unplugged.

Exit status: 0 after SIGTERM or when the headset went, 1 where it can't be served (the reason is on standard error), 2
for wrong arguments, 3 where nobody has given it an extension. With LINEKEEPER_HW=mock and `--wearer`, words on standard
input are what its wearer does (`hw.headset.wearer`).
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from appliance import logs
from appliance.config.load import DEFAULT_FILE
from appliance.devices.keep_alive import KeepAlive
from appliance.devices.seat.service import NoEntryError, SeatService
from appliance.errors import ApplianceError
from hw.errors import HwError
from hw.registry import Registry

NO_ENTRY = 3  # exit status


def main(words: Sequence[str] | None = None, registry: Registry | None = None) -> int:
    """Run until told to stop, or until the headset has gone; the exit status."""
    asked = parser().parse_args(words)
    logs.set_up("linekeeper-headset", level=asked.log_level)
    try:
        service = SeatService(asked.config, asked.device, registry or Registry(), wait=asked.wait)
        return service.run(wearer=sys.stdin if asked.wearer else None)
    except NoEntryError as error:
        logging.getLogger("appliance.devices.seat").warning("%s", error)
        KeepAlive().nothing_to_do("no extension")
        return NO_ENTRY
    except (ApplianceError, HwError, OSError) as error:
        logging.getLogger("appliance.devices.seat").critical("the headset can't be served: %s", error)
        return 1


def parser() -> argparse.ArgumentParser:
    """The words that it takes."""
    made = argparse.ArgumentParser(prog="python -m appliance.devices.seat", description=__doc__)
    made.add_argument("--device", default="", help="address, stable address or serial; default: the only headset")
    made.add_argument("--config", type=Path, default=DEFAULT_FILE, help="linekeeper.toml")
    made.add_argument("--wait", action="store_true", help="wait for it to be plugged in")
    made.add_argument("--wearer", action="store_true", help="a mock's wearer speaks on standard input")
    made.add_argument("--log-level", default="info", choices=["debug", "info", "warning", "error"])
    return made


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    os._exit(code)  # pjsua2 is not unwound: a second saved, and the process can't hang on its way out
