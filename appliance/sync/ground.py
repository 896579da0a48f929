"""What every part of the sync service stands on. One for each identity and start of the service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from appliance.clock import Clock
from appliance.config.paths import BoxPaths
from appliance.config.schema import Sync
from appliance.sync.pacing import Pace
from appliance.sync.quiet import is_quiet
from appliance.sync.state.state_thread import StateThread
from appliance.sync.wire.console_link import ConsoleLink
from appliance.sync.wire.switchboard_link import SwitchboardLink


def _nothing() -> None:
    return None


def _ignore(_why: str) -> None:
    return None


@dataclass(slots=True, kw_only=True)
class Ground:
    """settings: of `[sync]`, replaced when the configuration is read again; up: whether the console answers;
    hurried: told when a person wants everything tried now; recordings_pending: how many wait; warnings: sentences for a
    person, by topic; minutes_of_day: local time; identity_changed: to be told when certificate or box id are others;
    reconfigure: when the configuration file, or what the console wants of it, has changed."""

    settings: Sync
    paths: BoxPaths
    clock: Clock
    state: StateThread
    switchboard: SwitchboardLink
    console: ConsoleLink
    pace: Pace
    minutes_of_day: Callable[[], int]
    identity_changed: Callable[[], None] = _nothing
    reconfigure: Callable[[], None] = _nothing
    up: bool = False
    reached: Callable[[], None] = _nothing
    missed: Callable[[str], None] = _ignore
    hurried: list[Callable[[], None]] = field(default_factory=list)
    pending_events: int = 0
    pending_recordings: int = 0
    storage: tuple[int, int] = (0, 0)  # used, budget; bytes
    warnings: dict[str, str] = field(default_factory=dict)

    def recordings_may_go(self) -> bool:
        """Not over a metered link, not in quiet hours, not while the console is away."""
        quiet = is_quiet(self.settings.quiet_hours, self.minutes_of_day())
        return self.up and not self.settings.metered and not quiet
