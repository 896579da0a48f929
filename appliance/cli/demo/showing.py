"""The command: puts box, phones and console together, and shows what came of it."""

from __future__ import annotations

import json
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from appliance import logs
from appliance.cli.demo.calling import Demonstration
from appliance.cli.demo.cloud_side import PERSON, DemoConsole, is_installed
from appliance.cli.exit_codes import DESCRIPTION, ExitCode
from appliance.cli.options import json_option
from appliance.cli.output import show_fields
from appliance.cli.softphone.ports import reserved_ports
from appliance.records.facts import RecordingFacts

Say = Callable[[str], None]
_STOPPING = frozenset({signal.SIGINT, signal.SIGTERM})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """page: the console's address of the contact, "" without a console."""

    record: dict[str, Any]
    recording: RecordingFacts | None
    queues: list[dict[str, Any]]
    page: str


@click.command("demo", epilog=DESCRIPTION)
@click.option("--seconds", type=click.FloatRange(1, 60), default=4.0, show_default=True, help="How long they talk.")
@click.option("--folder", "keep", type=click.Path(path_type=Path, file_okay=False), help="Where to leave the files.")
@click.option("--console/--no-console", "with_console", default=True, show_default=True, help="A console too.")
@click.option("--stay", is_flag=True, help="Leave the console running until Ctrl-C, to look at the contact's page.")
@json_option
def command(*, seconds: float, keep: Path | None, with_console: bool, stay: bool, as_json: bool) -> ExitCode:
    """Show and verify a whole call on loopback: handset → menu → queue → agent → recording → contact record → console.

    Needs no configuration and no running box, and leaves nothing running; the files of the call stay in a folder whose
    name is printed, with the console's address of the contact. Exit code 0 only if every check held.

    Example: linekeeper demo --seconds 10
    """
    logs.set_up("linekeeper-demo", level="warning")
    say: Say = (lambda line: click.echo(line, err=True)) if as_json else click.echo
    with _folder(keep) as folder, reserved_ports(150) as ports, tempfile.TemporaryDirectory(prefix="lk-") as run:
        demo = Demonstration(folder, ports, Path(run), say)
        console = DemoConsole(folder, ports) if with_console and is_installed() else None
        if with_console and console is None:
            say("the console isn't installed with this package (linekeeper[console]): only the box is shown")
        outcome = _play(demo, console, seconds, stay=stay, say=say)
    _report(folder, outcome, demo.checks, as_json=as_json)
    if console is not None and not as_json:
        _tell_way_back(console, outcome)
    return ExitCode.OK if demo.checks and all(demo.checks.values()) else ExitCode.FAILURE


def _play(demo: Demonstration, console: DemoConsole | None, seconds: float, *, stay: bool, say: Say) -> Outcome:
    with ExitStack() as opened:
        if console is not None:
            opened.enter_context(console)
        with demo.box, ExitStack() as phones:
            if console is not None:
                demo.join(console)
            caller, agent = demo.set_up(phones)
            contact = demo.menu(caller)
            demo.wait_in_queue(caller, contact)
            demo.talk(caller, agent, contact, seconds)
            record, facts = demo.verify(contact, seconds)
            queues = demo.call("status").get("queues", [])
            if console is not None:
                demo.on_console(console, record)
        if console is not None and stay:
            say(f"the console runs at {console.address(contact)}; {PERSON} / {console.password}; Ctrl-C ends it")
            _until_stopped()
    demo.check("everything is stopped", not demo.box.serving and not (console and console.serving))
    page = "" if console is None else console.address(contact)
    return Outcome(record=record, recording=facts, queues=queues, page=page)


def _until_stopped() -> None:
    """SIGINT (Ctrl-C) or SIGTERM."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
    signal.sigwait(_STOPPING)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """The given folder, or a new one below the temporary directory; it stays, so that the recording can be heard."""
    folder = keep or Path(tempfile.mkdtemp(prefix="linekeeper-demo-"))
    folder.mkdir(parents=True, exist_ok=True)
    yield folder.absolute()


def _report(folder: Path, outcome: Outcome, checks: dict[str, bool], *, as_json: bool) -> None:
    recording = outcome.recording
    if as_json:
        document = {
            "record": outcome.record, "recording": recording and recording.path, "queues": outcome.queues,
            "page": outcome.page, "checks": checks,
        }  # fmt: skip
        click.echo(json.dumps(document, indent=2, default=str))
        return
    click.secho("\nContact record", bold=True)
    click.echo(json.dumps(outcome.record, indent=2))
    click.secho("\nQueues", bold=True)
    for queue in outcome.queues:
        show_fields(queue)
    if recording is not None:
        click.secho("\nRecording (customer left, agent right)", bold=True)
        click.echo(recording.path)
    good = sum(checks.values())
    click.secho(
        f"\n{good} of {len(checks)} checks held; files are in {folder}", fg="green" if good == len(checks) else "red"
    )


def _tell_way_back(console: DemoConsole, outcome: Outcome) -> None:
    click.secho("\nThe contact on the console", bold=True)
    click.echo(outcome.page)
    click.echo(f"to look at it: {console.command}")
    click.echo(f"and sign in as {PERSON} with {console.password}")
