"""Click-to-dial: the agent's phone rings, then the number is called. Checks what it can before anybody rings."""

from __future__ import annotations

from appliance.acd.model import Activity
from appliance.acd.snapshots import AgentSnapshot
from appliance.contact.protocol import OriginateContact
from appliance.dialplan import QueuePlan, ToExtension, ToOutside, route
from appliance.errors import RequestError
from appliance.events import InitiationMethod
from appliance.ids import AgentId, QueueId
from appliance.switchboard import requests as ask
from appliance.switchboard.api.listings import Row, missing
from appliance.switchboard.joints.originating import Originating, new_contact
from appliance.switchboard.publication.publish import Publisher
from appliance.switchboard.routing.routing import Routing

_ENGAGED = {
    Activity.RINGING: "is being rung for another contact",
    Activity.ON_CONTACT: "is on a contact",
}


class Dialling:
    """Calls that agents ask for."""

    def __init__(self, *, routing: Routing, originating: Originating, publisher: Publisher) -> None:
        self._routing = routing
        self._originating = originating
        self._publisher = publisher

    async def dial(self, given: ask.ContactDial) -> Row:
        """contact, agent, extension, number (as it is called). Raises RequestError: who or what is wrong, or busy."""
        await self._routing.deciding.wait()
        agent = self._free_agent(AgentId(given.agent))
        number = self._dialable(given.number)
        usual = agent.outbound_queue if number.startswith("+") else None
        queue = self._queue(given.queue or usual)
        contact = await self._originating.originate(
            OriginateContact(
                contact=new_contact(),
                method=InitiationMethod.OUTBOUND,
                agent=agent.agent,
                extension=agent.extension,
                number=number,
                queue=None if queue is None else queue.queue,
                caller_id="" if queue is None else queue.caller_id,
                caller_name="" if queue is None else queue.caller_name,
                outbound_flow=None if queue is None else queue.outbound_flow,
            )
        )
        return {"contact": contact, "agent": agent.agent, "extension": agent.extension, "number": number}

    def _free_agent(self, name: AgentId) -> AgentSnapshot:
        agent = self._routing.acd.agent_snapshot(name)
        if agent is None:
            raise missing("agent", name)
        if (engaged := _ENGAGED.get(agent.activity)) is not None:
            raise RequestError(f"agent {name} {engaged}; try again later", kind="conflict")
        return agent

    def _dialable(self, number: str) -> str:
        destination = route(self._publisher.plan, number, from_trunk=False)
        if isinstance(destination, ToOutside):
            return destination.number
        if isinstance(destination, ToExtension):
            return destination.extension
        raise RequestError(f"{number} can't be called: it is neither an extension nor a number a trunk can reach")

    def _queue(self, name: str | None) -> QueuePlan | None:
        if name is None:
            return None
        found = self._publisher.plan.queues.get(QueueId(name))
        if found is None:
            raise missing("queue", name)
        return found
