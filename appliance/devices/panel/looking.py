"""How the box is, looked at again and again in a thread of its own: the panel's lamps blink on meanwhile."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance.config.paths import BoxPaths
from appliance.devices.line.board import shown_lines
from appliance.devices.panel.signs import Seen
from appliance.errors import ApplianceError
from appliance.switchboard.calling import call_socket

log = logging.getLogger(__name__)
PERIOD_S = 1.0  # a look asks the edge, too
ANSWER_S = 2.0
NETWORKS = Path("/sys/class/net")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """paths: of the box; lines: names of the analog lines, in the order of the configuration."""

    paths: BoxPaths
    lines: tuple[str, ...] = ()
    networks: Path = NETWORKS


class Looker:
    """Calls `seen` after every look, between construction and `close`."""

    def __init__(self, watched: Watched, seen: Callable[[Seen], None]) -> None:
        self._watched = watched
        self._seen = seen
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="panel's look", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Twice is safe."""
        self._closing.set()
        self._thread.join(2 * ANSWER_S)

    def _run(self) -> None:
        while True:
            self._seen(look(self._watched))
            if self._closing.wait(PERIOD_S):
                return


def look(watched: Watched) -> Seen:
    """Never raises for a box that is down: that is what the panel shows."""
    lines = shown_lines(watched.paths.run)
    return Seen(
        board=_asked(watched.paths.api_socket, "wallboard"),
        network=_network(watched.networks),
        console=_console(_asked(watched.paths.sync_socket, "sync.status")),
        lines=tuple(lines.get(name) for name in watched.lines),
    )


def _asked(socket: Path, op: str) -> Any:
    """None where nobody answers."""
    try:
        return call_socket(socket, op, {}, timeout_s=ANSWER_S)
    except (ApplianceError, OSError) as error:
        log.debug("%s has no answer: %s", op, error)
        return None


def _console(status: Any) -> bool | None:
    return bool(status["up"]) if status is not None and status["enrolled"] else None


def _network(networks: Path) -> bool:
    """Whether any interface but loopback is up (carrier, sysfs-class-net)."""
    return any(_up(one) for one in networks.glob("*") if one.name != "lo")


def _up(interface: Path) -> bool:
    try:
        return (interface / "operstate").read_text(encoding="ascii").strip() == "up"
    except OSError:
        return False
