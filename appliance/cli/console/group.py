"""The commands of `linekeeper console`; without one of them it serves.

A sub-command is one line in SUB_COMMANDS: a module with `command`. Those that aren't there are no commands.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from pathlib import Path

import click
from typing_extensions import override

from appliance.cli.console.options import data_dir_option, database_option, database_url
from appliance.cli.options import json_option

SUB_COMMANDS: Mapping[str, str] = {
    "add-person": "appliance.cli.console.add_person",
    "add-branch": "appliance.cli.console.add_branch",
    "code": "appliance.cli.console.code",
    "reproject": "appliance.cli.console.reproject",
}


VARIABLES = "LINEKEEPER_CONSOLE"  # what the names of the options' environment variables begin with


class ConsoleGroup(click.Group):
    """Imports a sub-command when it is used: most of the console isn't needed for `--help`."""

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, module in SUB_COMMANDS.items() if importlib.util.find_spec(module)]

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command = importlib.import_module(SUB_COMMANDS[cmd_name]).command
        assert isinstance(command, click.Command)
        return command


@click.group(
    "console", cls=ConsoleGroup, invoke_without_command=True, context_settings={"auto_envvar_prefix": VARIABLES}
)
@click.option("--listen", default="127.0.0.1:8080", show_default=True, help="Where people reach it: HOST:PORT.")
@click.option("--box-listen", default="0.0.0.0:8443", show_default=True, help="Where boxes reach it: HOST:PORT.")
@click.option(
    "--public-url", default="", help="People's address, if a proxy stands before it: https://console.example."
)
@click.option("--box-url", default="", help="Boxes' address: https://boxes.example:8443.")
@click.option("--certificate", default="", help="PEM file (key and chain): https for people without a proxy.")
@click.option("--proxy", "proxies", default="127.0.0.1", show_default=True, help="Whose X-Forwarded-For counts.")
@click.option("--recordings", default="", help="A folder or s3://BUCKET/PREFIX; in the data folder unless given.")
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="Needs PostgreSQL if > 1.")
@click.option(
    "--webhook-network", "webhook_networks", multiple=True, help="Webhooks may lead into this one too: 10.0.0.0/8."
)
@click.option(
    "--speech",
    default=None,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A box's configuration: prompts are spoken with its voices; espeak-ng's unless given.",
)
@click.option(
    "--log-level", type=click.Choice(("debug", "info", "warning", "error")), default="info", show_default=True
)
@click.option(
    "--demo-data", is_flag=True, help="Fill an empty console with a fortnight of five made-up branches, which go on."
)
@database_option
@data_dir_option
@json_option
@click.pass_context
def command(
    context: click.Context,
    *,
    listen: str,
    box_listen: str,
    public_url: str,
    box_url: str,
    certificate: str,
    proxies: str,
    recordings: str,
    processes: int,
    log_level: str,
    webhook_networks: tuple[str, ...],
    speech: Path | None,
    demo_data: bool,
    database: str | None,
    data_dir: Path,
    as_json: bool,
) -> None:
    """Run the console: the cloud side of any number of boxes.

    People's port serves the pages and /api/v1, the boxes' port takes only boxes that were enrolled. The database is
    brought up to date when it starts. Every option may be an environment variable too: LINEKEEPER_CONSOLE_LISTEN,
    LINEKEEPER_CONSOLE_BOX_LISTEN and so on; linekeeper-console.service reads them from a file.

    Example: linekeeper console --listen 127.0.0.1:8080 --box-listen 0.0.0.0:8443 --data-dir /srv/console
    """
    if context.invoked_subcommand is not None:
        return
    if importlib.util.find_spec("fastapi") is None:
        raise click.ClickException("the console isn't installed with this package; pip install 'linekeeper[console]'")
    from appliance.cli.console.serving import Asked, serve

    serve(
        Asked(
            listen=listen,
            box_listen=box_listen,
            database=database_url(database, data_dir),
            data_dir=data_dir,
            public_url=public_url,
            box_url=box_url,
            recordings=recordings,
            certificate=certificate,
            proxies=proxies,
            processes=processes,
            log_level=log_level,
            webhook_networks=webhook_networks,
            speech=speech,
            demo_data=demo_data,
            as_json=as_json,
        )
    )
