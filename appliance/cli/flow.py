"""`linekeeper flow`: check a flow file here, put one into the box, list what is installed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from appliance.cli.exit_codes import ExitCode
from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_json, show_rows
from appliance.cli.switchboard import Switchboard
from appliance.errors import FlowError
from appliance.flow.check import Finding, Severity
from appliance.flow.check import check as judge
from appliance.flow.document import parse
from appliance.flow.model import Flow, FlowType
from appliance.ids import FlowId

COLUMNS = {"flow": "flow", "flow_type": "type", "installed": "installed", "sha256": "SHA-256"}
flow_file = click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
flow_type = click.option("--type", "kind", type=click.Choice(list(FlowType)), help="Where the file doesn't say it.")


@click.group("flow")
def command() -> None:
    """Call flows (IVR): check, install, list.

    Flows are files in the Amazon Connect Flow language (JSON, Version 2019-10-30).

    Example: linekeeper flow install main-menu.json
    """


@command.command("check")
@flow_file
@flow_type
@json_option
def check(file: Path, kind: str | None, as_json: bool) -> int:
    """Check FILE (- for standard input) without touching the box: every problem at once, with the action's name.

    Exit code 1 says that it is no flow, or that an action in it can only fail. Warnings and notes are told only.

    Example: linekeeper flow check main-menu.json
    """
    flow = read_flow(file, file.stem, kind)
    findings = judge(flow)
    faulty = any(finding.severity is Severity.ERROR for finding in findings)
    if as_json:
        rows = msgspec.to_builtins(findings)
        show_json({"flow": flow.name, "flow_type": flow.flow_type, "actions": len(flow.actions), "findings": rows})
    else:
        show_findings(findings, err=False)
        verdict = "has errors" if faulty else "can be used"
        click.echo(f"{file}: {flow.flow_type.value} with {len(flow.actions)} actions {verdict}")
    return ExitCode.FAILURE if faulty else ExitCode.OK


@command.command("install")
@flow_file
@click.option("--name", help="Name of the flow; default: the file's name without .json.")
@flow_type
@config_option
@json_option
def install(file: Path, name: str | None, kind: str | None, config_file: Path, as_json: bool) -> None:
    """Check FILE and put it into the box; contacts under way finish on the version they began with.

    An action that can only fail is told, and takes its error branch in a call.

    Example: linekeeper flow install main-menu.json --name main-menu
    """
    chosen = name or file.stem
    text = read_text(file)
    findings = judge(read_flow(file, chosen, kind, text=text))
    result = Switchboard(config_file).call("flow.install", name=chosen, flow_type=kind, document=text)
    if as_json:
        show_json(result)
    else:
        show_findings(findings, err=True)
        click.echo(f"flow {result['flow']} is installed ({result['flow_type']}, version {result['sha256'][:12]})")


@command.command("list")
@config_option
@json_option
def show_all(config_file: Path, as_json: bool) -> None:
    """List the installed flows.

    Example: linekeeper flow list
    """
    rows = Switchboard(config_file).call("flow.list")
    if as_json:
        show_json(rows)
    else:
        show_rows(rows, COLUMNS, empty="no flows; install one: linekeeper flow install FILE")


def read_flow(file: Path, name: str, kind: str | None, *, text: str | None = None) -> Flow:
    """The flow of `file`. Raises FlowError with every problem found."""
    content = read_text(file) if text is None else text
    return parse(content, name=FlowId(name), flow_type=None if kind is None else FlowType(kind))


def show_findings(findings: Sequence[Finding], *, err: bool) -> None:
    """One line each, gravest first."""
    for severity in Severity:
        for finding in findings:
            if finding.severity is severity:
                place = f"{finding.action}: " if finding.action else ""
                meant = f"; did you mean {finding.suggestion}?" if finding.suggestion else ""
                click.echo(f"{severity.value:<8}{place}{finding.message}{meant}", err=err)


def read_text(file: Path) -> str:
    """The text of `file`, "-" being standard input. Raises FlowError where it can't be read."""
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FlowError(f"{file} can't be read", [str(error)]) from error
