"""What a flow needs from its surroundings: queues, flows, prompts, hours, functions, bots, and which are not there.

References that are only known while the flow runs ($.…) are no business of the resource map.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator

import msgspec

from appliance.flow.commands import BUILTIN_PROMPT
from appliance.flow.facts import Library
from appliance.flow.model import Action, Flow
from appliance.flow.placeholders import placeholders


class Resource(enum.StrEnum):
    FLOW = "flow"
    MODULE = "module"
    QUEUE = "queue"
    AGENT = "agent"
    HOURS = "hours"
    PROMPT = "prompt"
    FUNCTION = "function"
    BOT = "bot"


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """`reference` as it stands in action `action`, for a thing of kind `resource`."""

    resource: Resource
    reference: str
    action: str


_HOOKS_WITHOUT_FLOW = frozenset({"DefaultAgentUI", "DisconnectAgentUI"})
_PLACES: tuple[tuple[Resource, tuple[str, ...]], ...] = (
    (Resource.QUEUE, ("QueueId",)),
    (Resource.AGENT, ("AgentId",)),
    (Resource.HOURS, ("HoursOfOperationId",)),
    (Resource.PROMPT, ("PromptId",)),
    (Resource.FLOW, ("ContactFlowId",)),
    (Resource.MODULE, ("FlowModuleId",)),
    (Resource.FUNCTION, ("LambdaFunctionARN",)),
    (Resource.BOT, ("LexV2Bot", "AliasArn")),
    (Resource.BOT, ("LexBot", "Name")),
)


def needs(flow: Flow) -> list[Need]:
    """Every static reference to a resource, in the order of the actions."""
    return [need for action in flow.actions.values() for need in _of(action)]


def missing(flow: Flow, library: Library) -> list[Need]:
    """The needs that `library` can't meet."""
    return [need for need in needs(flow) if not _met(need, library)]


def _of(action: Action) -> Iterator[Need]:
    for resource, path in _PLACES:
        yield from _need(action, resource, action.parameter(*path))
    hooks = action.parameter("EventHooks")
    for hook, reference in hooks.items() if isinstance(hooks, dict) else ():
        if hook not in _HOOKS_WITHOUT_FLOW:
            yield from _need(action, Resource.FLOW, reference)
    messages = action.parameter("Messages")
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, dict):
            yield from _need(action, Resource.PROMPT, message.get("PromptId"))


def _need(action: Action, resource: Resource, reference: object) -> Iterator[Need]:
    if isinstance(reference, str) and reference and not reference.startswith(("$.", "$[")):
        yield Need(resource=resource, reference=reference, action=action.identifier)


def _met(need: Need, library: Library) -> bool:
    if need.resource is Resource.PROMPT:
        if need.reference.startswith(BUILTIN_PROMPT):
            return True
        plain = "/" not in need.reference and not placeholders(need.reference)  # a file the player may have
        return plain or library.prompt(need.reference) != need.reference
    find = {
        Resource.FLOW: library.flow,
        Resource.MODULE: library.module,
        Resource.QUEUE: library.queue,
        Resource.AGENT: library.agent,
        Resource.HOURS: library.calendar,
        Resource.FUNCTION: library.function,
        Resource.BOT: library.bot,
    }[need.resource]
    return find(need.reference) is not None
