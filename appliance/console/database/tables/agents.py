"""What agents did: every change of state, for the activity metrics; and the last of each."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from appliance.console.database.base import Base, Count, Json, Name, Seconds


class AgentStateChange(Base):
    """One `agent_state` event. mono_s is of `boot`; wall_s is as far as the box knew (`synced`)."""

    __tablename__ = "agent_state_changes"
    __table_args__ = (Index("ix_agent_state_changes_branch_wall", "branch", "wall_s"),)

    box: Mapped[Name] = mapped_column(primary_key=True)
    seq: Mapped[Count] = mapped_column(primary_key=True, autoincrement=False)
    branch: Mapped[Name]
    agent: Mapped[Name]
    status: Mapped[Name]
    activity: Mapped[Name]
    boot: Mapped[Name]
    mono_s: Mapped[Seconds]
    wall_s: Mapped[Seconds]
    synced: Mapped[bool]


class LastAgentState(Base):
    """state: the event's data, JSON (`store.agent_states.AgentState`)."""

    __tablename__ = "agent_states"

    branch: Mapped[Name] = mapped_column(primary_key=True)
    agent: Mapped[Name] = mapped_column(primary_key=True)
    box: Mapped[Name]
    seq: Mapped[Count]
    since_s: Mapped[Seconds]
    status: Mapped[Name]
    activity: Mapped[Name]
    state: Mapped[Json]
