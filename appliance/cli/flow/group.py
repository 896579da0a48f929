"""The commands of `linekeeper flow`, put together."""

from __future__ import annotations

import click

from appliance.cli.flow.checking import check
from appliance.cli.flow.drawing import draw
from appliance.cli.flow.exporting import export
from appliance.cli.flow.importing import import_flows
from appliance.cli.flow.installing import install
from appliance.cli.flow.listing import show_all
from appliance.cli.flow.mapping import show_map
from appliance.cli.flow.removing import remove
from appliance.cli.flow.running import run
from appliance.cli.flow.testing import test


@click.group("flow")
def command() -> None:
    """Call flows (IVR): import, check, try out, draw, map, install.

    Flows are files in the Amazon Connect Flow language (JSON, Version 2019-10-30). A bundle is a folder, an archive
    (zip, tar) or one document with flows, modules, hours, bots, prompts and the map of foreign names.

    Example: linekeeper flow import export.json --into branch && linekeeper flow install branch
    """


for _each in (check, draw, export, import_flows, install, remove, show_all, show_map, run, test):
    command.add_command(_each)
