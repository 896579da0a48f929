"""Made-up contacts for the walk: facts, surroundings and answers under which an action takes each of its branches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from appliance.flow.conditions import number
from appliance.flow.events import (
    DigitPressed,
    FlowEvent,
    FunctionFailed,
    FunctionReturned,
    InputEncrypted,
    MetricsFailed,
    MetricsMeasured,
    NumberDrawn,
    PromptEnded,
    PromptFailed,
    QueueEntered,
    QueueFailed,
    RequestDone,
    RequestFailed,
    ThirdPartyEnded,
    TimerExpired,
)
from appliance.flow.facts import BotMenu, ContactFacts, Library, QueueFacts
from appliance.flow.hours_model import Hours, Opening
from appliance.flow.model import Action, Condition, Flow, FlowType
from appliance.flow.references import path_of
from appliance.ids import AgentId, FlowId, QueueId

WHOLE_WEEK = Hours(openings=tuple(Opening(weekday=day, start_min=0, end_min=0) for day in range(7)))
NEVER = Hours()
_QUEUE = QueueFacts(queue=QueueId("queue"), hours="hours")
_FACTS = ContactFacts(
    contact_id="walk",
    customer_endpoint="+12065550100",
    system_endpoint="+12065550199",
    queue=QueueId("queue"),
    queue_name="queue",
    region="US",
)
_ENDED = PromptEnded()
MOST_MESSAGES = 30  # a loop of messages fails when each of them did
_EXPIRED = TimerExpired()


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One made-up visit to an action. TimerExpired is sent at the deadline, everything else at once."""

    facts: ContactFacts
    library: Library
    events: tuple[FlowEvent, ...] = ()
    now: float = 1_800_000_000.0


class Anything(Mapping[str, Any]):
    """A library shelf that holds the same thing under every name."""

    def __init__(self, thing: Any) -> None:
        self._thing = thing

    def __getitem__(self, _key: str) -> Any:
        return self._thing

    def __contains__(self, _key: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def attempts(flow: Flow, action: Action) -> Iterator[Attempt]:
    """Everything worth trying on `action`, likely branches first."""
    values = list(_values(action))
    for library in _libraries(flow, action):
        for facts in _facts(action, values):
            for events in _events(action, values):
                yield Attempt(facts=facts, library=library, events=tuple(events))


def _libraries(flow: Flow, action: Action) -> Iterator[Library]:
    """A box that has everything, one that is closed, one that has nothing."""
    full = Library(
        flows=Anything(_ended(flow, FlowType.CONTACT_FLOW)),
        modules=Anything(_ended(flow, FlowType.MODULE)),
        queues=Anything(_QUEUE),
        hours=Anything(WHOLE_WEEK),
        agents=Anything(AgentId("agent")),
        functions=Anything("function"),
        bots=Anything(
            BotMenu(intents={key: value for key, value in zip("1234567890", _intents(action), strict=False)})
        ),
        media_streaming=True,
    )
    yield full
    if action.type == "CheckHoursOfOperation":
        yield msgspec.structs.replace(full, hours=Anything(NEVER))
    yield Library()


def _ended(flow: Flow, flow_type: FlowType) -> Flow:
    """Another flow or module that is over as soon as it begins."""
    kind = "EndFlowModuleExecution" if flow_type is FlowType.MODULE else "EndFlowExecution"
    end = Action(identifier="walk-end", type=kind)
    return Flow(
        name=FlowId("walk-other"), flow_type=flow_type, sha256=flow.sha256, start="walk-end", actions={"walk-end": end}
    )


def _intents(action: Action) -> list[str]:
    return [choice.condition.label for choice in action.choices] + ["walk-unknown-intent"]


def _values(action: Action) -> Iterator[str]:
    """Values that meet, or just miss, each condition; one that meets none."""
    for choice in action.choices:
        yield from _near(choice.condition)
    yield "walk-matches-nothing"
    yield ""


def _near(condition: Condition) -> Iterator[str]:
    for operand in condition.operands:
        if isinstance(operand, Condition):
            yield from _near(operand)
            continue
        figure = number(operand)
        if figure is not None and condition.operator.startswith("Num"):
            yield from (f"{figure + offset:.15g}" for offset in (-1, 0, 1))
        yield operand
        if condition.operator.startswith("Text"):
            yield f"{operand} x" if condition.operator != "TextEndsWith" else f"x {operand}"


def _facts(action: Action, values: Sequence[str]) -> Iterator[ContactFacts]:
    """Facts in which every reference of the action has a value; Compare gets each of `values`."""
    if action.type == "Compare":
        path = path_of(str(action.parameter("ComparisonValue")))
        for value in values if path is not None else ():
            yield msgspec.structs.replace(_FACTS, overrides={".".join(path or ()): value})
        yield _FACTS
        return
    full = msgspec.structs.replace(_FACTS, overrides=dict.fromkeys(_references(action.parameters), "walk-value"))
    if action.type == "Loop":
        counted = {path: "1" for path in full.overrides}
        full = msgspec.structs.replace(full, overrides=counted)
    yield full
    yield from _special_facts(action, full)
    yield ContactFacts(chain_length=12)


def _special_facts(action: Action, full: ContactFacts) -> Iterator[ContactFacts]:
    if action.type == "Loop":
        yield msgspec.structs.replace(full, loops=Anything(100))
    if action.type in ("UpdateContactTextToSpeechVoice", "UpdatePreviousContactParticipantState"):
        for value in ("Joanna", "OffHold"):
            yield msgspec.structs.replace(full, overrides=dict.fromkeys(full.overrides, value))
    if action.type == "UpdateContactCallbackNumber":
        for value in ("+12065550100", "+1206", "+19995550100", "nothing"):
            yield msgspec.structs.replace(full, overrides=dict.fromkeys(full.overrides, value))
    if action.type in ("UpdateContactAttributes", "UpdateFlowAttributes"):
        yield msgspec.structs.replace(full, attributes={"walk": "x" * 33_000})
        yield msgspec.structs.replace(full, overrides=dict.fromkeys(full.overrides, "x" * 33_000))
    if action.type == "TagContact":
        yield msgspec.structs.replace(full, tags={f"walk-{number}": "x" for number in range(7)})


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _references(part)
    elif isinstance(value, list):
        for part in value:
            yield from _references(part)
    elif isinstance(value, str) and (path := path_of(value)) is not None:
        yield ".".join(path)


def _events(action: Action, values: Sequence[str]) -> Iterator[list[FlowEvent]]:
    """Answers of the world; those an action does not wait for change nothing."""
    yield [_ENDED]
    if action.type in ("GetParticipantInput", "ConnectParticipantWithLexBot"):
        yield from _typed(values)
    yield from _ANSWERS.get(action.type, ())
    if action.type == "CheckMetricData":
        for value in values:
            yield [MetricsMeasured(values=_all_metrics(value))]
    if action.type == "DistributeByPercentage":
        for drawn in range(1, 101):
            yield [NumberDrawn(number=drawn)]
    yield [PromptFailed(reason="walk")] * MOST_MESSAGES
    yield [_EXPIRED] * 3
    yield [_ENDED, _EXPIRED, _ENDED, _EXPIRED]


def _typed(values: Sequence[str]) -> Iterator[list[FlowEvent]]:
    for keys in (*values, *"1234567890*#", "12345678901234567890", "2065550100#", "12065550100#"):
        pressed: list[FlowEvent] = [DigitPressed(digit=key) for key in keys if key in "0123456789*#"]
        if pressed:
            yield [_ENDED, *pressed, InputEncrypted(ciphertext="walk")]
            yield [_ENDED, *pressed, _EXPIRED, RequestFailed(error="NoMatchingError")]


def _all_metrics(value: str) -> dict[str, str]:
    """The same figure for every metric, and the age in seconds for conditions in milliseconds."""
    counts = {f"Agents.{name}.Count": value for name in ("Available", "Staffed", "Online")}
    figure = number(value)
    age = f"{figure / 1000:.15g}" if figure is not None else value
    return {**counts, "Queue.Size": value, "Queue.OldestContactAge": age}


_QUEUED: list[list[FlowEvent]] = [
    [QueueEntered(queue=QueueId("queue"))],
    [QueueFailed(error="QueueAtCapacity")],
    [QueueFailed(error="NoMatchingError")],
]
_REQUESTED: list[list[FlowEvent]] = [[RequestDone()], [RequestFailed(error="NoMatchingError")]]
_ANSWERS: dict[str, list[list[FlowEvent]]] = {
    "TransferContactToQueue": _QUEUED,
    "DequeueContactAndTransferToQueue": _QUEUED,
    "CreateCallbackContact": _REQUESTED,
    "CompleteOutboundCall": _REQUESTED,
    "InvokeLambdaFunction": [[FunctionReturned(result={"walk": "1"})], [FunctionFailed(reason="walk")]],
    "GetMetricData": [[MetricsMeasured(values=_all_metrics("1"))], [MetricsFailed(reason="walk")]],
    "CheckMetricData": [[MetricsFailed(reason="walk")]],
    "TransferParticipantToThirdParty": [
        [ThirdPartyEnded(outcome=outcome)]
        for outcome in ("Completed", "CallFailed", "ConnectionTimeLimitExceeded", "NoMatchingError")
    ],
}
