"""`linekeeper config`: the TOML file — check, show, an example, reload — and the files rendered from it."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import cell, show_fields, show_json
from appliance.cli.switchboard import Switchboard
from appliance.config.contact_settings import box_paths, write_contact_settings
from appliance.config.function_files import function_problems
from appliance.config.lastgood import LastGood
from appliance.config.load import EXAMPLE_FILE, load


@click.group("config")
def command() -> None:
    """The configuration file: check, show, reload.

    Example: linekeeper config check
    """


@command.command("check")
@config_option
@json_option
def check(config_file: Path, as_json: bool) -> None:
    """Check the file: every problem at once, each with what to do about it.

    Exit code 1 says that the file can't be used; a running box then stays with the last good one. What is wrong
    outside of it (a function's file that is missing) is a warning.

    Example: linekeeper config check --config branch.toml
    """
    warnings = function_problems(load(config_file))
    if as_json:
        show_json({"file": str(config_file), "problems": [], "warnings": warnings})
        return
    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)
    click.echo(f"{config_file} is good")


@command.command("show")
@config_option
@json_option
def show(config_file: Path, as_json: bool) -> None:
    """Show the configuration as the box takes it: defaults filled in, numbers as E.164, passwords as stars.

    Example: linekeeper config show --json
    """
    document = load(config_file).model_dump(mode="json")
    if as_json:
        show_json(document)
        return
    for section, content in document.items():
        rows = content if isinstance(content, list) else [content]
        for row in rows:
            click.echo(f"[[{section}]]" if isinstance(content, list) else f"[{section}]")
            show_fields({key: cell(value) for key, value in row.items()})
            click.echo()


@command.command("example")
@json_option
def example(as_json: bool) -> None:
    """Print a configuration with every key explained.

    Example: linekeeper config example > branch.toml
    """
    text = EXAMPLE_FILE.read_text(encoding="utf-8")
    if as_json:
        show_json({"text": text})
    else:
        click.echo(text, nl=False)


@command.command("reload")
@config_option
@json_option
def reload(config_file: Path, as_json: bool) -> None:
    """Let the running switchboard read the file again; a broken one changes nothing and is reported.

    Numbers, flows of numbers, recording policy and trunks change at once; ports and folders with the next start.

    Example: linekeeper config reload
    """
    result = Switchboard(config_file).call("config.reload")
    if as_json:
        show_json(result)
    elif isinstance(result, dict):
        show_fields(result)
    else:
        click.echo("reloaded")


@command.command("render")
@click.argument("part", type=click.Choice(["edge", "contact"]))
@config_option
@json_option
def render(part: str, config_file: Path, as_json: bool) -> None:
    """Write what the edge or the contact processes read into run_dir. The systemd units call this before a start.

    Example: linekeeper config render edge
    """
    from appliance.cli.edge_files import prepare_edge

    configuration = LastGood(config_file).load().configuration
    paths = box_paths(configuration)
    paths.make()
    if part == "edge":
        prepare_edge(configuration, paths)
    else:
        write_contact_settings(configuration, paths)
    written = paths.edge_config if part == "edge" else paths.contact_settings
    if as_json:
        show_json({"written": str(written)})
    else:
        click.echo(f"wrote {written}")
