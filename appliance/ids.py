"""The names of things, so that a type checker keeps a queue from being passed where an agent belongs."""

from __future__ import annotations

from typing import NewType

ContactId = NewType("ContactId", str)  # UUID, minted by the contact process before it answers
LegId = NewType("LegId", str)  # "customer", "agent-1" …: unique within a contact
RecordingId = NewType("RecordingId", str)  # UUID, minted before the first sample
OfferId = NewType("OfferId", str)  # "<contact>/<number>", unique per offer
AgentId = NewType("AgentId", str)  # login name
QueueId = NewType("QueueId", str)  # name of a queue
FlowId = NewType("FlowId", str)  # name of a flow
Extension = NewType("Extension", str)  # a dialable number inside, digits only
TrunkId = NewType("TrunkId", str)  # name of a trunk
SlotId = NewType("SlotId", int)  # place of a contact process, 0 …
