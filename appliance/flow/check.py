"""Judges a flow that could be read: does each action make sense where it stands? Finds, suggests, changes nothing.

ERROR: the action can only fail as it is written, and no branch is wired for that: every contact is dropped there.
WARNING: Amazon Connect would refuse it, or a branch is wrong. NOTE: it works, but not as in the cloud.
"""

from __future__ import annotations

import difflib
import enum
from collections.abc import Iterator

import msgspec

from appliance.flow.check_functions import function_findings
from appliance.flow.check_parameters import parameter_findings
from appliance.flow.conditions import OPERATORS
from appliance.flow.model import CATCH_ALL, Action, Condition, Flow
from appliance.flow.references import path_of
from appliance.flow.row import Row
from appliance.flow.ssml import speech_of
from appliance.flow.table import TABLE, UNKNOWN, row_of


class Severity(enum.StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing found. action: its Identifier, "" for the flow as a whole; suggestion "": none."""

    severity: Severity
    action: str
    message: str
    suggestion: str = ""


ERRORS = frozenset(
    f"{CATCH_ALL} NoMatchingCondition InputTimeLimitExceeded InvalidPhoneNumber QueueAtCapacity "
    "InvalidCallbackNumber CallbackNumberNotDialable CallFailed ConnectionTimeLimitExceeded ParticipantNotFound "
    "TimeLimitExceeded ChannelMismatch InFlightRedactionConfigurationFailed ContactNotLinked MultipleFound NoneFound "
    "MultipleFoundError NoneFoundError".split(" ")
)
# Types that look right and are not valid (reference section 3), and what is meant.
MEANT = {
    "PlayPrompt": "MessageParticipant",
    "TransferToQueue": "UpdateContactTargetQueue and TransferContactToQueue",
    "SetVoice": "UpdateContactTextToSpeechVoice",
    "CheckAttribute": "Compare",
    "GetDigits": "GetParticipantInput",
    "ConnectParticipant": "TransferContactToQueue",
    "CheckStaffing": "CheckMetricData",
    "SetCallbackNumber": "UpdateContactCallbackNumber",
    "TransferContactToFlow": "TransferToFlow",
    "Transfer": "TransferContactToQueue or TransferToFlow",
    "Start": "StartAction of the document",
    "UnTagContact": "UntagContact",
    "Disconnect": "DisconnectParticipant",
    "SetAttributes": "UpdateContactAttributes",
    "SetQueue": "UpdateContactTargetQueue",
}
_ENDS_ON_SUCCESS = frozenset({"TransferContactToQueue", "TransferToFlow", "DequeueContactAndTransferToQueue"})
_WITHOUT_NEXT = _ENDS_ON_SUCCESS | {"MessageParticipantIteratively"}
_WHY_ABSENT = {
    "C": "needs a cloud service: it takes its error branch on this box",
    "D": "is for another channel: it takes its error branch on a voice contact",
}


def check(flow: Flow) -> list[Finding]:
    """Everything worth saying about `flow`, in the order of its actions."""
    findings = [finding for action in flow.actions.values() for finding in _action(flow, action)]
    findings += [_finding(action, fault, meant=meant) for action, fault, meant in function_findings(flow)]
    return findings + list(_unreachable(flow))


def suggestion(action_type: str) -> str:
    """The type somebody meant who wrote `action_type`, "" if there is no telling."""
    if action_type in MEANT:
        return MEANT[action_type]
    close = difflib.get_close_matches(action_type, TABLE, n=1, cutoff=0.75)
    return close[0] if close else ""


def reachable(flow: Flow) -> set[str]:
    """Identifiers that some path of branches from the start leads to."""
    seen: set[str] = set()
    waiting = [flow.start]
    while waiting:
        identifier = waiting.pop()
        if identifier not in seen and identifier in flow.actions:
            seen.add(identifier)
            waiting += flow.actions[identifier].targets().values()
    return seen


def _action(flow: Flow, action: Action) -> Iterator[Finding]:
    row = row_of(action.type)
    if row is UNKNOWN:
        meant = suggestion(action.type)
        fallback = "its error branch" if action.errors else "NextAction"
        yield _finding(action, f"{action.type!r} is no action type; it takes {fallback}", Severity.WARNING, meant)
        return
    if row.offline in _WHY_ABSENT:
        yield _finding(action, f"{action.type} {_WHY_ABSENT[row.offline]}", Severity.NOTE)
    if flow.flow_type not in row.types:
        yield _finding(action, f"{action.type} is not meant for flows of type {flow.flow_type.value}")
    for fault, grave, meant in parameter_findings(row, action):
        drops = grave and not row.soft and CATCH_ALL not in action.errors
        yield _finding(action, fault, Severity.ERROR if drops else Severity.WARNING, meant)
    for parameter in row.parameters:
        if parameter.unheeded and action.parameter(*parameter.path.split(".")) is not None:
            yield _finding(action, f"{parameter.path} {parameter.unheeded}", Severity.NOTE)
    for report in _markup(action):
        yield _finding(action, f"SSML: {report}", Severity.NOTE)
    yield from _ways(row, action)


def _markup(action: Action) -> Iterator[str]:
    """What a local voice will not do as it is marked; a whole reference is known only when it plays."""
    listed = action.parameter("Messages")
    entries = listed if isinstance(listed, list) else []
    for source in (action.parameters, *(entry for entry in entries if isinstance(entry, dict))):
        markup = source.get("SSML")
        if isinstance(markup, str) and path_of(markup) is None:
            yield from speech_of(markup, "en-US").reported


def _ways(row: Row, action: Action) -> Iterator[Finding]:
    if row.terminal:
        if action.targets():
            yield _finding(action, f"{action.type} ends the flow; its transitions are never taken")
        return
    blind = str(action.parameter("ContinueFlowExecution")).lower() == "false"
    if action.next is None and not action.choices and row.type not in _WITHOUT_NEXT and not blind:
        yield _finding(action, f"{action.type} has no NextAction; the flow is dropped there")
    for error in action.errors:
        if error not in ERRORS:
            close = difflib.get_close_matches(error, ERRORS, n=1)
            yield _finding(action, f"{error!r} is no error type", meant=close[0] if close else CATCH_ALL)
        elif row.errors and error not in row.errors and error != CATCH_ALL:
            yield _finding(action, f"{action.type} never leaves by {error}")
    yield from _missing_errors(row, action)
    for choice in action.choices:
        yield from _condition(row, action, choice.condition)


def _missing_errors(row: Row, action: Action) -> Iterator[Finding]:
    """What the service insists on; the rest of the errors may fall to the catch-all."""
    for error in sorted(row.needs - set(action.errors)):
        yield _finding(action, f"{action.type} has no branch for {error}")
    if row.type == "GetParticipantInput" and str(action.parameter("StoreInput")).lower() != "true":
        for error in ("InputTimeLimitExceeded", "NoMatchingCondition"):
            if error not in action.errors:
                yield _finding(action, f"a menu has no branch for {error}")


def _condition(row: Row, action: Action, condition: Condition) -> Iterator[Finding]:
    if condition.operator not in OPERATORS:
        close = difflib.get_close_matches(condition.operator, OPERATORS, n=1)
        yield _finding(action, f"{condition.operator!r} is no operator", meant=close[0] if close else "")
    if not row.branching:
        yield _finding(action, f"{action.type} has no conditions; the branch {condition.label!r} is never taken")
    elif row.operands and condition.label not in row.operands:
        wanted = ", ".join(sorted(row.operands))
        yield _finding(action, f"{action.type} never results in {condition.label!r}", meant=wanted)


def _unreachable(flow: Flow) -> Iterator[Finding]:
    found = reachable(flow)
    for action in flow.actions.values():
        if action.identifier not in found:
            yield _finding(action, f"no branch leads to this {action.type}")


def _finding(action: Action, message: str, severity: Severity = Severity.WARNING, meant: str = "") -> Finding:
    return Finding(severity=severity, action=action.identifier, message=message, suggestion=meant)
