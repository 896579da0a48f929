"""Which orbits have a parked customer, and who gets the next one.

What is parked is known from the contacts' events, so it outlives a restart; an orbit that was given away just now is
kept until the contact process says what came of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from appliance.clock import monotonic_s
from appliance.config.schema import Phones
from appliance.contact.protocol import ParkContact, ParkRefused, WishPark
from appliance.dialplan import DialPlan
from appliance.errors import RequestError
from appliance.ids import AgentId, ContactId
from appliance.logs import fields
from appliance.switchboard import requests as ask
from appliance.switchboard.api.listings import Row
from appliance.switchboard.contacts.contact_state import ContactState
from appliance.switchboard.contacts.contacts import Contacts
from appliance.switchboard.contacts.orders import Orders

logger = logging.getLogger(__name__)

GIVEN_S = 5.0  # how long an orbit is kept for a contact that has not said anything yet


class Orbits:
    """`plan` and `phones` are those in force."""

    def __init__(
        self, contacts: Contacts, orders: Orders, plan: Callable[[], DialPlan], phones: Callable[[], Phones]
    ) -> None:
        self._contacts = contacts
        self._orders = orders
        self._plan = plan
        self._phones = phones
        self._given: dict[str, float] = {}

    async def park(self, given: ask.ContactPark) -> Row:
        """contact, orbit. Raises RequestError where nobody talks there or no orbit is free."""
        contact = ContactId(given.contact)
        self._orders.under_way(contact)
        command = self._to_orbit(contact, given.orbit or "", None)
        await self._orders.give(command)
        return {"contact": contact, "orbit": command.orbit}

    def wished(self, message: WishPark) -> None:
        """An agent pressed the keys, or a phone sent REFER to an orbit."""
        try:
            self._contacts.command(self._to_orbit(message.contact, message.orbit, message.by))
        except RequestError as error:
            logger.warning("not parked: %s", error, extra=fields(contact=message.contact))

    def refused(self, message: ParkRefused) -> None:
        """There was nobody to park."""
        self._given.pop(message.orbit, None)

    def parked_at(self, orbit: str) -> ContactState | None:
        """The contact that waits there."""
        return next((state for state in self._contacts.under_way() if orbit and state.orbit == orbit), None)

    def shown(self) -> list[Row]:
        """orbit, contact; those in use."""
        parked = [state for state in self._contacts.under_way() if state.orbit]
        return [{"orbit": state.orbit, "contact": state.contact} for state in sorted(parked, key=_orbit)]

    def _to_orbit(self, contact: ContactId, orbit: str, by: AgentId | None) -> ParkContact:
        found = self._free(orbit)
        self._given[found] = monotonic_s() + GIVEN_S
        phones = self._phones()
        return ParkContact(contact=contact, orbit=found, time_s=phones.park_s, fallback=phones.park_fallback, by=by)

    def _free(self, orbit: str) -> str:
        known = self._plan().orbits
        if orbit and orbit not in known:
            raise RequestError(f"{orbit} is no orbit; they are {known[0]} to {known[-1]}" if known else "no orbits")
        now = monotonic_s()
        taken = {state.orbit for state in self._contacts.under_way()}
        taken |= {name for name, until in self._given.items() if until > now}
        free = next((each for each in ((orbit,) if orbit else known) if each not in taken), None)
        if free is None:
            raise RequestError(f"orbit {orbit} is taken" if orbit else "every orbit is taken", kind="conflict")
        return free


def _orbit(state: ContactState) -> str:
    return state.orbit
