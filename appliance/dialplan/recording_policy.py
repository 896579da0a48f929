"""Who is recorded: what a flow said, weighed against the policies of queue and agent. Pure."""

from __future__ import annotations

import enum

BOTH_SIDES = frozenset({"Agent", "Customer"})


class RecordingPolicy(enum.StrEnum):
    """Of a queue or an agent. FLOW: as the flow says, nothing where it says nothing."""

    FLOW = "flow"
    ALWAYS = "always"  # both sides where no flow has said otherwise (a customer who refused stays unrecorded)
    NEVER = "never"  # whatever a flow says


def recorded(
    said: frozenset[str] | None, queue: RecordingPolicy = RecordingPolicy.FLOW, agent: RecordingPolicy | None = None
) -> frozenset[str]:
    """Whose voices are recorded. said: by the flow (empty: nobody), None where it said nothing."""
    policies = {queue, agent or RecordingPolicy.FLOW}
    if RecordingPolicy.NEVER in policies:
        return frozenset()
    if said is None:
        return BOTH_SIDES if RecordingPolicy.ALWAYS in policies else frozenset()
    return said
