"""`linekeeper feature`: the codes that phones dial, and the box functions that flows call."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_listing
from appliance.config.features import feature_table
from appliance.config.lastgood import LastGood
from appliance.features import BOX_FUNCTIONS, Feature, Rights, takes_of

CODES = {"code": "code", "name": "name", "takes": "then dial", "function": "box function", "flow": "flow"}
FUNCTIONS = {"function": "box function", "parameters": "parameters", "answers": "answers", "callers": "who may call"}


@click.group("feature")
def command() -> None:
    """Feature codes: what phones can do by dialling *…; [[features]] of the configuration changes them.

    Example: linekeeper feature list
    """


@command.command("list")
@config_option
@json_option
def codes(config_file: Path, as_json: bool) -> None:
    """List the codes in force.

    Example: linekeeper feature list
    """
    table = feature_table(LastGood(config_file, keep=False).load().configuration)
    rows = [
        {
            "code": feature.code,
            "name": feature.name,
            "takes": feature.takes.value,
            "function": feature.function or None,
            "flow": feature.flow,
        }
        for feature in sorted(table, key=lambda feature: feature.code)
    ]
    show_listing(rows, CODES, empty="no feature has a code", as_json=as_json)


@command.command("functions")
@json_option
def functions(as_json: bool) -> None:
    """List the box functions: what a flow's InvokeLambdaFunction may call under their names.

    Every one also answers "sentence", what to say to the caller; on the error branch "error" as well.

    Example: linekeeper feature functions
    """
    rows = [_function(name, row) for name, row in sorted(BOX_FUNCTIONS.items())]
    show_listing(rows, FUNCTIONS, empty="none", as_json=as_json)


def _function(name: str, row: Feature) -> dict[str, object]:
    callers = "phones inside; others with agent and pin" if row.rights is Rights.PIN else "phones inside"
    return {"function": name, "parameters": list(takes_of(row)), "answers": list(row.answers), "callers": callers}
