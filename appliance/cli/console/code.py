"""`linekeeper console code`: a one-time code with which a branch's box joins this console."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import click

from appliance.cli.console.options import data_dir_option, database_option, database_url
from appliance.cli.options import json_option
from appliance.cli.output import show_json
from appliance.cloud.enrolment import shown_code
from appliance.console.audit.entries import Deed
from appliance.console.audit.log import note
from appliance.console.authority.codes import LIFETIME_S, make_code
from appliance.console.authority.keys import authority_folder, console_keys
from appliance.console.database.tables import Branch
from appliance.console.database.upgrading import up_to_date
from appliance.errors import ConsoleError

_BY = "console"  # who did it, in the audit log: whoever may run commands on the console's machine


@click.command("code")
@click.argument("branch")
@database_option
@data_dir_option
@json_option
def command(*, branch: str, database: str | None, data_dir: Path, as_json: bool) -> None:
    """Make an enrolment code for BRANCH, as the page "Enrol a box" does; it is good once.

    The fingerprint is what 'linekeeper enroll' shows on the box: compare them.

    Example: linekeeper console code seoul-1
    """
    code = asyncio.run(_made(database_url(database, data_dir), branch))
    fingerprint = console_keys(authority_folder(data_dir)).fingerprint
    if as_json:
        show_json({"branch": branch, "code": code, "fingerprint": fingerprint, "lifetime_s": LIFETIME_S})
    else:
        click.echo(f"{shown_code(code)}  good once, for {LIFETIME_S / 3600:.0f} hours\nfingerprint {fingerprint}")


async def _made(url: str, branch: str) -> str:
    """Raises ConsoleError where there is no such branch."""
    now_s = time.time()
    async with up_to_date(url) as database, database.writing() as session:
        if await session.get(Branch, branch) is None:
            raise ConsoleError(f"there is no branch {branch!r}; add it with 'linekeeper console add-branch'")
        code = await make_code(session, branch=branch, made_by=_BY, now_s=now_s)
        await note(session, wall_s=now_s, who=_BY, deed=Deed.CODE_MADE, about=f"branch:{branch}", branch=branch)
        return code
