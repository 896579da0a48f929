"""Runs test cases in Amazon's Connect Testing language (Version "2025-06-21") on paper, with the simulator.

A case is a set of observations: an event of the flow, what to do when it is seen, which observations follow. What a
simulation without sound can't do (utterances) fails the case and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from appliance.errors import FlowError
from appliance.flow.case_events import Seen, matches, seen_in
from appliance.flow.conditions import holds
from appliance.flow.facts import ContactFacts, Library
from appliance.flow.model import Condition, Flow
from appliance.flow.references import as_text, lookup, path_of
from appliance.flow.simulator import Simulator, World
from appliance.flow.state import WaitingFor

VERSION = "2025-06-21"
LONGEST_S = 300.0  # the service ends a test after five minutes
MOST_MOVES = 500


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """One interaction. `times`: how often the event must be seen; `follows`: identifiers that wait for this one."""

    identifier: str
    event: Mapping[str, Any]
    actions: tuple[Mapping[str, Any], ...] = ()
    times: int = 1
    any_times: bool = False
    follows: tuple[str, ...] = ()


class CaseResult(msgspec.Struct, frozen=True, kw_only=True):
    """passed: every observation was made and every assertion held. faults: one line each; logged: LogData values;
    observed: identifiers in the order they were made."""

    passed: bool
    faults: tuple[str, ...]
    observed: tuple[str, ...]
    logged: dict[str, str]


def read_case(document: Any) -> list[Observation]:
    """The observations of a test case. Raises FlowError with every problem."""
    problems: list[str] = []
    if not isinstance(document, Mapping) or not isinstance(document.get("Observations"), list):
        raise FlowError("this is no test case", ["it must be an object with Version and Observations"])
    if document.get("Version") != VERSION:
        problems.append(f"Version is {document.get('Version')!r}; it must be {VERSION!r}")
    found = [_observation(raw, number, problems) for number, raw in enumerate(document["Observations"], 1)]
    known = {observation.identifier for observation in found}
    problems += [
        f"observation {one.identifier!r} leads to {name!r}, which is missing"
        for one in found
        for name in one.follows
        if name not in known
    ]
    if problems or not found:
        raise FlowError("this test case can't be used", problems or ["it has no observation"])
    return found


def _observation(raw: Any, number: int, problems: list[str]) -> Observation:
    shape = raw if isinstance(raw, Mapping) else {}
    event = shape.get("Event")
    if not isinstance(event, Mapping) or not isinstance(event.get("Type"), str):
        problems.append(f"observation number {number} has no Event with a Type")
    usage = shape.get("Usage")
    usage = usage if isinstance(usage, Mapping) else {}
    ways = shape.get("Transitions")
    ways = ways if isinstance(ways, Mapping) else {}
    listed = shape.get("Actions")
    follows = ways.get("NextObservations") or ways.get("NextActions") or []
    times = usage.get("Times")
    return Observation(
        identifier=str(shape.get("Identifier") or number),
        event=event if isinstance(event, Mapping) else {},
        actions=tuple(part for part in listed if isinstance(part, Mapping)) if isinstance(listed, list) else (),
        times=times if isinstance(times, int) and times > 0 else 1,
        any_times=usage.get("Type") == "ANY",
        follows=tuple(str(name) for name in follows if name) if isinstance(follows, list) else (),
    )


def run_case(
    document: Any, flow: Flow, facts: ContactFacts, *, library: Library, world: World | None = None, now: float = 0.0
) -> CaseResult:
    """Runs one case on `flow`. Raises FlowError if `document` is no test case; never otherwise."""
    return _Runner(read_case(document), library).run(flow, facts, world, now)


class _Runner:
    def __init__(self, observations: list[Observation], library: Library) -> None:
        self.library = library
        self.by_name = {one.identifier: one for one in observations}
        later = {name for one in observations for name in one.follows}
        self.waiting = [one.identifier for one in observations if one.identifier not in later]
        self.left = {one.identifier: one.times for one in observations}
        self.observed: list[str] = []
        self.faults: list[str] = []
        self.logged: dict[str, str] = {}
        self.keys: list[str] = []
        self.over = False
        self.names: dict[str, str] = {}

    def run(self, flow: Flow, facts: ContactFacts, world: World | None, now: float) -> CaseResult:
        self._see(Seen(type="TestInitiated"), facts)
        library = msgspec.structs.replace(self.library, names={**self.library.names, **self.names})
        simulator = Simulator(flow, facts, library=library, world=world, now=now)
        told = 0
        for _ in range(MOST_MOVES):
            told = self._watch(simulator, told)
            if self.over or simulator.state.finished or simulator.now - now > LONGEST_S:
                break
            if not self._move(simulator):
                break
        self._watch(simulator, told)
        if not self.over:
            self._see(Seen(type="TestCompleted"), simulator.state.facts)
        return self._result()

    def _result(self) -> CaseResult:
        missed = [name for name, one in self.by_name.items() if self.left[name] > 0 and not one.any_times]
        faults = [*self.faults, *(() if self.over else (f"observation {name!r} was not made" for name in missed))]
        return CaseResult(
            passed=not faults, faults=tuple(faults), observed=tuple(self.observed), logged=dict(self.logged)
        )

    def _watch(self, simulator: Simulator, told: int) -> int:
        """What came since the last look. Overrides made on the way count from the next step on."""
        while told < len(simulator.history) and not self.over:
            command = simulator.history[told][1]
            told += 1
            for seen in seen_in(command, simulator.state.library):
                self._see(seen, simulator.state.facts)
        library = simulator.state.library
        if any(library.names.get(name) != target for name, target in self.names.items()):
            changed = msgspec.structs.replace(library, names={**library.names, **self.names})
            simulator.state = msgspec.structs.replace(simulator.state, library=changed)
        return told

    def _move(self, simulator: Simulator) -> bool:
        """One thing the caller or the box does; False where nothing can happen any more."""
        state = simulator.state
        takes_keys = state.waiting_for in (WaitingFor.PROMPT, WaitingFor.DIGITS)
        if self.keys and takes_keys:
            simulator.press(self.keys.pop(0))
        elif state.waiting_for is WaitingFor.PROMPT:
            simulator.listen()
        elif state.waiting_for is WaitingFor.DIGITS:
            simulator.stay_silent()
        elif state.waiting_for is WaitingFor.ROUTING:
            simulator.listen()
        else:
            before = simulator.state
            simulator.settle()
            return simulator.state is not before
        return True

    def _see(self, seen: Seen, facts: ContactFacts) -> None:
        for name in list(self.waiting):
            one = self.by_name[name]
            if self.over or not matches(one.event, seen, self.library):
                continue
            self._made(one)
            for action in one.actions:
                self._do(action, facts)

    def _made(self, one: Observation) -> None:
        self.observed.append(one.identifier)
        self.left[one.identifier] -= 1
        if self.left[one.identifier] > 0:
            return
        if not one.any_times:
            self.waiting.remove(one.identifier)
        self.waiting += [name for name in one.follows if name not in self.waiting and self.left[name] > 0]

    def _do(self, action: Mapping[str, Any], facts: ContactFacts) -> None:
        kind = action.get("Type")
        given = action.get("Parameters")
        parameters = given if isinstance(given, Mapping) else {}
        todo = {
            "SendInstruction": self._send,
            "OverrideSystemBehavior": self._override,
            "Assert": self._assert,
            "TestControl": self._control,
        }.get(str(kind))
        if todo is None:
            self.faults.append(f"action {action.get('Identifier')!r}: type {kind!r} is unknown")
        else:
            todo(parameters, facts)

    def _send(self, parameters: Mapping[str, Any], _facts: ContactFacts) -> None:
        instruction = _mapping(parameters, "Instruction")
        value = _mapping(instruction, "Properties").get("Value", instruction.get("Value"))
        if instruction.get("Type") == "DtmfInput":
            self.keys += list(str(value))
        else:
            self.faults.append(f"instruction {instruction.get('Type')!r} needs speech; only DtmfInput can be simulated")

    def _override(self, parameters: Mapping[str, Any], _facts: ContactFacts) -> None:
        properties = _mapping(_mapping(parameters, "Behavior"), "Properties")
        strategy = _mapping(properties, "Strategy")
        resource = next((str(value) for value in _mapping(properties, "ActionParameters").values()), "")
        if strategy.get("Type") != "SubstituteResource" or not resource:
            self.faults.append(f"override strategy {strategy.get('Type')!r} can't be simulated")
            return
        substitute = str(strategy.get("SubstituteArn"))
        name = self.library.names.get(substitute) or substitute.rpartition("/")[2]
        self.names[resource] = self.library.names.get(name, name)

    def _assert(self, parameters: Mapping[str, Any], facts: ContactFacts) -> None:
        namespace, operator = str(parameters.get("Namespace")), str(parameters.get("Operator"))
        operand = as_text(parameters.get("Operand"))
        value = self._value(namespace, facts)
        if operator == "Exists":
            held = value is not None
        else:
            held = holds(Condition(operator=operator, operands=(operand,)), as_text(value), lambda text: text)
        if not held:
            self.faults.append(f"{namespace} is {as_text(value)!r}; wanted {operator} {operand!r}")

    def _control(self, parameters: Mapping[str, Any], facts: ContactFacts) -> None:
        command = _mapping(parameters, "Command")
        if command.get("Type") == "EndTest":
            self.over = True
        elif command.get("Type") == "LogData":
            wanted = _mapping(_mapping(command, "Properties"), "Expressions")
            self.logged |= {str(label): as_text(self._value(str(path), facts)) for label, path in wanted.items()}
        else:
            self.faults.append(f"test command {command.get('Type')!r} is unknown")

    def _value(self, reference: str, facts: ContactFacts) -> Any:
        path = path_of(reference)
        return None if path is None else lookup(facts, {}, path)


def _mapping(holder: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = holder.get(key)
    return found if isinstance(found, Mapping) else {}
