"""`python -m appliance.devices.panel --config FILE`: the front panel's service, as a process.

Exit status: 0 after SIGTERM, or for a box without a panel; 1 where the panel can't be served; 2 for wrong arguments.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from appliance import logs
from appliance.config.contact_settings import box_paths
from appliance.config.lastgood import LastGood
from appliance.config.load import DEFAULT_FILE
from appliance.config.schema import Configuration
from appliance.devices.keep_alive import KeepAlive
from appliance.devices.panel.looking import Watched
from appliance.devices.panel.service import PanelPlan, PanelService
from appliance.devices.panel.wishes import Means
from appliance.errors import ApplianceError
from hw.devices import Found, Kind
from hw.errors import HwError
from hw.panel.interface import Panel
from hw.registry import Registry

_log = logging.getLogger("appliance.devices.panel")


def main(words: Sequence[str] | None = None, registry: Registry | None = None) -> int:
    """Run until told to stop; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m appliance.devices.panel", description=__doc__)
    parser.add_argument("--config", type=Path, default=DEFAULT_FILE, help="linekeeper.toml")
    parser.add_argument("--log-level", default="info", choices=["debug", "info", "warning", "error"])
    asked = parser.parse_args(words)
    logs.set_up("linekeeper-panel", level=asked.log_level)
    try:
        configuration = LastGood(asked.config, keep=False).load().configuration
        return _serve(configuration, asked.config, registry or Registry())
    except (ApplianceError, HwError, OSError) as error:
        _log.critical("the panel can't be served: %s", error)
        return 1


def _serve(configuration: Configuration, config: Path, registry: Registry) -> int:
    found = _panel_of(configuration, registry)
    if found is None:
        _log.info("no panel is wired; set 'device' under [panel]")
        KeepAlive().nothing_to_do("no panel")
        return 0
    service = PanelService(plan_of(configuration, config), Panel(registry.panels(found.driver).open(found)))
    service.stop_on_signals()
    service.run()
    return 0


def plan_of(configuration: Configuration, config: Path) -> PanelPlan:
    box, panel = configuration.box, configuration.panel
    return PanelPlan(
        watched=Watched(paths=box_paths(configuration), lines=tuple(line.name for line in configuration.lines)),
        means=Means(
            language=box.language,
            speaker=panel.speaker,
            enrolment_file=panel.enrolment_file,
            run=box.run_dir,
            config=config,
        ),
    )


def _panel_of(configuration: Configuration, registry: Registry) -> Found | None:
    """That of the configuration; else the one there is, such as a mock's."""
    if configuration.panel.device:
        return registry.found(configuration.panel.device)
    return next((one for one in registry.find() if one.kind is Kind.PANEL), None)


if __name__ == "__main__":
    sys.exit(main())
