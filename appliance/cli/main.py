"""The `linekeeper` command: finds the sub-command, and turns every error into a line and an exit code.

Each command lives in a module of its own that is imported only when it is asked for, so that `linekeeper --help` is
quick on a small box. Must not hold any logic of a command.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Mapping, Sequence

import click
from typing_extensions import override

from appliance.cli.exit_codes import DESCRIPTION, ExitCode
from appliance.cli.output import show_error
from appliance.errors import ApplianceError, RequestError
from appliance.switchboard.calling import NotRunningError

COMMANDS: Mapping[str, tuple[str, str]] = {
    "up": ("appliance.cli.up", "Run a box in the foreground."),
    "demo": ("appliance.cli.demo", "Show and verify a whole call on loopback."),
    "status": ("appliance.cli.status", "What the running box is doing."),
    "extension": ("appliance.cli.extension", "Phones: numbers inside and their passwords."),
    "group": ("appliance.cli.group", "Ring groups: several phones behind one number."),
    "directory": ("appliance.cli.directory", "Names of outside numbers, shown on the phones."),
    "agent": ("appliance.cli.agent", "Agents: who answers queues, and their status."),
    "routing-profile": ("appliance.cli.routing_profile", "Routing profiles: which queues agents serve."),
    "agent-status": ("appliance.cli.agent_status", "Statuses that agents may choose."),
    "queue": ("appliance.cli.queue", "Queues: where contacts wait."),
    "quick-connect": ("appliance.cli.quick_connect", "Quick connects: transfer targets with a name."),
    "feature": ("appliance.cli.feature", "Feature codes: what phones can do by dialling *…"),
    "flow": ("appliance.cli.flow", "Call flows (IVR): import, check, try out, draw, map, install."),
    "hours": ("appliance.cli.hours", "Hours of operation: when flows and queues are open."),
    "prompt": ("appliance.cli.prompt", "Prompts: what callers hear."),
    "contact": ("appliance.cli.contact", "Contacts: list, show, and act on one under way."),
    "disposition": ("appliance.cli.disposition", "Results that agents may give a contact."),
    "campaign": ("appliance.cli.campaign", "Campaigns: lists of customers to call, with preview."),
    "survey": ("appliance.cli.survey", "Surveys after calls: what customers answered."),
    "dnc": ("appliance.cli.dnc", "Numbers that no campaign calls."),
    "callback": ("appliance.cli.callback", "Callbacks: who is to be called back, and when."),
    "mailbox": ("appliance.cli.mailbox", "Mailboxes: where callers leave messages."),
    "voicemail": ("appliance.cli.voicemail", "Messages in mailboxes: list, play, export and delete."),
    "recording": ("appliance.cli.recording", "Recordings: list and export."),
    "storage": ("appliance.cli.storage", "How full the box is, what goes first, what is kept or erased."),
    "metrics": ("appliance.cli.metrics", "Metrics of queues, agents and flows, past and present."),
    "top": ("appliance.cli.top", "A live board in the terminal: queues, agents, contacts, trunks."),
    "device": ("appliance.cli.device", "Headsets, lines and panels: list them, try them out."),
    "enroll": ("appliance.cli.enroll", "Join this box to a console (cloud)."),
    "sync": ("appliance.cli.sync", "The link to the console: what waits, what went wrong."),
    "line": ("appliance.cli.line", "Analog lines: their state, and a doctor for them."),
    "config": ("appliance.cli.config", "The configuration file: check, show, reload."),
    "console": ("appliance.cli.console", "The console: the cloud side of any number of boxes."),
    "factory-reset": ("appliance.cli.factory_reset", "Forget everything, for a box that is given away."),
    "install": ("appliance.cli.install", "Put units and configuration on this machine."),
}


class LazyGroup(click.Group):
    """Imports `<module>.command` when the command is used. A module that isn't there is no command."""

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, (module, _) in COMMANDS.items() if importlib.util.find_spec(module)]

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command = importlib.import_module(COMMANDS[cmd_name][0]).command
        assert isinstance(command, click.Command)
        return command

    @override
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


@click.group(cls=LazyGroup, epilog=DESCRIPTION, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="linekeeper", prog_name="linekeeper")
def linekeeper() -> None:
    """Keep a small branch office on the telephone.

    Every command has --help with an example, and --json for programs.

    Example: linekeeper extension add 101 --name Reception
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code; prints errors as one line each on standard error."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        result = linekeeper.main(args=words, prog_name="linekeeper", standalone_mode=False)
    except click.exceptions.Abort:
        return ExitCode.FAILURE
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except ApplianceError as error:
        show_error(error, as_json="--json" in words)
        return exit_code_of(error)
    return result if isinstance(result, int) else ExitCode.OK


def exit_code_of(error: ApplianceError) -> ExitCode:
    """The exit code that stands for `error`."""
    if isinstance(error, NotRunningError):
        return ExitCode.NOT_RUNNING
    return ExitCode.REFUSED if isinstance(error, RequestError) else ExitCode.FAILURE


if __name__ == "__main__":
    sys.exit(main())
