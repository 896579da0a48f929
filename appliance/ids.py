"""The names of things, so that a type checker keeps a queue from being passed where an agent belongs."""

from __future__ import annotations

from typing import NewType

ContactId = NewType("ContactId", str)  # UUID, minted by the contact process before it answers
LegId = NewType("LegId", str)  # "customer", "agent-1" …: unique within a contact
RecordingId = NewType("RecordingId", str)  # UUID, minted before the first sample
OfferId = NewType("OfferId", str)  # "<contact>/<number>", unique per offer
AgentId = NewType("AgentId", str)  # login name
QueueId = NewType("QueueId", str)  # name of a queue
ProfileId = NewType("ProfileId", str)  # name of a routing profile
FlowId = NewType("FlowId", str)  # name of a flow
Extension = NewType("Extension", str)  # a dialable number inside, digits only
TrunkId = NewType("TrunkId", str)  # name of a trunk
SlotId = NewType("SlotId", int)  # place of a contact process, 0 …
ErrandId = NewType("ErrandId", str)  # a callback or a record of a campaign: the id of its first contact, or UUID

_AGENT_QUEUE = "agent:"  # no name that a person can choose has a colon


def agent_queue(agent: AgentId) -> QueueId:
    """The queue of contacts that wait for this one agent (QueueType AGENT)."""
    return QueueId(f"{_AGENT_QUEUE}{agent}")


def agent_of_queue(queue: QueueId) -> AgentId | None:
    """Whose queue it is; None for one that several agents serve."""
    return AgentId(queue.removeprefix(_AGENT_QUEUE)) if queue.startswith(_AGENT_QUEUE) else None
