"""`linekeeper flow map`: what foreign names mean here, on the box or in the folder of a bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from appliance.cli.flow.box import joined, known_box, the_box
from appliance.cli.flow.files import bundle_of, read_source
from appliance.cli.flow.needed import MapRow, guess, map_rows
from appliance.cli.flow.writing import write_new
from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_json, show_rows
from appliance.cli.switchboard import Switchboard
from appliance.errors import RequestError
from appliance.flow.bundle_files import MAP_FILE, map_file, read_map
from appliance.flow.document import parse, read_json
from appliance.flow.facts import Library
from appliance.flow.model import FlowType
from appliance.ids import FlowId

COLUMNS = {
    "state": "state",
    "kind": "kind",
    "foreign": "name in the flow",
    "cloud_name": "called",
    "local": "means here",
    "flows": "in flows",
}


@click.command("map")
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--set", "given", multiple=True, metavar="FOREIGN=LOCAL", help="Say what a name means; may be repeated.")
@click.option("--forget", multiple=True, metavar="FOREIGN", help="Take a name out of the map; may be repeated.")
@click.option("--guess", "guesses", is_flag=True, help="Also map what has a namesake here, by its name in the cloud.")
@click.option("--missing", "only_missing", is_flag=True, help="Show only what isn't mapped.")
@config_option
@json_option
def show_map(
    *,
    folder: Path | None,
    given: tuple[str, ...],
    forget: tuple[str, ...],
    guesses: bool,
    only_missing: bool,
    config_file: Path,
    as_json: bool,
) -> None:
    """Show and edit what the names in flows mean here: ARN, id or placeholder → queue, flow, prompt, hours, bot …

    Of the box, or of the bundle in FOLDER (its map.json). State "missing": nothing of that name is here; such an
    action takes its error branch. "here": found without a map. The table shows the end of an ARN, --json the whole;
    --set takes either, or what the cloud called it.

    Example: linekeeper flow map --set "Basic queue=sales" --set 0b9f6a52-7a44-4b5e-9b0a-3d2f4c1e8a77=night
    """
    edited = _Folder(folder, config_file) if folder is not None else _Box(config_file)
    wanted = _meant(dict(_pair(text) for text in given), edited.rows())
    if guesses:
        wanted = {**guess(edited.rows(), edited.library), **wanted}
    if wanted or forget:
        edited.edit(wanted, forget)
    rows = [row for row in edited.rows() if row.state == "missing" or not only_missing]
    if as_json:
        show_json({"map": dict(edited.names), "rows": msgspec.to_builtins(rows)})
    else:
        _show(rows, only_missing=only_missing)


class _Box:
    """The map of the box."""

    def __init__(self, config_file: Path) -> None:
        self._config_file = config_file
        self._read()

    def _read(self) -> None:
        box = the_box(self._config_file)
        self.library = box.library
        self.names: Mapping[str, str] = box.bundle.names
        self._flows = box.documents

    def rows(self) -> list[MapRow]:
        return _rows(self._flows, self.library, self.names)

    def edit(self, wanted: Mapping[str, str], forget: Sequence[str]) -> None:
        Switchboard(self._config_file).call("flow.map", set=dict(wanted), forget=list(forget))
        self._read()


class _Folder:
    """The map of a bundle folder, seen with the eyes of the box where there is one."""

    def __init__(self, folder: Path, config_file: Path) -> None:
        self._file = folder / MAP_FILE
        self._folder = folder
        self._box = known_box(config_file)
        self._read()

    def _read(self) -> None:
        gathered = read_source(self._folder)
        bundle = bundle_of(gathered)
        self._flows = read_json(gathered.document)["Flows"]
        self.library = joined(bundle, self._box)
        self.names: Mapping[str, str] = bundle.names

    def rows(self) -> list[MapRow]:
        return _rows(self._flows, self.library, self.names)

    def edit(self, wanted: Mapping[str, str], forget: Sequence[str]) -> None:
        names = read_map(self._file.read_bytes()) if self._file.exists() else {}
        for foreign in forget:
            if foreign not in names:
                raise RequestError(f"{self._file} has no {foreign!r}; see 'linekeeper flow map'", kind="not_found")
            del names[foreign]
        write_new(self._file, map_file({**names, **wanted}), replace=True)
        self._read()


def _rows(flows: Mapping[str, Any], library: Library, names: Mapping[str, str]) -> list[MapRow]:
    """Placeholders as they stand: the flows are read without the map's values in them."""
    pairs = [
        (parse(raw["Document"], name=FlowId(name), flow_type=FlowType(raw["Type"])), raw["Document"])
        for name, raw in flows.items()
    ]
    return map_rows(pairs, library, names)


def _meant(wanted: Mapping[str, str], rows: Sequence[MapRow]) -> dict[str, str]:
    """A name may also be given by the end of its ARN, or as the cloud called it, where that is clear."""
    found: dict[str, str] = {}
    for given, local in wanted.items():
        named = [row.foreign for row in rows if given in (row.foreign, row.cloud_name, short(row.foreign))]
        if len(named) > 1 and given not in named:
            raise click.UsageError(f"--set {given}: that could be {' or '.join(named)}; give the whole name")
        found[named[0] if len(named) == 1 else given] = local
    return found


def short(foreign: str) -> str:
    """The end of an ARN, which says which one it is."""
    if not foreign.startswith("arn:"):
        return foreign
    return foreign.rpartition("/")[2] if "/" in foreign else foreign.rpartition(":function:")[2] or foreign


def _pair(text: str) -> tuple[str, str]:
    foreign, sign, local = text.rpartition("=")
    if not (foreign and sign and local):
        raise click.UsageError(f"--set {text!r} is no FOREIGN=LOCAL")
    return foreign, local


def _show(rows: Sequence[MapRow], *, only_missing: bool) -> None:
    shown = [
        {
            **msgspec.to_builtins(row),
            "foreign": short(row.foreign),
            "cloud_name": row.cloud_name or None,
            "local": row.local or None,
        }
        for row in rows
    ]
    empty = "everything is mapped" if only_missing else "flows name nothing that would have to be mapped"
    show_rows(shown, COLUMNS, empty=empty)
    missing = sum(row.state == "missing" for row in rows)
    if missing:
        click.echo(f"{missing} missing; map them with --set NAME=LOCAL, or make what they are called")
