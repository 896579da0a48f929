"""Small flows for tests, as documents: prompts are tones with known frequencies, so that an ear can tell them apart."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]

WELCOME, MENU, WAITING, FULL = "welcome", "menu", "waiting", "full"
TONES_HZ = {WELCOME: 600.0, MENU: 850.0, WAITING: 300.0, FULL: 1200.0}
TONE_S = {WELCOME: 0.3, MENU: 1.0, WAITING: 2.0, FULL: 0.5}


def action(
    identifier: str,
    kind: str,
    parameters: dict[str, Any],
    next_action: str | None = None,
    *,
    errors: dict[str, str] | None = None,
    equals: dict[str, str] | None = None,
) -> Document:
    """One action; `errors`: error type → next, `equals`: operand → next."""
    transitions: dict[str, Any] = {} if next_action is None else {"NextAction": next_action}
    if next_action is not None or errors or equals:
        transitions["Errors"] = [{"ErrorType": kind, "NextAction": to} for kind, to in (errors or {}).items()]
        transitions["Conditions"] = [
            {"NextAction": to, "Condition": {"Operator": "Equals", "Operands": [operand]}}
            for operand, to in (equals or {}).items()
        ]
    return {"Identifier": identifier, "Type": kind, "Parameters": parameters, "Transitions": transitions}


def flow(name: str, kind: str, start: str, *actions: Document) -> Document:
    """The document of a flow; `kind`: contactFlow or customerQueue."""
    return {
        "Version": "2019-10-30",
        "StartAction": start,
        "Metadata": {"name": name, "type": kind},
        "Actions": list(actions),
    }


def _record(next_action: str) -> Document:
    behaviour = {"RecordedParticipants": ["Agent", "Customer"], "IVRRecordingBehavior": "Disabled"}
    return action("record", "UpdateContactRecordingBehavior", {"RecordingBehavior": behaviour}, next_action)


def _into_queue(queue: str) -> tuple[Document, ...]:
    return (
        action(
            "choose", "UpdateContactTargetQueue", {"QueueId": queue}, "enter", errors={"NoMatchingError": "goodbye"}
        ),
        action(
            "enter",
            "TransferContactToQueue",
            {},
            "goodbye",
            errors={"QueueAtCapacity": "full", "NoMatchingError": "goodbye"},
        ),
        action("full", "MessageParticipant", {"PromptId": FULL}, "goodbye", errors={"NoMatchingError": "goodbye"}),
        action("goodbye", "DisconnectParticipant", {}),
    )


def straight(queue: str, *, recorded: bool = True) -> Document:
    """A short prompt, then the queue."""
    welcome = action(
        "greet", "MessageParticipant", {"PromptId": WELCOME}, "choose", errors={"NoMatchingError": "choose"}
    )
    first = (_record("greet"),) if recorded else ()
    return flow("straight", "contactFlow", "record" if recorded else "greet", *first, welcome, *_into_queue(queue))


def menu(queue: str, *, limit_s: int = 5) -> Document:
    """A prompt that asks for a key: 1 leads into the queue, anything else or nothing asks again."""
    ask = action(
        "ask",
        "GetParticipantInput",
        {"PromptId": MENU, "StoreInput": "False", "InputTimeLimitSeconds": str(limit_s)},
        "ask",
        errors={"InputTimeLimitExceeded": "ask", "NoMatchingCondition": "ask", "NoMatchingError": "goodbye"},
        equals={"1": "choose"},
    )
    return flow("menu", "contactFlow", "record", _record("ask"), ask, *_into_queue(queue))


def waiting() -> Document:
    """The queue flow: one tone after the other."""
    wait = action(
        "wait",
        "MessageParticipantIteratively",
        {"Messages": [{"PromptId": WAITING}]},
        errors={"NoMatchingError": "end"},
    )
    return flow("waiting", "customerQueue", "wait", wait, action("end", "EndFlowExecution", {}))
