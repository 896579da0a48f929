"""Callbacks that people ask for or take back; those that flows ask for come by their events (`errands`)."""

from __future__ import annotations

from functools import partial

from appliance.acd.callbacks import callback_of
from appliance.acd.errands import Cancelled, Errand
from appliance.clock import Clock
from appliance.dialplan import DialPlan, ToExtension, ToOutside, Unroutable, may_be_called
from appliance.errors import RequestError
from appliance.events import CallbackRequested
from appliance.ids import AgentId, ErrandId, QueueId, agent_queue
from appliance.store.store import Store
from appliance.switchboard import requests as ask
from appliance.switchboard.api.listings import Row, missing
from appliance.switchboard.errands.errands import Errands
from appliance.switchboard.errands.showing import show_errand
from appliance.switchboard.joints.originating import new_contact
from appliance.switchboard.ledger import Ledger
from appliance.switchboard.publication.publish import Publisher


class Callbacks:
    """The API's operations."""

    def __init__(self, *, errands: Errands, ledger: Ledger, publisher: Publisher, clock: Clock) -> None:
        self._errands = errands
        self._ledger = ledger
        self._publisher = publisher
        self._clock = clock

    async def add(self, given: ask.CallbackAdd) -> Row:
        """As `showing.show_errand`. Raises RequestError: who can't be called, or where nobody waits."""
        plan = self._publisher.plan
        destination = callable_number(plan, given.number)
        queue = self._queue(plan, given)
        contact = new_contact()
        asked = CallbackRequested(
            callback=contact,
            number=destination,
            queue=queue,
            agent=None if given.agent is None else AgentId(given.agent),
            initial_delay_s=int(given.delay_s),
            max_attempts=given.attempts,
            retry_delay_s=int(given.retry_s),
            caller_id=plan.queues[queue].caller_id if queue in plan.queues else "",
        )
        errand = callback_of(asked, None, queue, self._clock(), name=given.name)
        self._errands.take_on(errand)
        await self._ledger.written()
        return show_errand(errand)

    async def cancel(self, given: ask.CallbackNamed) -> Row:
        """Nobody is called any more; a call under way is the last one. Raises RequestError."""
        name = ErrandId(given.callback)
        errand = self._errands.tell(name, Cancelled())
        if errand is None:
            raise await self._why_not(name)
        await self._ledger.written()
        return show_errand(errand)

    def _queue(self, plan: DialPlan, given: ask.CallbackAdd) -> QueueId:
        if (given.queue is None) is (given.agent is None):
            raise RequestError("a callback needs a queue or an agent, not both")
        if given.agent is not None:
            agent = AgentId(given.agent)
            if agent not in plan.extensions.values():
                raise missing("agent", agent)
            return agent_queue(agent)
        queue = QueueId(given.queue or "")
        if queue not in plan.queues:
            raise missing("queue", queue)
        return queue

    async def _why_not(self, name: ErrandId) -> RequestError:
        found: list[Errand | None] = []
        await self._ledger.write(partial(_read, name, found))
        errand = found[0] if found else None
        if errand is None:
            return missing("callback", name)
        return RequestError(f"callback {name} is over: {errand.state}", kind="conflict")


def _read(name: ErrandId, found: list[Errand | None], store: Store) -> None:
    found[:] = [store.errands.get(name)]


def callable_number(plan: DialPlan, wanted: str) -> str:
    """The number as it is called. Raises RequestError (`forbidden`) that says why it may not be."""
    destination = may_be_called(plan, wanted)
    match destination:
        case ToOutside(number=number):
            return number
        case ToExtension(extension=extension):
            return str(extension)
        case Unroutable(why=why):
            raise RequestError(why, kind="forbidden")
