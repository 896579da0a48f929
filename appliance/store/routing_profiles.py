"""The routing profiles repository: which queues an agent serves, in what order, and what ends idle time.

A profile has a name and any number of agents, or is the own one of one agent, who was given queues directly; an own one
is named `agent:<name>`, is kept by `agents` and not listed here.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from appliance.acd.model import AvailabilityTimer, QueueShare
from appliance.ids import AgentId, ProfileId, QueueId
from appliance.store.connection import Connection, Row
from appliance.store.failures import UnknownReferenceError
from appliance.store.outbox import Outbox

PROFILE = "routing_profile"
PROFILE_REMOVED = "routing_profile_removed"
_OWN = "agent:"


class StoredProfile(msgspec.Struct, frozen=True, kw_only=True):
    """`outbound_queue`: whose contacts are those that the agents dial, None: no queue's."""

    profile: ProfileId
    display_name: str = ""
    queues: tuple[QueueShare, ...] = ()
    outbound_queue: QueueId | None = None
    timer: AvailabilityTimer = AvailabilityTimer.LAST_ACTIVITY


def own_profile(agent: AgentId) -> ProfileId:
    """The profile of one agent who shares none."""
    return ProfileId(f"{_OWN}{agent}")


def is_own(profile: ProfileId) -> bool:
    return profile.startswith(_OWN)


class RoutingProfiles:
    def __init__(self, connection: Connection, outbox: Outbox) -> None:
        self._connection = connection
        self._outbox = outbox

    def put(self, profile: StoredProfile) -> None:
        """Add the profile or change it. Raises UnknownReferenceError for a queue that doesn't exist."""
        with self._connection.transaction():
            self._require_queues(profile)
            self._connection.write(
                "INSERT INTO routing_profiles (profile, display_name, outbound_queue, timer) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (profile) DO UPDATE SET display_name = excluded.display_name,"
                " outbound_queue = excluded.outbound_queue, timer = excluded.timer",
                (profile.profile, profile.display_name, profile.outbound_queue, profile.timer.value),
            )
            self._connection.write("DELETE FROM routing_profile_queues WHERE profile = ?", (profile.profile,))
            self._connection.write_many(
                "INSERT INTO routing_profile_queues (profile, place, queue, priority, delay_s) VALUES (?, ?, ?, ?, ?)",
                [
                    (profile.profile, place, share.queue, share.priority, float(share.delay_s))
                    for place, share in enumerate(profile.queues)
                ],
            )
            if not is_own(profile.profile):
                self._outbox.add(PROFILE, profile)

    def get(self, profile: ProfileId) -> StoredProfile | None:
        found = self._read("SELECT * FROM routing_profiles WHERE profile = ?", profile)
        return found[0] if found else None

    def all(self) -> list[StoredProfile]:
        """Every named profile, by name."""
        found = self._read("SELECT * FROM routing_profiles ORDER BY profile")
        return [profile for profile in found if not is_own(profile.profile)]

    def of_agents(self) -> dict[ProfileId, StoredProfile]:
        """Every profile, own ones included, by name."""
        return {profile.profile: profile for profile in self._read("SELECT * FROM routing_profiles")}

    def agents_of(self, profile: ProfileId) -> list[AgentId]:
        """Who has it, by login name."""
        rows = self._connection.rows("SELECT agent FROM agents WHERE routing_profile = ? ORDER BY agent", (profile,))
        return [AgentId(row["agent"]) for row in rows]

    def remove(self, profile: ProfileId) -> bool:
        """False if there was none. Raises UnknownReferenceError while an agent has it."""
        agents = self.agents_of(profile)
        if agents:
            raise UnknownReferenceError(
                f"routing profile {profile} belongs to {', '.join(agents)}; give them another one first"
            )
        with self._connection.transaction():
            removed = self._connection.write("DELETE FROM routing_profiles WHERE profile = ?", (profile,)) > 0
            if removed and not is_own(profile):
                self._outbox.add(PROFILE_REMOVED, {"profile": profile})
        return removed

    def _require_queues(self, profile: StoredProfile) -> None:
        known = {row["queue"] for row in self._connection.rows("SELECT queue FROM queues")}
        named = [share.queue for share in profile.queues]
        for queue in named if profile.outbound_queue is None else [*named, profile.outbound_queue]:
            if queue not in known:
                raise UnknownReferenceError(f"no queue {queue}; add it first: linekeeper queue add {queue}")

    def _read(self, select: str, *values: str) -> list[StoredProfile]:
        shares: dict[str, list[QueueShare]] = {}
        for row in self._connection.rows("SELECT * FROM routing_profile_queues ORDER BY profile, place"):
            share = QueueShare(queue=row["queue"], priority=row["priority"], delay_s=row["delay_s"])
            shares.setdefault(row["profile"], []).append(share)
        return [_profile(row, shares.get(row["profile"], ())) for row in self._connection.rows(select, values)]


def _profile(row: Row, shares: Iterable[QueueShare]) -> StoredProfile:
    return StoredProfile(
        profile=ProfileId(row["profile"]),
        display_name=row["display_name"],
        queues=tuple(shares),
        outbound_queue=row["outbound_queue"],
        timer=AvailabilityTimer(row["timer"]),
    )
