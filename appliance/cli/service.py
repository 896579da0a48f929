"""One process of a box as plain data, so that it can be handed to another program (`foreground`)."""

from __future__ import annotations

import msgspec

from appliance.cli.child import ChildPlan
from appliance.cli.edge_probe import EdgeProbe


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """What to run. `probe`: to be asked whether it serves; without one the process says so itself (sd_notify).
    `watchdog_s` as in `ChildPlan`."""

    name: str
    command: tuple[str, ...]
    watchdog_s: float | None = None
    probe: EdgeProbe | None = None

    def plan(self) -> ChildPlan:
        """For a supervisor."""
        serves = None if self.probe is None else self.probe.serves
        return ChildPlan(name=self.name, command=self.command, watchdog_s=self.watchdog_s, serves=serves)
