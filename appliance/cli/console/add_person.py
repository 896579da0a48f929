"""`linekeeper console add-person`: the first admin of a console, and the way back in for one who lost the phone."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import click

from appliance.cli.console.options import data_dir_option, database_option, database_url
from appliance.cli.options import json_option
from appliance.cli.output import show_json
from appliance.console.database.upgrading import up_to_date
from appliance.console.people import keeping, passwords
from appliance.console.people.present import Signature
from appliance.console.people.roles import Grant, grant_of

_BY = "console"  # who did it, in the audit log: whoever may run commands on the console's machine


@click.command("add-person")
@click.argument("person")
@click.option("--name", default="", help="As people know them; the sign-in name unless given.")
@click.option("--role", "roles", multiple=True, help="ROLE@BRANCH, again for more: admin@* unless given.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--reset", is_flag=True, help="For somebody there already: new password, second factor forgotten.")
@database_option
@data_dir_option
@json_option
def command(
    *,
    person: str,
    name: str,
    roles: tuple[str, ...],
    password_stdin: bool,
    reset: bool,
    database: str | None,
    data_dir: Path,
    as_json: bool,
) -> None:
    """Add a person who may sign in to the console. PERSON: the sign-in name.

    Roles are admin, supervisor and auditor, at a branch or at * for all. The password is typed or read from standard
    input, never given as an argument; the second factor is set up at the first sign-in.

    Example: linekeeper console add-person kim --name "Kim Minji" --role admin@*
    """
    log_in_name = keeping.checked_name(person)
    grants = [grant_of(role) for role in roles or ("admin@*",)]
    password = passwords.hashed(passwords.checked(_given_password(password_stdin), name=log_in_name))
    url = database_url(database, data_dir)
    asyncio.run(
        _reset(url, log_in_name, password) if reset else _add(url, log_in_name, name or log_in_name, grants, password)
    )
    if as_json:
        show_json({"person": log_in_name, "roles": [] if reset else [str(grant) for grant in grants], "reset": reset})
    else:
        click.echo(f"{log_in_name} may sign in; the second factor is set up then")


async def _add(url: str, person: str, name: str, grants: list[Grant], password: str) -> None:
    async with up_to_date(url) as database, database.writing() as session:
        signature = Signature(wall_s=time.time(), who=_BY, address="")
        await keeping.add(
            session, person=person, name=name, grants=grants, password=password, once=False, signature=signature
        )


async def _reset(url: str, person: str, password: str) -> None:
    """The password is for once, as when an admin resets it by the page."""
    async with up_to_date(url) as database, database.writing() as session:
        signature = Signature(wall_s=time.time(), who=_BY, address="")
        await keeping.reset(session, person, password=password, factor_too=True, signature=signature)


def _given_password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return asked
