"""`linekeeper flow export`: everything that was installed, as one bundle document."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from appliance.cli.flow.writing import write_new
from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_json
from appliance.cli.switchboard import Switchboard
from appliance.flow.document import canonical


@click.command("export")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file to write.")
@click.option("--replace", is_flag=True, help="Replace a file that is there.")
@config_option
@json_option
def export(output: Path, replace: bool, config_file: Path, as_json: bool) -> None:
    """Write the flows, modules, hours, bots and the map of this box to a bundle document; default flows are left out.

    Its hash is the one that contact records name. Audio is not in it: copy the prompts folder beside it.

    Example: linekeeper flow export --output branch.json
    """
    answer = Switchboard(config_file).call("flow.export")
    document = canonical(answer["bundle"])
    write_new(output, document, replace=replace)
    told = {"output": str(output), "sha256": answer["sha256"], "flows": answer["flows"]}
    if as_json:
        show_json(msgspec.to_builtins(told))
    else:
        click.echo(f"wrote {output}: {len(answer['flows'])} flows, bundle {answer['sha256'][:12]}")
