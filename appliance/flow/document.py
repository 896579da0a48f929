"""Reads a flow document (Amazon Connect Flow language, Version "2019-10-30") and finds every fault of its structure.

Whether the actions make sense is asked of `check`; other shapes of file are unwrapped by `importer`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from appliance.errors import FlowError
from appliance.flow.model import EXPORT_TYPES, Action, Choice, Condition, Flow, FlowType
from appliance.ids import FlowId

if TYPE_CHECKING:
    from appliance.flow.check import Finding

VERSION = "2019-10-30"
MOST_ACTIONS = 250
LONGEST_IDENTIFIER = 50
DEEPEST_CONDITION = 5
MOST_CONDITIONS = 50
_FORBIDDEN = re.compile(r"[%:(\\/)=$,;\[\]{}]")
_RESERVED = frozenset(
    {
        "__proto__",
        "constructor",
        "__defineGetter__",
        "__defineSetter__",
        "toString",
        "hasOwnProperty",
        "isPrototypeOf",
        "propertyIsEnumerable",
        "toLocaleString",
        "valueOf",
    }
)


def read_json(document: str | bytes) -> Any:
    """The JSON value of a text. Raises FlowError."""
    try:
        return msgspec.json.decode(document)
    except (ValueError, RecursionError) as error:
        raise FlowError("this is no JSON document", [str(error)]) from error


def canonical(document: Any) -> bytes:
    """The one spelling of a document that is hashed and stored: sorted keys, no blanks, UTF-8. Raises FlowError."""
    try:
        return msgspec.json.encode(document, order="sorted")
    except (TypeError, ValueError, RecursionError) as error:
        raise FlowError("this can't be written as JSON", [str(error)]) from error


def parse(document: str | bytes | dict[str, Any], *, name: FlowId, flow_type: FlowType | None = None) -> Flow:
    """The flow of a document. flow_type: where the caller knows it; else from Metadata.type or the actions.

    Raises FlowError with every problem of the structure, each naming the action's Identifier.
    """
    content = canonical(read_json(document) if isinstance(document, str | bytes) else document)
    parsed = read_json(content)
    if not isinstance(parsed, dict):
        raise FlowError(f"flow {name} is no flow document", ["it must be a JSON object with StartAction and Actions"])
    reader = _Reader()
    actions = reader.actions(parsed)
    start = reader.start(parsed, actions)
    reader.links(actions)
    if reader.problems:
        raise FlowError(f"flow {name} can't be used", reader.problems)
    settings = parsed.get("Settings")
    return Flow(
        name=name,
        flow_type=flow_type or type_of(parsed, actions),
        sha256=hashlib.sha256(content).hexdigest(),
        start=start,
        actions=actions,
        settings=settings if isinstance(settings, dict) else {},
    )


def type_of(document: Mapping[str, Any], actions: Mapping[str, Action]) -> FlowType:
    """The flow type a document names, or the one its actions betray, or CONTACT_FLOW."""
    metadata = document.get("Metadata")
    named = metadata.get("type") if isinstance(metadata, Mapping) else None
    if isinstance(named, str) and (found := EXPORT_TYPES.get(named) or _by_value(named)) is not None:
        return found
    types = {action.type for action in actions.values()}
    if "EndFlowModuleExecution" in types:
        return FlowType.MODULE
    return FlowType.CUSTOMER_QUEUE if "MessageParticipantIteratively" in types else FlowType.CONTACT_FLOW


def _by_value(named: str) -> FlowType | None:
    return FlowType(named) if named in FlowType.__members__ else None


def bad_identifier(identifier: str) -> str | None:
    """Why an Identifier is against the rules of the format, None if it is not."""
    if len(identifier) > LONGEST_IDENTIFIER:
        return f"an Identifier has at most {LONGEST_IDENTIFIER} characters"
    if (bad := _FORBIDDEN.search(identifier)) is not None:
        return f"an Identifier can't hold {bad.group()!r}"
    return "this Identifier is reserved; choose another" if identifier in _RESERVED else None


class _Reader:
    """Collects problems while it reads, so that one look at a document shows all of them."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def actions(self, document: Mapping[str, Any]) -> dict[str, Action]:
        if document.get("Version") != VERSION:
            self.problems.append(f"Version is {document.get('Version')!r}; it must be {VERSION!r}")
        listed = document.get("Actions")
        if not isinstance(listed, list) or not listed:
            self.problems.append("Actions is missing or empty; a flow needs at least one action")
            return {}
        if len(listed) > MOST_ACTIONS:
            self.problems.append(f"there are {len(listed)} actions; at most {MOST_ACTIONS} are allowed")
        found: dict[str, Action] = {}
        for position, raw in enumerate(listed):
            action = self._action(raw, position)
            if action is not None and action.identifier in found:
                self.problems.append(f"action {action.identifier!r} occurs twice; identifiers must be unique")
            if action is not None:
                found.setdefault(action.identifier, action)
        return found

    def start(self, document: Mapping[str, Any], actions: Mapping[str, Action]) -> str:
        start = document.get("StartAction")
        if not isinstance(start, str) or not start:
            self.problems.append("StartAction is missing; it names the first action")
            return ""
        if actions and start not in actions:
            self.problems.append(f"StartAction {start!r} is no action of this flow")
        return start

    def links(self, actions: Mapping[str, Action]) -> None:
        for action in actions.values():
            for way, target in action.targets().items():
                if target not in actions:
                    self.problems.append(f"action {action.identifier!r}: {way} leads to {target!r}, which is missing")

    def _action(self, raw: Any, position: int) -> Action | None:
        if not isinstance(raw, dict):
            self.problems.append(f"action number {position + 1} is no object")
            return None
        identifier = raw.get("Identifier")
        if not isinstance(identifier, str) or not identifier:
            self.problems.append(f"action number {position + 1} ({raw.get('Type')!r}) has no Identifier")
            return None
        if (why := bad_identifier(identifier)) is not None:
            self.problems.append(f"action {identifier!r}: {why}")
        where = f"action {identifier!r}"
        if not isinstance(raw.get("Type"), str) or not raw["Type"]:
            self.problems.append(f"{where} has no Type")
        ways = self._object(raw, "Transitions", where)
        return Action(
            identifier=identifier,
            type=str(raw.get("Type")),
            parameters=self._object(raw, "Parameters", where),
            next=self._text(ways, "NextAction", where),
            errors=self._errors(ways, where),
            choices=self._choices(ways, where),
        )

    def _object(self, raw: Mapping[str, Any], key: str, where: str) -> dict[str, Any]:
        found = raw.get(key)
        if found is not None and not isinstance(found, dict):
            self.problems.append(f"{where}: {key} must be an object, not {found!r:.60}")
        return found if isinstance(found, dict) else {}

    def _list(self, raw: Mapping[str, Any], key: str, where: str) -> list[Any]:
        found = raw.get(key)
        if found is not None and not isinstance(found, list):
            self.problems.append(f"{where}: {key} must be a list, not {found!r:.60}")
        return found if isinstance(found, list) else []

    def _text(self, raw: Mapping[str, Any], key: str, where: str) -> str | None:
        found = raw.get(key)
        if found is not None and not isinstance(found, str):
            self.problems.append(f"{where}: {key} must be a text, not {found!r:.60}")
        return found if isinstance(found, str) and found else None

    def _errors(self, ways: Mapping[str, Any], where: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for entry in self._list(ways, "Errors", where):
            kind = entry.get("ErrorType") if isinstance(entry, dict) else None
            target = entry.get("NextAction") if isinstance(entry, dict) else None
            if isinstance(kind, str) and isinstance(target, str):
                found.setdefault(kind, target)
            else:
                self.problems.append(f"{where}: an entry of Errors needs ErrorType and NextAction, not {entry!r:.60}")
        return found

    def _choices(self, ways: Mapping[str, Any], where: str) -> tuple[Choice, ...]:
        found: list[Choice] = []
        for entry in self._list(ways, "Conditions", where):
            target = entry.get("NextAction") if isinstance(entry, dict) else None
            condition = self._condition(entry.get("Condition"), 1) if isinstance(entry, dict) else None
            if condition is None or not isinstance(target, str):
                self.problems.append(
                    f"{where}: an entry of Conditions needs NextAction and Condition with Operator and Operands, "
                    f"not {entry!r:.60}"
                )
            else:
                found.append(Choice(condition=condition, target=target))
        return tuple(found)

    def _condition(self, raw: Any, depth: int) -> Condition | None:
        """None where it is malformed, or nested too deep or too wide."""
        if not isinstance(raw, dict) or not isinstance(raw.get("Operator"), str) or depth > DEEPEST_CONDITION:
            return None
        listed = raw.get("Operands")
        found = [self._operand(operand, depth) for operand in listed] if isinstance(listed, list) else []
        operands = tuple(part for part in found if part is not None)
        if not isinstance(listed, list) or len(operands) < len(found):
            return None
        condition = Condition(operator=raw["Operator"], operands=operands)
        return condition if _size(condition) <= MOST_CONDITIONS + 1 else None

    def _operand(self, raw: Any, depth: int) -> str | Condition | None:
        if isinstance(raw, dict):
            return self._condition(raw, depth + 1)
        if isinstance(raw, bool):
            return str(raw)
        return str(raw) if isinstance(raw, str | int | float) else None


def _size(condition: Condition) -> int:
    return 1 + sum(_size(operand) for operand in condition.operands if isinstance(operand, Condition))


def check(flow: Flow) -> list[Finding]:
    """Everything worth saying about `flow` (see `check.check`, which is loaded only when asked)."""
    from appliance.flow import check as judge

    return judge.check(flow)
