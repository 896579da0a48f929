"""Whose turn it is in ring groups that ring one member after the other. Pure; forgotten at a restart.

Round-robin counts calls, whoever answers them. Who has not talked since the start has been idle longest.
"""

from __future__ import annotations

from collections.abc import Sequence

from appliance import events as said
from appliance.dialplan import Strategy
from appliance.ids import ContactId, Extension, LegId

_TALKED = 200  # how a talk ends; a phone that only rang ends with another status


class Turns:
    """Told every event of every contact."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}  # group → who rang first last time
        self._talked: dict[str, float] = {}  # extension → when its last talk ended, Stamp.mono_s
        self._legs: dict[tuple[ContactId, LegId], Extension] = {}

    def note(self, event: said.ContactEvent) -> None:
        """Remember who talks, and until when."""
        body = event.body
        if isinstance(body, said.LegStarted | said.LegAnswered) and body.extension is not None:
            self._legs[event.contact, body.leg] = body.extension
        elif isinstance(body, said.LegEnded):
            extension = self._legs.pop((event.contact, body.leg), None)
            if extension is not None and body.sip_status == _TALKED:
                self._talked[extension] = event.at.mono_s

    def order(self, group: str, strategy: Strategy, members: Sequence[str]) -> tuple[str, ...]:
        """The members, in the order in which they shall ring."""
        if strategy is Strategy.LONGEST_IDLE:
            return tuple(sorted(members, key=lambda member: self._talked.get(member, float("-inf"))))
        last = self._first.get(group)
        start = (members.index(last) + 1) % len(members) if last in members else 0
        ordered = (*members[start:], *members[:start])
        self._first[group] = ordered[0]
        return ordered
