"""Figures of the flow engine over a directory of flow files: `python tests/bench/flows.py [--dir DIR] [-v]`.

Prints one JSON line: files read, files whose flows all parse (after import), are valid (no finding of severity error),
are walked whole (every branch taken or unreachable for a stated reason), and steps a second of the engine.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from appliance.errors import FlowError
from appliance.flow.check import Severity, check
from appliance.flow.defaults import default_flow, default_names
from appliance.flow.events import (
    DigitPressed,
    FlowEvent,
    FunctionReturned,
    InputEncrypted,
    MetricsMeasured,
    NumberDrawn,
    PromptEnded,
    QueueEntered,
    RequestDone,
    ThirdPartyEnded,
)
from appliance.flow.facts import ContactFacts, Library, QueueFacts
from appliance.flow.importer import Imported, import_flows
from appliance.flow.machine import start, step
from appliance.flow.model import Flow
from appliance.flow.state import FlowState, WaitingFor
from appliance.flow.walk import walk
from appliance.ids import QueueId

SHARED = Path(__file__).resolve().parents[3] / "shared" / "flows"
SUFFIXES = frozenset({".json", ".yaml", ".yml", ".tf", ".tpl", ".tftpl", ".template", ".txt", ".js", ".ts", ""})
MEASURE_S = 1.0
MOST_EVENTS = 60


def flow_files(folder: Path) -> list[Path]:
    """Every file below `folder` that can hold a flow, sorted; a single file is itself."""
    if folder.is_file():
        return [folder]
    files = (file for file in folder.rglob("*") if file.is_file() and file.suffix.lower() in SUFFIXES)
    return sorted(file for file in files if not file.name.startswith((".", "README", "LICENSE")))


class Tally:
    """What came of the files; `short` holds one line for each that fell short."""

    def __init__(self) -> None:
        self.files = self.parsed = self.valid = self.walked = 0
        self.flows: list[Flow] = []
        self.short: list[tuple[str, str, str]] = []

    def take(self, file: Path) -> None:
        self.files += 1
        try:
            found = import_flows(file.read_bytes(), name=file.stem)
        except FlowError as error:
            self.short.append((file.name, "parsed", str(error)))
            return
        self.parsed += 1
        self.flows += [part.flow for part in found]
        faults = list(_errors(found))
        self.valid += not faults
        self.short += [(file.name, "valid", fault) for fault in faults]
        gaps = list(_gaps(found))
        self.walked += not gaps
        self.short += [(file.name, "walked", gap) for gap in gaps]


def _errors(found: list[Imported]) -> Iterator[str]:
    for part in found:
        for finding in check(part.flow):
            if finding.severity is Severity.ERROR:
                yield f"{finding.action}: {finding.message}"


def _gaps(found: list[Imported]) -> Iterator[str]:
    for part in found:
        seen = walk(part.flow)
        yield from seen.faults
        for way in seen.ways:
            if not way.reached and not way.reason:
                yield f"{way.action}: {way.branch} was not taken"


def _answer(state: FlowState, count: int) -> FlowEvent:
    """What a caller and a box might say next; varies with `count` so that loops end."""
    return {
        WaitingFor.PROMPT: PromptEnded(),
        WaitingFor.DIGITS: DigitPressed(digit="1234567890*#"[count % 12]),
        WaitingFor.ROUTING: PromptEnded(),
        WaitingFor.QUEUE: QueueEntered(queue=QueueId("sales")),
        WaitingFor.FUNCTION: FunctionReturned(result={"key": "1"}),
        WaitingFor.METRICS: MetricsMeasured(values={"Queue.Size": "1"}),
        WaitingFor.NUMBER: NumberDrawn(number=count % 100 + 1),
        WaitingFor.THIRD_PARTY: ThirdPartyEnded(outcome="Completed"),
        WaitingFor.REQUEST: RequestDone(),
        WaitingFor.ENCRYPTION: InputEncrypted(ciphertext="x"),
    }[state.waiting_for]


def steps_per_s(flows: list[Flow]) -> int:
    """Calls of `start` and `step` a second while callers go through `flows` in turn."""
    library = Library(queues={name: QueueFacts(queue=QueueId(name)) for name in ("sales", "support")})
    facts = ContactFacts(contact_id="bench", customer_endpoint="+12065550100")
    steps, began, spent = 0, time.perf_counter(), 0.0
    while spent < MEASURE_S:
        for flow in flows:
            steps += _one_call(flow, facts, library)
        spent = time.perf_counter() - began
    return int(steps / spent)


def _one_call(flow: Flow, facts: ContactFacts, library: Library) -> int:
    now = 1000.0
    state, _ = start(flow, facts, library=library, now=now)
    count = 1
    while not state.finished and count < MOST_EVENTS:
        now += 2.0
        state, _ = step(state, _answer(state, count), now)
        count += 1
    return count


def main(arguments: list[str] | None = None) -> int:
    """0 if every file parsed, is valid and was walked whole; 1 otherwise; 2 if there is no file."""
    options = argparse.ArgumentParser(description="Figures of the flow engine over a directory of flow files.")
    options.add_argument("--dir", type=Path, default=SHARED, help="a directory of flow files, or one file")
    options.add_argument("-v", "--verbose", action="store_true", help="a table of what fell short")
    chosen = options.parse_args(arguments)
    tally = Tally()
    for file in flow_files(chosen.dir) if chosen.dir.exists() else []:
        tally.take(file)
    flows = [*tally.flows, *(default_flow(name) for name in default_names())]
    if chosen.verbose:
        for name, stage, why in tally.short:
            print(f"{name[:60]:60}  {stage:7}  {why}", file=sys.stderr)
    figures = {"files": tally.files, "parsed": tally.parsed, "valid": tally.valid, "walked": tally.walked}
    print(json.dumps({**figures, "steps_per_s": steps_per_s(flows)}))
    if not tally.files:
        print(f"no flow files in {chosen.dir}", file=sys.stderr)
        return 2
    return 0 if tally.files == tally.parsed == tally.valid == tally.walked else 1


if __name__ == "__main__":
    sys.exit(main())
