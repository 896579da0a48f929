"""Where agents sit by what is stored: the seat kept with the agent's state, else the own phone."""

from __future__ import annotations

import msgspec

from appliance.errors import RequestError
from appliance.ids import AgentId, Extension
from appliance.store.agents import StoredAgent
from appliance.store.store import Store


def settle_in(store: Store, agent: AgentId, before: StoredAgent | None) -> None:
    """An agent was added or changed: gets a log-in number; one who sat at the own phone moves with it. Raises
    RequestError (`conflict`) where a guest sits at that phone."""
    store.agent_access.of(agent)
    now, state = store.agents.get(agent), store.agent_states.get(agent)
    own = None if now is None else now.plan.extension
    guest = next((other for other, seat in _seats(store).items() if seat == own and other != agent), None)
    if own is not None and guest is not None and (before is None or before.plan.extension != own):
        remedy = f"first: linekeeper agent logout {guest}"
        raise RequestError(f"agent {guest} is logged in at extension {own}; {remedy}", kind="conflict")
    if now is None or before is None or state is None or isinstance(state.extension, msgspec.UnsetType):
        return
    if before.plan.extension != own and state.extension == before.plan.extension:
        store.agent_states.put(msgspec.structs.replace(state, extension=own))


def seats(store: Store) -> dict[AgentId, Extension]:
    """The phone of every agent who sits at one; of two at one phone (which can't be) the one who doesn't own it."""
    found: dict[AgentId, Extension] = {}
    for agent, seat in sorted(_seats(store).items(), key=lambda pair: pair[1] == _own(store).get(pair[0])):
        if seat is not None and seat not in found.values():
            found[agent] = seat
    return found


def desks(store: Store) -> dict[Extension, Extension | None]:
    """Numbers of agents that are no phone, or not the phone where that agent sits: log-in numbers, own extensions.

    A log-in number that has become a phone since is that phone for callers.
    """
    sitting, own = seats(store), _own(store)
    phones = {entry.extension for entry in store.extensions.all()}
    logins = {Extension(login): agent for login, agent in store.agent_access.logins().items()}
    found = {login: sitting.get(agent) for login, agent in logins.items() if login not in phones}
    for agent, extension in own.items():
        seat = sitting.get(agent)
        if extension is not None and seat not in (None, extension):
            found[extension] = seat
    return found


def _seats(store: Store) -> dict[AgentId, Extension | None]:
    states = {state.agent: state.extension for state in store.agent_states.all()}
    return {
        agent: own if isinstance(seat := states.get(agent, msgspec.UNSET), msgspec.UnsetType) else seat
        for agent, own in _own(store).items()
    }


def _own(store: Store) -> dict[AgentId, Extension | None]:
    return {agent.plan.agent: agent.plan.extension for agent in store.agents.all()}
