"""The agents repository: people who answer, where they ring, which queues they serve and what they can do."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from appliance.acd.model import AgentPlan, Proficiency
from appliance.ids import AgentId, ProfileId
from appliance.store.connection import Connection, Row
from appliance.store.failures import UnknownReferenceError
from appliance.store.outbox import Outbox
from appliance.store.routing_profiles import RoutingProfiles, StoredProfile, is_own, own_profile

AGENT = "agent"
AGENT_REMOVED = "agent_removed"


class StoredAgent(msgspec.Struct, frozen=True, kw_only=True):
    """`profile`: the named routing profile, from which the plan's queues, outbound queue and timer come; None: those of
    the plan are the agent's own."""

    plan: AgentPlan
    display_name: str = ""
    profile: ProfileId | None = None


class Agents:
    def __init__(self, connection: Connection, outbox: Outbox, profiles: RoutingProfiles) -> None:
        self._connection = connection
        self._outbox = outbox
        self._profiles = profiles

    def put(self, agent: StoredAgent) -> None:
        """Add the agent or change it. Raises UnknownReferenceError for an extension, queue or profile that doesn't
        exist or an extension that another agent has."""
        plan = agent.plan
        with self._connection.transaction():
            self._require_references(agent)
            if agent.profile is None:
                self._profiles.put(_own(plan))
            self._write(agent)
            if agent.profile is not None:
                self._profiles.remove(own_profile(plan.agent))
            self._outbox.add(AGENT, self.get(plan.agent))

    def get(self, agent: AgentId) -> StoredAgent | None:
        found = self._whole(self._connection.rows("SELECT * FROM agents WHERE agent = ?", (agent,)))
        return found[0] if found else None

    def all(self) -> list[StoredAgent]:
        """Every agent by login name."""
        return self._whole(self._connection.rows("SELECT * FROM agents ORDER BY agent"))

    def remove(self, agent: AgentId) -> bool:
        """Remove the agent with all that belongs to it; False if there was none. Past records keep the name."""
        with self._connection.transaction():
            removed = self._connection.write("DELETE FROM agents WHERE agent = ?", (agent,)) > 0
            if removed:
                self._profiles.remove(own_profile(agent))
                self._outbox.add(AGENT_REMOVED, {"agent": agent})
        return removed

    def _write(self, agent: StoredAgent) -> None:
        plan = agent.plan
        self._connection.write(
            "INSERT INTO agents (agent, display_name, extension, routing_profile, wrap_up_s, auto_accept)"
            " VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (agent) DO UPDATE SET display_name = excluded.display_name,"
            " extension = excluded.extension, routing_profile = excluded.routing_profile,"
            " wrap_up_s = excluded.wrap_up_s, auto_accept = excluded.auto_accept",
            (
                plan.agent,
                agent.display_name,
                plan.extension,
                agent.profile or own_profile(plan.agent),
                None if plan.wrap_up_s is None else float(plan.wrap_up_s),
                int(plan.auto_accept),
            ),
        )
        self._connection.write("DELETE FROM agent_proficiencies WHERE agent = ?", (plan.agent,))
        self._connection.write_many(
            "INSERT INTO agent_proficiencies (agent, name, value, level) VALUES (?, ?, ?, ?)",
            [(plan.agent, held.name, held.value, float(held.level)) for held in plan.proficiencies],
        )

    def _require_references(self, agent: StoredAgent) -> None:
        plan, profile = agent.plan, agent.profile
        if profile is not None and self._profiles.get(profile) is None:
            raise UnknownReferenceError(
                f"no routing profile {profile}; add it first: linekeeper routing-profile add {profile}"
            )
        if plan.extension is None:
            return
        if not self._connection.value("SELECT count(*) FROM extensions WHERE extension = ?", (plan.extension,)):
            raise UnknownReferenceError(
                f"no extension {plan.extension}; add it first: linekeeper extension add {plan.extension}"
            )
        other = self._connection.value(
            "SELECT agent FROM agents WHERE extension = ? AND agent <> ?", (plan.extension, plan.agent)
        )
        if other is not None:
            raise UnknownReferenceError(f"extension {plan.extension} belongs to agent {other}; choose another")

    def _whole(self, rows: Iterable[Row]) -> list[StoredAgent]:
        profiles = self._profiles.of_agents()
        held: dict[str, list[Proficiency]] = {}
        for row in self._connection.rows("SELECT * FROM agent_proficiencies ORDER BY agent, name, value"):
            proficiency = Proficiency(name=row["name"], value=row["value"], level=row["level"])
            held.setdefault(row["agent"], []).append(proficiency)
        return [_agent(row, profiles[row["routing_profile"]], held.get(row["agent"], ())) for row in rows]


def _own(plan: AgentPlan) -> StoredProfile:
    return StoredProfile(
        profile=own_profile(plan.agent), queues=plan.queues, outbound_queue=plan.outbound_queue, timer=plan.timer
    )


def _agent(row: Row, profile: StoredProfile, proficiencies: Iterable[Proficiency]) -> StoredAgent:
    plan = AgentPlan(
        agent=row["agent"],
        extension=row["extension"],
        queues=profile.queues,
        proficiencies=tuple(proficiencies),
        timer=profile.timer,
        outbound_queue=profile.outbound_queue,
        wrap_up_s=row["wrap_up_s"],
        auto_accept=bool(row["auto_accept"]),
    )
    named = None if is_own(profile.profile) else profile.profile
    return StoredAgent(plan=plan, display_name=row["display_name"], profile=named)
