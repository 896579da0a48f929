"""Agents' states: the history for the activity metrics, and what each is doing as far as events tell."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.database.tables import AgentStateChange, LastAgentState
from appliance.console.database.upserting import insert_missing, put_rows
from appliance.console.ingest.arriving import Arrived, Sender
from appliance.console.ingest.event_data import instant_of, name_of, readable, text_of
from appliance.stamps import Stamp


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What of `store.agent_states.AgentState` is needed here."""

    agent: str
    status: str
    activity: str
    since: Stamp


async def project(session: AsyncSession, sender: Sender, events: Sequence[Arrived], _: float) -> None:
    states = readable(events, State)
    await insert_missing(session, AgentStateChange, [_change(sender, one, state) for one, state in states])
    newest = {state.agent: _last(sender, one, state) for one, state in states}
    await put_rows(session, LastAgentState, list(newest.values()))


def _change(sender: Sender, one: Arrived, state: State) -> dict[str, object]:
    return {
        "box": sender.box,
        "seq": one.seq,
        "branch": sender.branch,
        "agent": name_of(state.agent),
        "status": name_of(state.status),
        "activity": name_of(state.activity),
        "boot": name_of(state.since.boot),
        "mono_s": state.since.mono_s,
        "wall_s": instant_of(state.since.wall_s),
        "synced": state.since.synced,
    }


def _last(sender: Sender, one: Arrived, state: State) -> dict[str, object]:
    return {
        "branch": sender.branch,
        "agent": name_of(state.agent),
        "box": sender.box,
        "seq": one.seq,
        "since_s": instant_of(state.since.wall_s),
        "status": name_of(state.status),
        "activity": name_of(state.activity),
        "state": text_of(one.event.data),
    }


KINDS = {"agent_state": project}
