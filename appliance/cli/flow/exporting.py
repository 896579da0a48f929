"""`linekeeper flow export`: everything that was installed, as one bundle: a document, or an archive with its audio."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from appliance.archives import zipped
from appliance.cli.flow.writing import write_new
from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_json
from appliance.cli.switchboard import Switchboard
from appliance.errors import FlowError
from appliance.flow.bundle_files import packed
from appliance.flow.document import canonical
from appliance.switchboard.publication.flow_set import prompt_stem

ARCHIVE = ".zip"


@click.command("export")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file to write.")
@click.option("--replace", is_flag=True, help="Replace a file that is there.")
@config_option
@json_option
def export(output: Path, replace: bool, config_file: Path, as_json: bool) -> None:
    """Write the flows, modules, hours, bots, prompts and the map of this box to a bundle; default flows are left out.

    A name ending in .zip makes an archive with the audio of the prompts, which 'linekeeper flow install' takes on
    another box; any other name a document without audio. The hash is the one that contact records name.

    Example: linekeeper flow export --output branch.zip
    """
    switchboard = Switchboard(config_file)
    answer = switchboard.call("flow.export")
    content = canonical(answer["bundle"])
    prompts: Mapping[str, str] = answer["bundle"]["Prompts"]
    with_audio = output.suffix.lower() == ARCHIVE
    if with_audio:
        content = zipped(packed(content, _sounds(prompts, switchboard.paths.prompts)))
    write_new(output, content, replace=replace)
    told: dict[str, Any] = {"output": str(output), "sha256": answer["sha256"], "flows": answer["flows"]}
    if as_json:
        show_json({**told, "prompts": sorted(prompts), "audio": with_audio})
        return
    click.echo(f"wrote {output}: {len(answer['flows'])} flows, bundle {answer['sha256'][:12]}")
    if prompts and not with_audio:
        click.echo(f"the audio of {len(prompts)} prompts is not in it; a name ending in {ARCHIVE} takes it along")


def _sounds(prompts: Mapping[str, str], folder: Path) -> dict[str, bytes]:
    """Raises FlowError with every prompt whose file is gone."""
    found: dict[str, bytes] = {}
    problems: list[str] = []
    for name, sha256 in prompts.items():
        path = folder / f"{prompt_stem(name, sha256)}.wav"
        try:
            found[sha256] = path.read_bytes()
        except OSError as error:
            problems.append(f"prompt {name}: {path} can't be read ({error.strerror}); install its bundle again")
    if problems:
        raise FlowError("the bundle can't be written whole", problems)
    return found
