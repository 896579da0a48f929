"""A call that rings elsewhere is taken to the phone that asks for it.

Phones of one pick-up group may take each other's calls; phones without a group form one together. What rings is
known from the contacts' events; taking it is a join of two contacts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from appliance.contact.protocol import JoinRole
from appliance.dialplan import DialPlan
from appliance.errors import RequestError
from appliance.events import LegRole, LegStarted
from appliance.ids import AgentId, ContactId, Extension
from appliance.switchboard.contacts.contact_state import ContactState
from appliance.switchboard.contacts.contacts import Contacts
from appliance.switchboard.joints.joining import Joining
from appliance.switchboard.joints.parking import Orbits

_TAKEN = frozenset({LegRole.CUSTOMER, LegRole.AGENT})


class PickUps:
    """`contact` is always that of the phone which asks, at `extension`, where `agent` may be logged in."""

    def __init__(self, contacts: Contacts, joining: Joining, orbits: Orbits, plan: Callable[[], DialPlan]) -> None:
        self._contacts = contacts
        self._joining = joining
        self._orbits = orbits
        self._plan = plan

    async def pick_up(
        self, contact: ContactId, extension: Extension, agent: AgentId | None, *, ringing: Extension | None = None
    ) -> None:
        """Take the call that rings at `ringing`, or the oldest one in the group. Raises RequestError: `not_found` where
        nothing rings, `refused` where it is not the phone's to take, `unavailable` where somebody was quicker."""
        if ringing is not None and not self._may_take(extension, ringing):
            raise RequestError(f"extension {extension} may not pick up calls of {ringing}", kind="refused")
        for state in self._contacts.under_way():
            phones = set(_ringing(state)) - {extension}
            wanted = phones & {ringing} if ringing is not None else {p for p in phones if self._may_take(extension, p)}
            if wanted and state.contact != contact:
                await self._take(contact, state.contact, extension, agent)
                return
        raise RequestError("nothing rings there", kind="not_found")

    async def unpark(self, contact: ContactId, extension: Extension, agent: AgentId | None, orbit: str) -> None:
        """Take the call parked on `orbit`. Raises RequestError: `not_found` where there is none."""
        state = self._orbits.parked_at(orbit)
        if state is None:
            raise RequestError(f"nobody is parked on {orbit}", kind="not_found")
        await self._take(contact, state.contact, extension, agent)

    async def _take(self, contact: ContactId, host: ContactId, extension: Extension, agent: AgentId | None) -> None:
        await self._joining.join(contact, host, role=JoinRole.AGENT, agent=agent, extension=extension)

    def _may_take(self, extension: Extension, other: Extension) -> bool:
        plan = self._plan()
        return plan.phone(extension).pickup_group == plan.phone(other).pickup_group


def _ringing(state: ContactState) -> Iterator[Extension]:
    """The extensions whose phones ring in this contact."""
    if state.disconnected or state.service:
        return
    for leg in state.legs.values():
        if leg.outgoing and leg.role in _TAKEN and leg.leg not in state.answered:
            yield from _phones(leg)


def _phones(leg: LegStarted) -> tuple[Extension, ...]:
    return leg.members or (() if leg.extension is None else (leg.extension,))
