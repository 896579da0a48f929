"""A queue's numbers as flows see them (`$.Metrics`, reference/connect/flow-language.md): names without the prefix,
values as text. Pure; what is counted is in `appliance.metrics.current`.
"""

from __future__ import annotations

from collections.abc import Mapping

from appliance.acd.snapshots import AgentSnapshot, QueueSnapshot
from appliance.metrics.current import Scene, flow_counts, scene_of_agent, scene_of_queue


def flow_metrics(queue: QueueSnapshot) -> dict[str, str]:
    """What `$.Metrics` holds for `queue`."""
    values = _agents(scene_of_queue(queue))
    values["Queue.Name"] = str(queue.queue)
    values["Queue.Size"] = str(queue.contacts_in_queue)
    values["Queue.OldestContactAge"] = str(int(queue.oldest_age_s))
    return values


def agent_metrics(agent: AgentSnapshot) -> dict[str, str]:
    """What `$.Metrics` holds for one agent: the counts are 0 or 1."""
    return _agents(scene_of_agent(agent))


def with_position(metrics: Mapping[str, str], position: int) -> dict[str, str]:
    """The queue's `metrics` for a contact at `position` in it (1 is next)."""
    return {**metrics, "Contact.PositionInQueue": str(position)}


def _agents(scene: Scene) -> dict[str, str]:
    return {f"Agents.{name}.Count": str(count) for name, count in flow_counts(scene).items()}
