"""`linekeeper flow install`: one flow, or a whole bundle at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from appliance.cli.flow.box import joined, the_box
from appliance.cli.flow.checking import read_flows, show_findings, type_option
from appliance.cli.flow.files import bundle_of, file_argument, is_collection, read_bytes, read_source, stem_of
from appliance.cli.flow.sounds import store_sounds
from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_json
from appliance.cli.switchboard import Switchboard
from appliance.errors import FlowError
from appliance.flow.bundle import unmet
from appliance.flow.bundle_files import Gathered
from appliance.flow.check import check as judge
from appliance.flow.document import parse
from appliance.flow.model import FlowType
from appliance.flow.tolerant import decode_text
from appliance.ids import FlowId


@click.command("install")
@file_argument
@click.option("--name", help="Name of a single flow; default: the file's name without .json.")
@type_option
@config_option
@json_option
def install(*, file: Path, name: str | None, kind: str | None, config_file: Path, as_json: bool) -> None:
    """Check FILE, a flow or a bundle (folder, zip, tar, document), and put it into the box.

    A bundle goes in whole or not at all: any problem in it and nothing is changed. What it doesn't name stays.
    Contacts under way finish on the version they began with. An action that can only fail is told, and takes its
    error branch in a call; so does one that names what isn't mapped. Older exports: 'linekeeper flow import'.

    Example: linekeeper flow install main-menu.json --name main-menu
    """
    switchboard = Switchboard(config_file)
    if is_collection(file):
        if name is not None or kind is not None:
            raise click.UsageError("--name and --type go with a single flow")
        result = install_bundle(switchboard, read_source(file))
        show_installed(result, config_file, as_json=as_json)
        return
    data = read_bytes(file)
    chosen = name or stem_of(file)
    findings = judge(_plain(file, chosen, kind, data))
    result = switchboard.call("flow.install", name=chosen, flow_type=kind, document=decode_text(data))
    if as_json:
        show_json(result)
    else:
        show_findings(findings, err=True)
        click.echo(f"flow {result['flow']} is installed ({result['flow_type']}, version {result['sha256'][:12]})")


def install_bundle(switchboard: Switchboard, gathered: Gathered) -> dict[str, Any]:
    """Put a bundle into the box; the switchboard's answer. Raises FlowError or RequestError, nothing changed then."""
    bundle = bundle_of(gathered)
    written = store_sounds(bundle, gathered, switchboard.paths.prompts)
    try:
        result: dict[str, Any] = switchboard.call("flow.install_bundle", bundle=gathered.document.decode())
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise
    return result


def show_installed(result: Mapping[str, Any], config_file: Path, *, as_json: bool) -> None:
    """What went in, and what its flows name that isn't on the box."""
    box = the_box(config_file)
    lacking = unmet(box.bundle, joined(box.bundle, box))
    unmapped = sorted({need.reference for flow, need in lacking if flow in result["flows"]})
    if as_json:
        show_json({**result, "unmapped": unmapped})
        return
    parts = ", ".join(f"{len(result[key])} {key}" for key in ("flows", "hours", "bots", "prompts"))
    click.echo(f"bundle {result['bundle_sha256'][:12]} is installed: {parts}, {result['map']} names mapped")
    if unmapped:
        click.echo(f"{len(unmapped)} things are not mapped yet; see 'linekeeper flow map'")


def _plain(file: Path, name: str, kind: str | None, data: bytes) -> Any:
    """The flow of a plain document; for any other shape the error says which command takes it."""
    try:
        return parse(decode_text(data), name=FlowId(name), flow_type=None if kind is None else FlowType(kind))
    except FlowError as error:
        try:
            read = read_flows(file, kind, data=data)
        except FlowError:
            raise error from None
        if not read:
            raise
        hint = f"linekeeper flow import {file} --install"
        raise FlowError(f"{file} is no flow in the present format", [f"import it: {hint}", *error.problems]) from error
