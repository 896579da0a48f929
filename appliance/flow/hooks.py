"""Which flow runs at an event of the contact: the one a flow has hooked, else the box's own, else none."""

from __future__ import annotations

from appliance.flow.facts import ContactFacts, Library
from appliance.flow.model import Flow

# Event hook → name of the flow that runs where nothing was hooked. CustomerRemaining (the disconnect flow) and the
# agent screens have none: they happen only where a flow asks for them.
END = "EndFlowExecution"
DEFAULTS = {
    "CustomerQueue": "customer_queue",
    "CustomerHold": "customer_hold",
    "AgentHold": "agent_hold",
    "CustomerWhisper": "customer_whisper",
    "AgentWhisper": "agent_whisper",
    "OutboundWhisper": "outbound_whisper",
    "AgentTransfer": "agent_transfer",
    "QueueTransfer": "queue_transfer",
}


def flow_for(hook: str, facts: ContactFacts, library: Library) -> Flow | None:
    """The flow to run; None where a flow switched the event off, or nothing is there for it.

    A hooked flow that is gone by now falls back to the box's own: silence would be worse.
    """
    hooked = facts.hooks.get(hook, "")
    if hooked is None:
        return None
    found = library.flow(hooked) if hooked else None
    return found or library.flow(DEFAULTS.get(hook, ""))


def is_empty(flow: Flow) -> bool:
    """Whether it ends at once: then there is nothing to wait for and nothing to write down."""
    return flow.actions[flow.start].type == END
