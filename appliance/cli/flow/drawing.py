"""`linekeeper flow draw`: a flow as a picture, drawn by Graphviz."""

from __future__ import annotations

import subprocess
from pathlib import Path

import click

from appliance.cli.flow.files import bundle_of, chosen, file_argument, flow_option, read_source
from appliance.cli.flow.writing import write_new
from appliance.cli.options import json_option
from appliance.cli.output import show_json
from appliance.errors import FlowError
from appliance.flow.drawing import dot

LIMIT_S = 60.0
FORMATS = ("svg", "png", "pdf", "dot")


@click.command("draw")
@file_argument
@flow_option
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="svg, png, pdf or dot.")
@click.option("--replace", is_flag=True, help="Replace a picture that is there.")
@json_option
def draw(*, file: Path, name: str | None, output: Path, replace: bool, as_json: bool) -> None:
    """Draw a flow of FILE. Blue runs here, yellow needs a local substitute, red takes its error branch on this box.

    Example: linekeeper flow draw main-menu.json --output main-menu.svg
    """
    form = output.suffix.removeprefix(".").lower()
    if form not in FORMATS:
        raise click.UsageError(f"--output {output}: the name must end in .{', .'.join(FORMATS)}")
    flow = chosen(bundle_of(read_source(file)), name)
    text = dot(flow).encode()
    write_new(output, text if form == "dot" else _drawn(text, form), replace=replace)
    if as_json:
        show_json({"flow": flow.name, "actions": len(flow.actions), "output": str(output)})
    else:
        click.echo(f"wrote {output}: {flow.name}, {len(flow.actions)} actions")


def _drawn(text: bytes, form: str) -> bytes:
    """Raises FlowError where Graphviz is missing or gives up."""
    try:
        done = subprocess.run(["dot", f"-T{form}"], input=text, capture_output=True, check=True, timeout=LIMIT_S)
    except FileNotFoundError:
        raise FlowError("pictures need Graphviz", ["install it: apt install graphviz"]) from None
    except subprocess.CalledProcessError as error:
        raise FlowError("Graphviz can't draw this flow", [error.stderr.decode(errors="replace")[:300]]) from error
    except subprocess.TimeoutExpired:
        raise FlowError("Graphviz can't draw this flow", [f"it took more than {LIMIT_S:g} s"]) from None
    return done.stdout
