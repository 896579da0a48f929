"""`linekeeper console add-branch`: a branch, before its box is enrolled."""

from __future__ import annotations

import asyncio
import re
import time
import zoneinfo
from pathlib import Path

import click

from appliance.cli.console.options import data_dir_option, database_option, database_url
from appliance.cli.options import json_option
from appliance.cli.output import show_json
from appliance.console.database.tables import Branch
from appliance.console.database.upgrading import up_to_date
from appliance.errors import ConsoleError

_NAME = re.compile(r"^[a-z0-9][a-z0-9-]{0,39}$")


@click.command("add-branch")
@click.argument("branch")
@click.option("--name", default="", help="As people know it; the short name unless given.")
@click.option("--timezone", default="UTC", show_default=True, help="IANA name, as Asia/Seoul: its days in reports.")
@database_option
@data_dir_option
@json_option
def command(*, branch: str, name: str, timezone: str, database: str | None, data_dir: Path, as_json: bool) -> None:
    """Add a branch, or change its name and time zone. BRANCH: a short name for addresses, as seoul-1.

    Example: linekeeper console add-branch seoul-1 --name "Seoul, City Hall" --timezone Asia/Seoul
    """
    if not _NAME.match(branch):
        raise ConsoleError(f"{branch!r} is no short name; use a-z, 0-9 and -, at most 40, as seoul-1")
    if timezone not in zoneinfo.available_timezones():
        raise ConsoleError(f"there is no time zone {timezone!r}; give an IANA name, as Asia/Seoul")
    asyncio.run(_put(database_url(database, data_dir), branch, name or branch, timezone))
    if as_json:
        show_json({"branch": branch, "name": name or branch, "timezone": timezone})
    else:
        click.echo(f"branch {branch} is there")


async def _put(url: str, branch: str, name: str, timezone: str) -> None:
    async with up_to_date(url) as database, database.writing() as session:
        found = await session.get(Branch, branch)
        if found is None:
            session.add(Branch(branch=branch, name=name, timezone=timezone, created_s=time.time()))
        else:
            found.name, found.timezone = name, timezone
