"""All that the wallboard shows in one answer: queues, agents, contacts under way, trunks, phones, processes.

Numbers of customers are masked: a board hangs on a wall.
"""

from __future__ import annotations

import logging
from typing import Any

from appliance.clock import Clock
from appliance.config.lines import trunks_of
from appliance.dialplan import is_emergency
from appliance.edge.requests import trunk_registrations
from appliance.edge.rpc import AsyncEdgeLink
from appliance.errors import EdgeError
from appliance.logs import masked
from appliance.stamps import Stamp, iso_utc
from appliance.store.contact_row import ContactRow, Stage
from appliance.switchboard.api.live import Live
from appliance.switchboard.settings import Settings
from appliance.switchboard.store_thread import StoreThread

logger = logging.getLogger(__name__)
Json = dict[str, Any]


class Wallboard:
    """One look is a few questions to the edge and one to the store: a second between looks is enough."""

    def __init__(
        self, *, live: Live, store: StoreThread, edge: AsyncEdgeLink, settings: Settings, clock: Clock
    ) -> None:
        self._live = live
        self._store = store
        self._edge = edge
        self._settings = settings
        self._clock = clock

    async def look(self) -> Json:
        """The status (see `Live.status`) with `box`, `at`, `under_way` (contacts) and `trunks`."""
        configuration = self._settings.configuration
        status = await self._live.status(configuration.contacts.capacity)
        rows = await self._store.run(lambda store: store.contacts.under_way())
        now, region = self._clock(), configuration.box.region
        return {
            "box": configuration.box.name,
            "at": iso_utc(now.wall_s),
            **status,
            "under_way": [_contact(row, now, region) for row in rows if row.stage is not Stage.CLOSED],
            "trunks": await self._states_of_trunks(),
        }

    async def _states_of_trunks(self) -> list[Json]:
        found: dict[str, str] = {}
        try:
            found = {each.trunk: each.state.value for each in await self._edge.run(trunk_registrations())}
        except EdgeError as error:
            logger.debug("the trunks' registrations are not known: %s", error)
        return [
            {
                "trunk": trunk.name,
                "kind": trunk.kind,
                "state": "static" if trunk.kind == "static" else found.get(trunk.name, "unknown"),
            }
            for trunk in trunks_of(self._settings.configuration)
        ]


def _contact(row: ContactRow, now: Stamp, region: str) -> Json:
    """`in_state_s`: seconds waiting, with the agent or in wrap-up; `duration_s`: since it began; `emergency`: it is a
    call to the emergency services."""
    since = row.wrap_up_started or row.disconnected or row.connected or row.enqueued or row.started
    return {
        "contact": row.contact,
        "stage": row.stage.value,
        "method": None if row.method is None else row.method.value,
        "queue": row.queue,
        "agent": row.agent,
        "customer": masked(row.customer.address) if row.customer else None,
        "emergency": row.customer is not None and is_emergency(row.customer.address, region),
        "duration_s": round((row.disconnected or now).seconds_since(row.started), 1),
        "in_state_s": round(now.seconds_since(since), 1),
    }
