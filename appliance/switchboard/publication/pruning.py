"""When a published file that the plan no longer names may go: once no contact is left that may have begun with it.

A contact reads the plan when it begins and finishes on it. Pure: told what is open and what time it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from pathlib import Path

from appliance.ids import ContactId

GRACE_S = 60.0  # a contact that read the plan before may be heard of only now; speech may be made of it still


class Pruner:
    """`due` at every look; `waiting` says whether another look is worth it. grace_s: least time a file stays."""

    def __init__(self, grace_s: float = GRACE_S) -> None:
        self.grace_s = grace_s
        self._since: dict[Path, float] = {}
        self._holders: dict[Path, set[ContactId]] = {}

    @property
    def waiting(self) -> bool:
        """Whether there are files that will have to go."""
        return bool(self._since)

    def due(self, superseded: Iterable[Path], open_contacts: Set[ContactId], now: float) -> list[Path]:
        """Those of the superseded files that nobody can need any more. now: seconds on any rising scale."""
        known = set(superseded)
        self._since = {path: self._since.get(path, now) for path in known}
        self._holders = {path: held & open_contacts for path, held in self._holders.items() if path in known}
        for path, since in self._since.items():
            if path not in self._holders and now - since >= self.grace_s:
                self._holders[path] = set(open_contacts)
        return sorted(path for path, held in self._holders.items() if not held)
