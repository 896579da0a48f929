"""The operations of the local API in a running switchboard: looks up who does each, and lets changes take effect.

Changes go to the store first, then to the ACD, then to the published dial plan.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from appliance.config.lines import trunks_of
from appliance.config.schema import Configuration
from appliance.edge.requests import forget_contacts, reload_trunks
from appliance.edge.rpc import AsyncEdgeLink
from appliance.edge.trunks import store_trunks
from appliance.errors import EdgeError
from appliance.ids import AgentId, Extension
from appliance.switchboard import requests as ask
from appliance.switchboard.api.administration import Administration
from appliance.switchboard.api.changes import Change
from appliance.switchboard.api.listings import Row
from appliance.switchboard.api.live import Live
from appliance.switchboard.cloud.live_view import LiveView
from appliance.switchboard.desk.desk import OPERATION, Desk
from appliance.switchboard.errands.callbacks import Callbacks
from appliance.switchboard.errands.campaigns import Campaigns
from appliance.switchboard.joints.dialling import Dialling
from appliance.switchboard.joints.parking import Orbits
from appliance.switchboard.keeping.housekeeper import Housekeeper
from appliance.switchboard.ledger import Ledger
from appliance.switchboard.measuring.measuring import Measuring
from appliance.switchboard.publication.publish import Publisher
from appliance.switchboard.routing.routing import Routing
from appliance.switchboard.settings import Settings
from appliance.switchboard.staff.access import Access
from appliance.switchboard.staff.outcomes import Outcomes
from appliance.switchboard.staff.shift import Shift
from appliance.switchboard.store_thread import StoreThread
from appliance.switchboard.supervision.supervisors import Supervisors

logger = logging.getLogger(__name__)

MESSAGE_OPERATIONS = ("voicemail.", "mailbox.")  # after which lamps may have to change


class Api:
    """`perform` is what `api_server` calls."""

    def __init__(
        self,
        *,
        store: StoreThread,
        ledger: Ledger,
        administration: Administration,
        live: Live,
        measuring: Measuring,
        dialling: Dialling,
        callbacks: Callbacks,
        campaigns: Campaigns,
        routing: Routing,
        publisher: Publisher,
        settings: Settings,
        edge: AsyncEdgeLink,
        shift: Shift,
        access: Access,
        outcomes: Outcomes,
        supervisors: Supervisors,
        orbits: Orbits,
        desk: Desk,
        live_view: LiveView,
        messages_changed: Callable[[], None],
        housekeeper: Housekeeper,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._administration = administration
        self._live = live
        self._routing = routing
        self._publisher = publisher
        self._settings = settings
        self._edge = edge
        self._messages_changed = messages_changed
        self._desk = desk
        self._orbits = orbits
        desk.perform = self.perform
        self._campaigns = campaigns
        self._housekeeper = housekeeper
        self._operations: dict[str, tuple[type[ask.Arguments], Callable[[Any], Awaitable[Any]]]] = {
            "status": (ask.Nothing, lambda _: self._status()),
            "agent.login": (ask.AgentLogIn, shift.log_in),
            "agent.logout": (ask.AgentNamed, shift.log_out),
            "agent.status": (ask.AgentStatus, shift.set_status),
            "agent.clear": (ask.AgentNamed, shift.clear),
            "agent.extend": (ask.AgentExtend, shift.extend),
            "agent.pin": (ask.AgentPin, lambda given: access.set_pin(AgentId(given.agent), given.pin)),
            "mailbox.pin": (ask.MailboxPin, lambda given: access.set_mailbox_pin(given.mailbox, given.pin)),
            "contact.disposition": (ask.ContactDisposition, outcomes.choose),
            "contact.note": (ask.ContactNote, outcomes.note),
            "contact.command": (ask.ContactCommand, live.command),
            "contact.park": (ask.ContactPark, orbits.park),
            "contact.dial": (ask.ContactDial, dialling.dial),
            "callback.add": (ask.CallbackAdd, callbacks.add),
            "campaign.answer": (ask.PreviewAnswer, campaigns.answer),
            "callback.cancel": (ask.CallbackNamed, callbacks.cancel),
            "contact.monitor": (ask.ContactMonitor, supervisors.monitor),
            "contact.mode": (ask.ContactMonitor, supervisors.set_mode),
            "contact.take_over": (ask.ContactTakeOver, supervisors.take_over),
            "config.reload": (ask.Nothing, lambda _: self.reload()),
            "storage.show": (ask.Nothing, lambda _: _shown(housekeeper)),
            **measuring.operations,
            **live_view.operations,
        }

    async def perform(self, op: str, args: dict[str, Any]) -> Any:
        """The result of operation `op` as plain JSON types, all that has happened so far included. Raises
        ApplianceError."""
        await self._ledger.caught_up()
        if op.startswith(OPERATION):
            return await self._desk.answer(op, args)
        if op in self._operations:
            kind, work = self._operations[op]
            return await work(ask.read_arguments(kind, args))
        change = await self._store.run(lambda store: self._administration.perform(store, op, args))
        await self._take_effect(op, change)
        return await self._completed(op, change.result)

    async def reload(self) -> Row:
        """reloaded, problems (of a broken file; the last good one stays in use), next_start (sections that wait)."""
        before = trunks_of(self._settings.configuration)
        waiting = await self._settings.reload()
        if self._settings.problems:
            return {"reloaded": False, "problems": list(self._settings.problems), "next_start": []}
        configuration = self._settings.configuration
        await self._publisher.refresh(configuration)
        problems = list(self._publisher.problems)
        if trunks_of(configuration) != before:
            problems += await self._reload_trunks(configuration)
        return {"reloaded": True, "problems": problems, "next_start": list(waiting)}

    async def _reload_trunks(self, configuration: Configuration) -> list[str]:
        try:
            await asyncio.to_thread(store_trunks, self._settings.paths, configuration)
            await self._edge.run(reload_trunks())
        except EdgeError as error:
            logger.error("trunks not taken over: %s", error)
            return [str(error)]
        return []

    async def _status(self) -> Row:
        configuration, settings = self._settings.configuration, self._settings
        shown = await self._live.status(configuration.contacts.capacity)
        problems = [*self._housekeeper.warnings, *settings.problems, *self._publisher.problems]
        return {
            "box": configuration.box.name,
            "adopting": self._routing.held,
            "problems": problems,
            "parked": self._orbits.shown(),
            **shown,
        }

    async def _take_effect(self, op: str, change: Change) -> None:
        self._routing.tell(change.told)
        await self._ledger.caught_up()  # the dial plan is made of what is stored
        if change.published:
            await self._publisher.refresh(self._settings.configuration)
        if op.startswith(MESSAGE_OPERATIONS):
            self._messages_changed()
        if op.startswith("campaign."):
            await self._campaigns.refresh()
        if op == "dnc.add":
            await self._campaigns.strike(change.result["errands"])
        if op == "extension.remove":
            await self._forget(Extension(change.result["extension"]))
        if op in ("desired.apply", "desired.restore"):
            await self._follow_console(change.result)

    async def _follow_console(self, result: Row) -> None:
        for extension in result["removed"]:
            await self._forget(Extension(extension))
        if result["configured"]:
            await self.reload()

    async def _forget(self, extension: Extension) -> None:
        """Its phone is off at once, not only when its registration ends."""
        try:
            await self._edge.run(forget_contacts(extension))
        except EdgeError as error:
            logger.info("the edge keeps the phone of a removed extension until it expires: %s", error)

    async def _completed(self, op: str, result: Any) -> Any:
        if op == "extension.list":
            return await self._live.with_phones(result)
        if op == "queue.list":
            return self._live.with_waiting(result)
        if op == "agent.list":
            return self._live.with_activity(result)
        return result


async def _shown(housekeeper: Housekeeper) -> Row:
    """How full the box is, looked at now."""
    await housekeeper.look()
    return housekeeper.show()
