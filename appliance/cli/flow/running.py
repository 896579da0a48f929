"""`linekeeper flow run`: a terminal as caller and box. Shows what is said, takes keys, prints the flow log."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from appliance.cli.exit_codes import ExitCode
from appliance.cli.flow.box import known_box
from appliance.cli.flow.files import bundle_of, chosen, file_argument, flow_option, read_source
from appliance.cli.flow.paper import Paper, facts_of, library_for, paper_options, world_of
from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_json
from appliance.flow import commands as c
from appliance.flow.flow_log import log_entry
from appliance.flow.simulator import LISTEN, TIMEOUT, Simulator
from appliance.flow.state import WaitingFor

MOST_TURNS = 1000  # of a person at the keyboard
MOST_SILENCES = 20  # of a caller who has nothing more to press
HANG_UP = "."
_KEYS = frozenset("0123456789*#")
_ASKED = {WaitingFor.DIGITS: "keys, or Enter for silence", WaitingFor.ROUTING: "Enter to listen on"}


@click.command("run")
@file_argument
@flow_option
@click.option("--keys", help="What the caller does: 1,2,timeout,4711#,listen; default: asked at the keyboard.")
@paper_options
@config_option
@json_option
def run(*, file: Path, name: str | None, keys: str | None, config_file: Path, as_json: bool, **paper: Any) -> int:
    """Run FILE, a flow or a bundle, without a call: shows the prompts, takes keys, prints the flow log line by line.

    Lines that begin with { are the flow log in Amazon's documented form. A key sequence is pressed whole, "timeout"
    says nothing until the time is over, "listen" hears a prompt of a queue flow to its end; after the last one the
    caller stays silent, and hangs up in the end. Without --keys lines are read from the keyboard, or standard input.
    A function without an answer fails.

    Exit code 1 says that the flow was dropped: an error for which no branch is wired.

    Example: linekeeper flow run main-menu.json --keys 1 --open --metric Queue.Size=3
    """
    asked = Paper(**paper)
    script = None if keys is None else _script(keys)
    bundle = bundle_of(read_source(file))
    flow = chosen(bundle, name)
    box = known_box(config_file)
    library, notes = library_for(asked, bundle, box)
    facts = facts_of(asked, box)
    simulator = Simulator(flow, facts, library=library, world=world_of(asked))
    terminal = Terminal(simulator, facts.epoch_s, quiet=as_json)
    terminal.note(*notes)
    if script is None:
        terminal.converse()
    else:
        terminal.play(script)
    if as_json:
        show_json(terminal.document())
    else:
        terminal.note(terminal.ending())
    return ExitCode.FAILURE if simulator.outcome == "DROPPED" else ExitCode.OK


class Terminal:
    """Prints what comes of a simulation, as it comes. quiet: keeps it for `document`."""

    def __init__(self, simulator: Simulator, epoch_s: float, *, quiet: bool) -> None:
        self._simulator = simulator
        self._epoch_s = epoch_s
        self._quiet = quiet
        self._told = 0
        self._keys: list[str] = []
        self.log: list[dict[str, Any]] = []
        self.heard: list[dict[str, Any]] = []

    def note(self, *lines: str) -> None:
        for line in lines:
            self._print(f"-- {line}")

    def play(self, script: Sequence[str]) -> None:
        """The caller does as written, then stays silent to the end."""
        for token in script:
            self._simulator.until_turn()
            self._show()
            if self._simulator.state.finished:
                self.note(f"the flow is over; {token!r} was not needed")
                break
            self._act(token)
        for _ in range(MOST_SILENCES):
            self._simulator.until_turn()
            self._show()
            if self._simulator.state.finished or self._simulator.state.waiting_for is not WaitingFor.DIGITS:
                return
            self._simulator.stay_silent()
        self._show()
        self.note("the caller hangs up")

    def converse(self) -> None:
        """The caller is at the keyboard."""
        for _ in range(MOST_TURNS):
            self._simulator.until_turn()
            self._show()
            if self._simulator.state.finished:
                return
            waits = self._simulator.state.waiting_for
            if waits not in _ASKED or not self._take(waits):
                return

    def _take(self, waits: WaitingFor) -> bool:
        """One line from the caller; False when it hangs up."""
        click.echo(f"{_ASKED[waits]}> ", nl=False, err=True)
        line = sys.stdin.readline()
        token = line.strip() or (TIMEOUT if waits is WaitingFor.DIGITS else LISTEN)
        if not line or token == HANG_UP:
            self.note("the caller hangs up")
            return False
        if token in (TIMEOUT, LISTEN) or set(token) <= _KEYS:
            self._act(token)
        else:
            self.note(f"keys are 0-9, * and #; {HANG_UP} hangs up")
        return True

    def ending(self) -> str:
        """How it ended, for a person."""
        state = self._simulator.state
        if not state.finished:
            return f"the contact waits: {state.flow.name}, action {state.action}"
        last = self._simulator.history[-1][1]
        detail = f": {last.detail}" if isinstance(last, c.FlowFinished) and last.detail else ""
        queue = f", queue {state.facts.queue}" if state.facts.queue else ""
        return f"{self._simulator.outcome}{queue}{detail}"

    def document(self) -> dict[str, Any]:
        """Everything, for a program."""
        state = self._simulator.state
        return {
            "flow": state.flow.name,
            "outcome": self._simulator.outcome or None,
            "ending": self.ending(),
            "queue": state.facts.queue,
            "attributes": dict(state.facts.attributes),
            "seconds": round(self._simulator.now, 3),
            "heard": self.heard,
            "log": self.log,
        }

    def _act(self, token: str) -> None:
        self._print(f"key: {token}")
        self._simulator.act(token)
        self._show()

    def _show(self) -> None:
        """What came since the last look."""
        for at, command in self._simulator.history[self._told :]:
            self._told += 1
            if isinstance(command, c.Play):
                self._say(at, command)
            elif isinstance(command, c.Trace):
                contact = self._simulator.state.facts.contact_id
                entry = log_entry(command, contact_id=contact, wall_s=self._epoch_s + at)
                self.log.append(entry)
                self._print(json.dumps(entry, ensure_ascii=False))
            elif isinstance(command, c.FlowEntered):
                self.note(f"goes on in {command.flow} ({command.flow_type})")

    def _say(self, at: float, play: c.Play) -> None:
        for message in play.messages:
            words = message.text or message.ssml or ""
            said = words or f"[{message.prompt or message.uri}]"
            self.heard.append(
                {"at_s": round(at, 3), "says": said, "voice": message.voice, "language": message.language}
            )
            self._print(f"say: {said}")

    def _print(self, line: str) -> None:
        if not self._quiet:
            click.echo(line)


def _script(keys: str) -> list[str]:
    """`1,2,timeout` as steps. Raises click.UsageError."""
    steps = [step.strip() for step in keys.split(",") if step.strip()]
    for step in steps:
        if step not in (TIMEOUT, LISTEN) and not set(step) <= _KEYS:
            raise click.UsageError(f"--keys: {step!r} is neither keys (0-9 * #) nor {TIMEOUT} nor {LISTEN}")
    return steps
