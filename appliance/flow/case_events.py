"""What a test case can observe of a simulated flow, and whether an observed thing is the expected one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from appliance.flow import commands as c
from appliance.flow.facts import Library

SIMILAR = 0.6  # share of the expected words that must be heard
_TAG = re.compile(r"<[^>]*>")
_WORD = re.compile(r"\w+")


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One event of the running flow, in the Testing language's terms."""

    type: str
    message: c.Message | None = None
    action_type: str = ""
    parameters: Mapping[str, Any] = msgspec.field(default_factory=dict)


def seen_in(command: c.FlowCommand, library: Library) -> Iterator[Seen]:
    """The events in one command. Actions that wait are seen when they begin, the others as they are left."""
    if isinstance(command, c.Play):
        for message in command.messages:
            yield Seen(type="MessageReceived", message=message)
    elif isinstance(command, c.InvokeFunction):
        yield _started("InvokeLambdaFunction", LambdaFunctionARN=command.function)
    elif isinstance(command, c.EnterQueue):
        queue = library.queue(command.queue) if command.queue is not None else None
        yield _started("TransferContactToQueue", QueueId=str(command.queue), QueueArn=queue.arn if queue else "")
    elif isinstance(command, c.Trace) and command.action_type not in ("InvokeLambdaFunction", "TransferContactToQueue"):
        yield Seen(type="FlowActionStarted", action_type=command.action_type, parameters=command.parameters)


def _started(action_type: str, **parameters: str) -> Seen:
    return Seen(type="FlowActionStarted", action_type=action_type, parameters=parameters)


def matches(expected: Mapping[str, Any], seen: Seen, library: Library) -> bool:
    """Whether `seen` is the `expected` Event of an observation."""
    if expected.get("Type") != seen.type:
        return False
    properties = expected.get("Properties")
    wanted = properties if isinstance(properties, Mapping) else {}
    if seen.type == "MessageReceived":
        return seen.message is not None and _same_message(wanted, seen.message, library)
    if seen.type == "FlowActionStarted":
        return _same_action(wanted, seen, library)
    return True


def _same_action(wanted: Mapping[str, Any], seen: Seen, library: Library) -> bool:
    if str(wanted.get("ActionType", "")).strip() != seen.action_type:
        return False
    parameters = wanted.get("ActionParameters")
    if not isinstance(parameters, Mapping):
        return True
    actual = {_local(str(value), library) for value in seen.parameters.values() if value}
    return all(_local(str(value), library) in actual for value in parameters.values() if value)


def _local(reference: str, library: Library) -> str:
    """The local name of a resource, however it is written."""
    for key in (reference, reference.rpartition("/")[2]):
        if key in library.names:
            return library.names[key]
    return reference.rpartition("/")[2]


def _same_message(wanted: Mapping[str, Any], heard: c.Message, library: Library) -> bool:
    if wanted.get("PromptId"):
        return heard.prompt is not None and _local(str(wanted["PromptId"]), library) == _local(heard.prompt, library)
    if isinstance(wanted.get("Media"), Mapping):
        return heard.uri == str(wanted["Media"].get("Uri"))
    text = wanted.get("Text") or wanted.get("SSML")
    if text is None:
        return True
    criteria = wanted.get("MatchingCriteria")
    kind = criteria.get("Type") if isinstance(criteria, Mapping) else criteria
    return _same_words(_plain(str(text)), _plain(heard.text or heard.ssml or ""), similar=kind == "Similarity")


def _same_words(wanted: str, heard: str, *, similar: bool) -> bool:
    """Inclusion is literal but for case and blanks. Similarity is semantic in the service; here it is shared words."""
    if wanted.casefold() in heard.casefold():
        return True
    words = set(_WORD.findall(wanted.casefold()))
    shared = words & set(_WORD.findall(heard.casefold()))
    return similar and bool(words) and len(shared) / len(words) >= SIMILAR


def _plain(text: str) -> str:
    return " ".join(_TAG.sub(" ", text).split())
