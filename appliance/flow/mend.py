"""Makes a document of the present format structurally sound, and says every change. Import only: an installed flow
is never touched."""

from __future__ import annotations

from typing import Any

from appliance.flow.document import LONGEST_IDENTIFIER, VERSION, bad_identifier

_END = "import-end"


def mend(document: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """A copy that `document.parse` takes, if there is any action at all, and the changes made."""
    changes: list[str] = []
    raw = document.get("Actions")
    actions = _actions(raw if isinstance(raw, list) else [], changes)
    renamed = _rename(actions, changes)
    known = {action["Identifier"] for action in actions}
    fixed = {**document, "Version": VERSION, "Actions": actions}
    if document.get("Version") != VERSION:
        changes.append(f"Version {document.get('Version')!r} became {VERSION!r}")
    fixed["StartAction"] = _start(document.get("StartAction"), renamed, actions, changes)
    dangling = [target for action in actions for target in _targets(action) if target not in known]
    if dangling:
        actions.append({"Identifier": _END, "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}})
        for action in actions:
            _reconnect(action, known, changes)
    return fixed, changes


def _actions(raw: list[Any], changes: list[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    seen: set[str] = set()
    for number, entry in enumerate(raw, 1):
        if not isinstance(entry, dict):
            changes.append(f"action number {number} is no object and was dropped")
            continue
        identifier = entry.get("Identifier")
        if not isinstance(identifier, str) or not identifier:
            identifier = f"action-{number}"
            changes.append(f"action number {number} had no Identifier and is called {identifier!r}")
        if identifier in seen:
            changes.append(f"action {identifier!r} occurs twice; the second was dropped")
            continue
        seen.add(identifier)
        found.append(_sound(entry, identifier, changes))
    return found


def _sound(entry: dict[str, Any], identifier: str, changes: list[str]) -> dict[str, Any]:
    where = f"action {identifier!r}"
    ways = entry.get("Transitions")
    if not isinstance(entry.get("Type"), str):
        changes.append(f"{where} had no Type")
    parameters = entry.get("Parameters")
    if parameters is not None and not isinstance(parameters, dict):
        changes.append(f"{where}: Parameters was no object and was dropped")
    return {
        **entry,
        "Identifier": identifier,
        "Type": str(entry.get("Type") or "Unknown"),
        "Parameters": parameters if isinstance(parameters, dict) else {},
        "Transitions": _ways(ways if isinstance(ways, dict) else {}, where, changes),
    }


def _ways(ways: dict[str, Any], where: str, changes: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if isinstance(ways.get("NextAction"), str) and ways["NextAction"]:
        found["NextAction"] = ways["NextAction"]
    for key, sound in (("Errors", _sound_error), ("Conditions", _sound_condition)):
        listed = ways.get(key)
        entries = [fixed for entry in listed if (fixed := sound(entry))] if isinstance(listed, list) else []
        lost = (len(listed) if isinstance(listed, list) else 0) - len(entries)
        if lost:
            changes.append(f"{where}: {lost} malformed entries of {key} were dropped")
        if isinstance(listed, list):
            found[key] = entries
    return found


def _sound_error(entry: Any) -> Any:
    whole = isinstance(entry, dict) and isinstance(entry.get("ErrorType"), str)
    return entry if whole and isinstance(entry.get("NextAction"), str) else None


def _sound_condition(entry: Any) -> Any:
    """Operands that are no list, or numbers, are taken as what they mean."""
    condition = entry.get("Condition") if isinstance(entry, dict) else None
    if not isinstance(condition, dict) or not isinstance(entry.get("NextAction"), str):
        return None
    operands = condition.get("Operands")
    listed = operands if isinstance(operands, list) else [operands]
    texts = [str(part) for part in listed if isinstance(part, str | int | float)]
    nested = [part for part in listed if isinstance(part, dict)]
    if not isinstance(condition.get("Operator"), str) or not (texts or nested):
        return None
    return {**entry, "Condition": {**condition, "Operands": nested or texts}}


def _rename(actions: list[dict[str, Any]], changes: list[str]) -> dict[str, str]:
    """Identifiers that the format forbids get a number; every branch follows."""
    renamed: dict[str, str] = {}
    for number, action in enumerate(actions, 1):
        old = action["Identifier"]
        if (why := bad_identifier(old)) is not None:
            renamed[old] = f"action-{number}-{''.join(char for char in old if char.isalnum())}"[:LONGEST_IDENTIFIER]
            changes.append(f"action {old!r} was renamed to {renamed[old]!r}: {why}")
    for action in actions if renamed else []:
        action["Identifier"] = renamed.get(action["Identifier"], action["Identifier"])
        for way in _links(action):
            way["NextAction"] = renamed.get(way["NextAction"], way["NextAction"])
    return renamed


def _links(action: dict[str, Any]) -> list[dict[str, Any]]:
    """Every object of an action that holds a NextAction."""
    ways = action["Transitions"]
    own = [ways] if "NextAction" in ways else []
    return [*own, *ways.get("Errors", []), *ways.get("Conditions", [])]


def _targets(action: dict[str, Any]) -> list[str]:
    return [way["NextAction"] for way in _links(action)]


def _start(wanted: object, renamed: dict[str, str], actions: list[dict[str, Any]], changes: list[str]) -> str:
    """A flow that can't begin begins with the action nobody leads to."""
    start = renamed.get(wanted, wanted) if isinstance(wanted, str) else ""
    known = [str(action["Identifier"]) for action in actions]
    if start in known or not known:
        return start
    led_to = {target for action in actions for target in _targets(action)}
    chosen = next((identifier for identifier in known if identifier not in led_to), known[0])
    changes.append(f"StartAction {start!r} is missing; the flow begins with {chosen!r}")
    return chosen


def _reconnect(action: dict[str, Any], known: set[str], changes: list[str]) -> None:
    for way in _links(action):
        if way["NextAction"] not in known and way["NextAction"] != _END:
            changes.append(
                f"action {action['Identifier']!r} led to {way['NextAction']!r}, which is missing; it ends there"
            )
            way["NextAction"] = _END
