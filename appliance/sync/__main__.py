"""`python -m appliance.sync --config FILE`: the sync service as a process.

Exit status: 0 after SIGTERM, 1 where it can't start (the reason is on standard error), 2 for wrong arguments.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from pathlib import Path

from appliance import logs
from appliance.errors import ApplianceError
from appliance.sync.waiting import wait_for_identity


def main() -> int:
    """Run until told to stop; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m appliance.sync", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="linekeeper.toml")
    parser.add_argument("--log-level", default="info", choices=["debug", "info", "warning", "error"])
    arguments = parser.parse_args()
    logs.set_up("linekeeper-sync", level=arguments.log_level)
    wait_for_identity(arguments.config)
    from appliance.sync.daemon import serve  # much larger than waiting

    try:
        asyncio.run(serve(arguments.config))
    except (ApplianceError, OSError) as error:
        logging.getLogger("appliance.sync").critical("the sync service can't run: %s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
