"""Turns the older console export (`modules`, `start`, version "1") into a flow document of the present format.

Identifiers stay, so that traces of both can be compared. What can't be carried over is said in `changes`; it never
fails on a document that has modules.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from appliance.flow import legacy_parameters
from appliance.flow.legacy_module import Module
from appliance.flow.legacy_terms import (
    CONDITION_NAMES,
    CONDITIONS,
    ERRORS,
    ERRORS_OF_TYPE,
    FALSE_IS_NO_MATCH,
    NEW_TYPE,
    OPERATORS,
)

NO_SUCCESS = frozenset({"Compare", "CheckHoursOfOperation", "CheckMetricData", "Loop", "DistributeByPercentage"})


def is_legacy(document: Any) -> bool:
    """Whether this is an older export."""
    modules = document.get("modules") if isinstance(document, Mapping) and "Actions" not in document else None
    return isinstance(modules, list) and any(isinstance(block, Mapping) and "branches" in block for block in modules)


def convert(document: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The new document, and what was changed beyond the spelling."""
    changes: list[str] = []
    modules = [Module(raw, changes) for raw in document["modules"] if isinstance(raw, Mapping)]
    actions = [_action(module) for module in modules]
    old = document.get("metadata")
    metadata: dict[str, Any] = {**old} if isinstance(old, Mapping) else {}
    if isinstance(document.get("type"), str):
        metadata["type"] = document["type"]
    metadata["ActionMetadata"] = {module.id: module.metadata() for module in modules}
    start = document.get("start")
    converted = {
        "Version": "2019-10-30",
        "StartAction": start if isinstance(start, str) else "",
        "Metadata": metadata,
        "Actions": actions,
    }
    return converted, [f"older export of {len(modules)} blocks rewritten in the present format", *changes]


def new_type(module: Module) -> str:
    """The present name of a block's type; an unknown one is kept and will be reported by `check`."""
    return NEW_TYPE.get(f"{module.type}/{module.target}") or NEW_TYPE.get(module.type) or module.type


def _action(module: Module) -> dict[str, Any]:
    kind = new_type(module)
    if kind == module.type and module.type not in NEW_TYPE:
        module.changes.append(f"block {module.id!r}: type {module.type!r} has no counterpart and is kept")
    return {
        "Identifier": module.id,
        "Type": kind,
        "Parameters": legacy_parameters.parameters(module, kind),
        "Transitions": _transitions(module, kind),
    }


def _transitions(module: Module, kind: str) -> dict[str, Any]:
    following: str | None = None
    errors: list[dict[str, Any]] = []
    conditions: list[dict[str, Any]] = []
    for branch in module.branches:
        name, target = str(branch.get("condition")), str(branch.get("transition"))
        condition = _condition(kind, name, branch)
        if condition is not None:
            conditions.append({"NextAction": target, "Condition": condition})
        elif name == "Success":
            following = target
        else:
            errors.append({"NextAction": target, "ErrorType": _error(module, kind, name)})
    if kind == "DistributeByPercentage":
        _accumulate(conditions)
    return _joined(kind, following, errors, conditions)


def _joined(kind: str, following: str | None, errors: list[Any], conditions: list[Any]) -> dict[str, Any]:
    """The console's habit: NextAction of a branching action copies its negative branch."""
    if following is None and (kind in NO_SUCCESS or kind in ("GetParticipantInput", "ConnectParticipantWithLexBot")):
        following = _copied(kind, errors, conditions)
    if following is None and not errors and not conditions:
        return {}
    ways = {"Errors": errors, "Conditions": conditions}
    return ways if following is None else {"NextAction": following, **ways}


def _copied(kind: str, errors: list[Any], conditions: list[Any]) -> str | None:
    by_error = {error["ErrorType"]: error["NextAction"] for error in errors}
    by_operand = {choice["Condition"]["Operands"][0]: choice["NextAction"] for choice in conditions}
    if kind == "CheckHoursOfOperation":
        return by_operand.get("False")
    if kind == "Loop":
        return by_operand.get("DoneLooping")
    found: str | None = by_error.get("NoMatchingCondition") or by_error.get("NoMatchingError")
    return found


def _condition(kind: str, name: str, branch: Mapping[str, Any]) -> dict[str, Any] | None:
    if (fixed := CONDITIONS.get((kind, name))) is not None:
        return {"Operator": fixed[0], "Operands": [fixed[1]]}
    if name not in CONDITION_NAMES:
        return None
    operator = OPERATORS.get(str(branch.get("conditionType")), "Equals")
    value = branch.get("conditionValue")
    return {"Operator": operator, "Operands": ["" if value is None else str(value)]}


def _error(module: Module, kind: str, name: str) -> str:
    if kind == FALSE_IS_NO_MATCH and name == "False":
        return "NoMatchingCondition"
    found = ERRORS_OF_TYPE.get((kind, name)) or ERRORS.get(name)
    if found is None:
        module.changes.append(f"block {module.id!r}: branch {name!r} is unknown and became NoMatchingError")
    return found or "NoMatchingError"


def _accumulate(conditions: list[dict[str, Any]]) -> None:
    """The old form carries a percentage a branch, the new one thresholds over 1 … 100."""
    total = 0.0
    for choice in conditions:
        operand = choice["Condition"]["Operands"][0]
        total += float(operand) if operand.replace(".", "", 1).isdecimal() else 0.0
        choice["Condition"] = {"Operator": "NumberLessThan", "Operands": [f"{total + 1:.15g}"]}
