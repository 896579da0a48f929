"""`linekeeper flow check`: what is wrong with flows, and what they name that isn't here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from appliance.cli.exit_codes import ExitCode
from appliance.cli.flow.box import joined, known_box
from appliance.cli.flow.files import bundle_of, file_argument, is_collection, read_bytes, read_source, stem_of
from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_json
from appliance.errors import FlowError
from appliance.flow.bundle import Bundle
from appliance.flow.bundle_files import unique
from appliance.flow.check import Finding, Severity
from appliance.flow.check import check as judge
from appliance.flow.check_targets import Targets, target_findings
from appliance.flow.document import parse
from appliance.flow.facts import Library
from appliance.flow.importer import import_flows
from appliance.flow.model import Flow, FlowType
from appliance.flow.resources import Need, missing
from appliance.flow.tolerant import loads
from appliance.flow.unwrap import is_flow
from appliance.ids import FlowId

type_option = click.option("--type", "kind", type=click.Choice(list(FlowType)), help="Where the file doesn't say it.")


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One flow with all that was found; unmapped: what it names that neither its bundle nor the box has."""

    flow: str
    flow_type: str
    actions: int
    findings: list[Finding]
    unmapped: list[Need]

    @property
    def faulty(self) -> bool:
        return any(finding.severity is Severity.ERROR for finding in self.findings)


@click.command("check")
@file_argument
@type_option
@config_option
@json_option
def check(file: Path, kind: str | None, config_file: Path, as_json: bool) -> int:
    """Check FILE, a flow (- for standard input) or a bundle: every problem at once, with the action's name.

    Also lists what the flows name that is neither in the bundle nor on the box: such an action takes its error branch
    until 'linekeeper flow map' says what is meant. Mailboxes and groups that transfers name and the box lacks are
    warnings. Nothing is changed.

    Exit code 1 says that it is no flow, or that an action in it can only fail. Warnings and notes are told only.

    Example: linekeeper flow check main-menu.json
    """
    box = known_box(config_file)
    if is_collection(file):
        bundle = bundle_of(read_source(file))
        flows: Sequence[Flow] = [*bundle.flows.values(), *bundle.modules.values()]
    else:
        flows = read_flows(file, kind)
        bundle = _bundle_around(flows)
    library = joined(bundle, box)
    judged = [_judged(flow, library, None if box is None else box.targets) for flow in flows]
    if as_json:
        rows = [_document(one) for one in judged]
        show_json(rows[0] if not is_collection(file) and len(rows) == 1 else rows)
    else:
        _show(judged, file, compared=box is not None)
    return ExitCode.FAILURE if any(one.faulty for one in judged) else ExitCode.OK


def read_flows(file: Path, kind: str | None, *, data: bytes | None = None) -> list[Flow]:
    """The flows of one file: a document as it stands, with every problem; older exports and wrappings as imported.

    Raises FlowError.
    """
    content = read_bytes(file) if data is None else data
    flow_type = None if kind is None else FlowType(kind)
    if not _is_strange(content):
        return [parse(content, name=FlowId(stem_of(file)), flow_type=flow_type)]
    return [imported.flow for imported in unique(import_flows(content, name=stem_of(file)))]


def show_findings(findings: Sequence[Finding], *, err: bool, indent: str = "") -> None:
    """One line each, gravest first."""
    for severity in Severity:
        for finding in findings:
            if finding.severity is severity:
                place = f"{finding.action}: " if finding.action else ""
                meant = f"; did you mean {finding.suggestion}?" if finding.suggestion else ""
                click.echo(f"{indent}{severity.value:<8}{place}{finding.message}{meant}", err=err)


def _is_strange(content: bytes) -> bool:
    """Whether this is a flow in another shape than a plain document; what is none at all is judged as a document."""
    try:
        value = loads(content.decode("utf-8-sig"))
    except (ValueError, UnicodeDecodeError):
        value = None
    if is_flow(value) or (isinstance(value, dict) and "Actions" in value):
        return False
    try:
        return bool(import_flows(content, name="flow"))
    except FlowError:
        return False


def _bundle_around(flows: Sequence[Flow]) -> Bundle:
    """A bundle that holds nothing but these flows."""
    return Bundle(
        sha256="",
        flows={flow.name: flow for flow in flows if flow.flow_type is not FlowType.MODULE},
        modules={flow.name: flow for flow in flows if flow.flow_type is FlowType.MODULE},
        hours={},
        bots={},
        functions={},
        prompts={},
        names={},
    )


def _judged(flow: Flow, library: Library, targets: Targets | None) -> Judged:
    return Judged(
        flow=flow.name,
        flow_type=flow.flow_type.value,
        actions=len(flow.actions),
        findings=judge(flow) + ([] if targets is None else target_findings(flow, targets)),
        unmapped=missing(flow, library),
    )


def _document(one: Judged) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(one)
    return document


def _show(judged: Sequence[Judged], file: Path, *, compared: bool) -> None:
    for one in judged:
        show_findings(one.findings, err=False)
        for need in one.unmapped:
            click.echo(f"unmapped {need.action}: {need.resource.value} {need.reference}")
        verdict = "has errors" if one.faulty else "can be used"
        named = str(file) if len(judged) == 1 else f"{file}: {one.flow}"
        click.echo(f"{named}: {one.flow_type} with {one.actions} actions {verdict}")
    if any(one.unmapped for one in judged):
        where = "here" if compared else "here (there is no box to compare with)"
        click.echo(f"what is unmapped is not {where}; say what is meant with 'linekeeper flow map'")
