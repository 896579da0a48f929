"""INVITEs of other contact processes that the switchboard has announced, each by a secret that it has told both."""

from __future__ import annotations

from appliance.clock import monotonic_s
from appliance.contact import protocol as p


class Expected:
    """Each is welcome once, for as long as its announcement says."""

    def __init__(self) -> None:
        self._announced: dict[str, tuple[p.ExpectJoin, float]] = {}

    def announce(self, command: p.ExpectJoin) -> None:
        """One INVITE with this secret is welcome."""
        self._announced[command.join] = (command, monotonic_s() + command.valid_s)

    def take(self, secret: str) -> p.ExpectJoin | None:
        """What was announced with this secret; None for a stranger and for who comes too late."""
        command, until = self._announced.pop(secret, (None, 0.0))
        return command if monotonic_s() <= until else None
