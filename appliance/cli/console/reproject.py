"""`linekeeper console reproject`: what an older console couldn't read of the events that it stored."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import click

from appliance.cli.console.options import data_dir_option, database_option, database_url
from appliance.cli.options import json_option
from appliance.cli.output import show_json
from appliance.console.context import Console
from appliance.console.database.upgrading import up_to_date
from appliance.console.ingest.again import project_again
from appliance.console.notices import Notices
from appliance.console.settings import Settings


@click.command("reproject")
@database_option
@data_dir_option
@json_option
def command(*, database: str | None, data_dir: Path, as_json: bool) -> None:
    """Go through all stored events once more, after the console was behind its boxes.

    Boxes may be newer than the console: what it can't read it keeps. After an update this brings it in; what is there
    already stays as it is. The console may run meanwhile.

    Example: linekeeper console reproject
    """
    done = asyncio.run(_again(database_url(database, data_dir), data_dir))
    if as_json:
        show_json({"events": done})
    else:
        click.echo(f"{done} events gone through")


async def _again(url: str, data_dir: Path) -> int:
    async with up_to_date(url) as database:
        settings = Settings(database=url, data_dir=data_dir, public_url="", box_url="")
        console = Console(settings=settings, database=database, notices=Notices(database), now_s=time.time)
        return await project_again(console)
