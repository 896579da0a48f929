"""`linekeeper flow import`: brings flows from wherever they are, and says exactly what it changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from appliance.cli.exit_codes import ExitCode
from appliance.cli.flow.box import KnownBox, joined, known_box, the_box
from appliance.cli.flow.files import bundle_of, read_bytes, stem_of
from appliance.cli.flow.installing import install_bundle, show_installed
from appliance.cli.flow.needed import MapRow, guess, map_rows
from appliance.cli.flow.writing import write_new
from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_json
from appliance.cli.switchboard import Switchboard
from appliance.errors import FlowError
from appliance.flow.bundle_files import MAP_FILE, flow_file, gather_imported, map_file, read_map, unique
from appliance.flow.importer import Imported
from appliance.flow.importer import import_flows as read_flows


@click.command("import")
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="Folder of the bundle to make or fill.")
@click.option("--install", "installs", is_flag=True, help="Put the flows into the box at once.")
@click.option("--replace", is_flag=True, help="Replace flows of the same name in the folder.")
@config_option
@json_option
def import_flows(
    *, files: tuple[Path, ...], into: Path | None, installs: bool, replace: bool, config_file: Path, as_json: bool
) -> int:
    """Read flows from FILEs of any shape: exports new and old, describe output, CloudFormation, Terraform, templates.

    Every change is listed. With --into the flows become files of a bundle folder, with map.json for what they name
    elsewhere: fill in what is empty there, then 'linekeeper flow install FOLDER'. Without --into and --install
    nothing is written.

    Exit code 1 says that a file holds no flow; the others are imported all the same.

    Example: linekeeper flow import export.json stack.yaml --into branch
    """
    if into is not None and installs:
        raise click.UsageError("--into and --install exclude each other")
    found, problems = _read(files)
    box = the_box(config_file) if installs else known_box(config_file)
    rows = _rows(found, box)
    names = _names(found, rows, box)
    if into is not None and found:
        _write(found, names, into, replace=replace)
    result = None
    if installs and found:
        known = {foreign: local for foreign, local in names.items() if local}
        result = install_bundle(Switchboard(config_file), gather_imported(found, known))
    if as_json:
        show_json({"flows": [_document(one) for one in found], "map": names, "problems": problems, "installed": result})
    else:
        _show(found, names, problems, into)
        if result is not None:
            show_installed(result, config_file, as_json=False)
    return ExitCode.FAILURE if problems else ExitCode.OK


def _read(files: Sequence[Path]) -> tuple[list[Imported], list[str]]:
    found: list[Imported] = []
    problems: list[str] = []
    for file in files:
        try:
            found += read_flows(read_bytes(file), name=stem_of(file))
        except FlowError as error:
            problems.append(str(error))
    return unique(found), problems


def _rows(found: Sequence[Imported], box: KnownBox | None) -> list[MapRow]:
    if not found:
        return []
    bundle = bundle_of(gather_imported(list(found)))
    library = joined(bundle, box)
    return map_rows([(one.flow, one.document) for one in found], library, library.names)


def _names(found: Sequence[Imported], rows: Sequence[MapRow], box: KnownBox | None) -> dict[str, str]:
    """The map to begin with: flows that came along, namesakes on the box, and "" for what is still to be said."""
    own = {foreign: str(one.name) for one in found for foreign in one.ids}
    open_ends = {row.foreign: "" for row in rows if row.state == "missing"}
    library = joined(bundle_of(gather_imported(list(found))), box) if found else None
    return {**open_ends, **(guess(rows, library) if library is not None else {}), **own}


def _write(found: Sequence[Imported], names: Mapping[str, str], into: Path, *, replace: bool) -> None:
    """Raises FlowError; nothing is written then but what was complete before."""
    try:
        for folder in ("flows", "modules"):
            (into / folder).mkdir(parents=True, exist_ok=True)
        for name, content in _files(found).items():
            write_new(into / name, content, replace=replace)
        target = into / MAP_FILE
        before = read_map(target.read_bytes()) if target.exists() else {}
        said = {foreign: local for foreign, local in before.items() if local}
        write_new(target, map_file({**before, **names, **said}), replace=True)
    except OSError as error:
        raise FlowError(f"{into} can't be written", [error.strerror or str(error)]) from error


def _files(found: Sequence[Imported]) -> dict[str, bytes]:
    """Names that differ only in characters that file systems don't take get a number."""
    files: dict[str, bytes] = {}
    for one in found:
        name, content = flow_file(one)
        stem, number = name.removesuffix(".json"), 2
        while name in files:
            name, number = f"{stem}-{number}.json", number + 1
        files[name] = content
    return files


def _document(one: Imported) -> dict[str, Any]:
    return {
        "flow": one.name,
        "flow_type": one.flow.flow_type.value,
        "actions": len(one.flow.actions),
        "sha256": one.flow.sha256,
        "legacy": one.legacy,
        "changes": list(one.changes),
        "placeholders": list(one.placeholders),
    }


def _show(found: Sequence[Imported], names: Mapping[str, str], problems: Sequence[str], into: Path | None) -> None:
    for one in found:
        form = "older export" if one.legacy else "flow"
        click.echo(f"{one.name}: {form}, {one.flow.flow_type.value}, {len(one.flow.actions)} actions")
        for change in one.changes or ("nothing was changed",):
            click.echo(f"  {change}")
    for foreign, local in sorted(names.items()):
        click.echo(f"map {foreign} = {local or '(to be said)'}")
    if into is not None and found:
        click.echo(f"wrote {len(found)} flows to {into}; check them with 'linekeeper flow check {into}'")
    for problem in problems:
        click.echo(problem, err=True)
