"""Which lamps are lit, from what the switchboard knows of contacts, agents and queues at one instant. Pure.

Made as a whole each time: a lamp that was forgotten can't stay lit. Dark ones are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from appliance.acd.model import AVAILABLE, Activity
from appliance.acd.snapshots import AgentSnapshot
from appliance.events import LegStarted
from appliance.ids import Extension, QueueId
from appliance.switchboard.contacts.contact_state import ContactState
from appliance.switchboard.lamps.lamp import Lamp, lamp_user

_FROM_EXTENSION = "extension:"
_STRONGER = (Lamp.AWAY, Lamp.BUSY, Lamp.RINGING)  # of several legs of one phone, what its neighbours can act upon
_AGENT_LAMPS: Mapping[Activity, Lamp] = {
    Activity.RINGING: Lamp.RINGING,
    Activity.ON_CONTACT: Lamp.BUSY,
    Activity.AFTER_CONTACT_WORK: Lamp.WRAPPING_UP,
    Activity.MISSED: Lamp.AWAY,
    Activity.ERROR: Lamp.AWAY,
}


class Floor(Protocol):
    """What the ACD shows of agents and queues."""

    def agents(self) -> Iterable[AgentSnapshot]: ...

    def waiting(self) -> Iterable[QueueId]:
        """Queues in which somebody waits."""


def picture(contacts: Iterable[ContactState], floor: Floor) -> dict[str, Lamp]:
    """Every lit lamp by its user part."""
    under_way = [state for state in contacts if not state.released]
    lit = _extensions(under_way)
    lit |= {lamp_user("agent", agent.agent): lamp for agent in floor.agents() if (lamp := agent_lamp(agent))}
    served = {state.queue for state in under_way if state.queue is not None and any(state.engaged.values())}
    lit |= {lamp_user("queue", queue): Lamp.BUSY for queue in served}
    lit |= {lamp_user("queue", queue): Lamp.RINGING for queue in floor.waiting()}
    for orbit in (state.orbit for state in under_way if state.orbit):
        lit |= {orbit: Lamp.RINGING, lamp_user("orbit", orbit): Lamp.RINGING}
    return lit


def agent_lamp(agent: AgentSnapshot) -> Lamp | None:
    """None: free, the lamp is dark."""
    if (lamp := _AGENT_LAMPS.get(agent.activity)) is not None:
        return lamp
    return None if agent.status == AVAILABLE and agent.extension is not None else Lamp.AWAY


def _extensions(contacts: Iterable[ContactState]) -> dict[str, Lamp]:
    lit: dict[str, Lamp] = {}
    for state in contacts:
        for leg in state.legs.values():
            lamp = _leg_lamp(state, leg)
            if lamp is None:
                continue
            for extension in _extensions_of(state, leg):
                before = lit.get(extension, lamp)
                lit[extension] = max(before, lamp, key=_STRONGER.index)
    return lit


def _extensions_of(state: ContactState, leg: LegStarted) -> tuple[Extension, ...]:
    """Whose phone it is; of a group that rings all at once, everybody's."""
    if leg.extension:
        return (leg.extension,)
    ours = state.source.startswith(_FROM_EXTENSION) and not leg.outgoing
    return (Extension(state.source.removeprefix(_FROM_EXTENSION)),) if ours else leg.members


def _leg_lamp(state: ContactState, leg: LegStarted) -> Lamp | None:
    if leg.leg in state.answered:
        return Lamp.BUSY
    if not leg.outgoing:
        return Lamp.AWAY
    return Lamp.RINGING if leg.leg in state.ringing else None
