"""`linekeeper sync`: the link to the console."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import click
import msgspec

from appliance.cli.exit_codes import ExitCode
from appliance.cli.options import config_option, json_option
from appliance.cli.output import cell, show_done, show_fields, show_json
from appliance.cli.switchboard import Switchboard
from appliance.config.paths import BoxPaths
from appliance.errors import RequestError
from appliance.switchboard.calling import NotRunningError, call_socket

Json = dict[str, Any]
NO_CONSOLE = "this box belongs to no console; say: linekeeper enroll URL CODE"
_OF_AN_OUTAGE = ("began", "lasted_s", "why", "compared")


@click.group("sync")
def command() -> None:
    """The link to the console: what waits, what went wrong, whether both sides agree.

    Example: linekeeper sync status
    """


@command.command("status")
@config_option
@json_option
def status(config_file: Path, as_json: bool) -> None:
    """Show the link, what waits for the console, and the latest outages.

    Reads the box's files, so it works while the service is down. Times are UTC.

    Example: linekeeper sync status
    """
    from appliance.sync.standing import standing

    paths = Switchboard(config_file).paths
    found = standing(paths)
    live = _live(paths)
    shown = {**msgspec.to_builtins(found), "waiting": found.waiting, "service": live}
    if as_json:
        show_json(shown)
    elif not found.enrolled:
        click.echo(NO_CONSOLE)
    else:
        show_fields(_for_people(shown))


@command.command("now")
@config_option
@json_option
def now(config_file: Path, as_json: bool) -> None:
    """Try everything at once, whatever has gone wrong before.

    Also the way on after sending was stopped because box and console had different histories, once that is mended.

    Example: linekeeper sync now
    """
    paths = Switchboard(config_file).paths
    if not paths.enrolled.exists():
        raise RequestError(NO_CONSOLE, kind="conflict")
    show_done(_ask(paths, "sync.now"), "trying now; see 'linekeeper sync status'", as_json=as_json)


@command.command("check")
@config_option
@json_option
def check(config_file: Path, as_json: bool) -> int:
    """Check the way to the console step by step: identity, service, network, clock, chain, outages.

    Needs to read the box's key: run it as root or as the box's account. Exit code 1 if anything is wrong.

    Example: sudo linekeeper sync check
    """
    found = asyncio.run(_findings(Switchboard(config_file).paths))
    if as_json:
        show_json(found)
    else:
        for one in found:
            click.echo(f"{'ok   ' if one['ok'] else 'WRONG'}  {one['what']:<12} {one['text']}")
    return ExitCode.OK if all(one["ok"] for one in found) else ExitCode.FAILURE


async def _findings(paths: BoxPaths) -> list[Json]:
    from appliance.sync.checking import check as checked

    return [msgspec.to_builtins(finding) async for finding in checked(paths)]


def _live(paths: BoxPaths) -> Json | None:
    """What the running service says, None where none runs."""
    try:
        return _ask(paths, "sync.status")
    except NotRunningError:
        return None


def _ask(paths: BoxPaths, op: str) -> Json:
    try:
        answer: Json = call_socket(paths.sync_socket, op, {})
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise NotRunningError(
            f"no sync service answers at {paths.sync_socket}; start it with 'systemctl start linekeeper-sync' or "
            "'linekeeper up'"
        ) from error
    return answer


def _for_people(found: Json) -> Json:
    service = found["service"]
    link = found["link"]
    if service is None:
        link = "not known: the sync service does not run"
    elif found["link"] == "down":
        link = f"down since {found['down_since']}: {found['why']}"
    shown = {
        "box": f"{found['box']} (branch {found['branch']})",
        "console": found["console"],
        "link": link,
        "last success": found["last_success"] or "never",
        "last failure": f"{found['last_failure']}: {found['why']}" if found["last_failure"] else "never",
        "acknowledged": f"{found['position']} events",
        "waiting": f"{found['waiting']} events" + (f" ({cell(found['unsealed'])})" if found["unsealed"] else ""),
        "recordings": None if service is None else f"{service['pending_recordings']} waiting",
        "STOPPED": found["halted"] or found["revoked"],
        "warnings": "; ".join(service["warnings"]) if service else "",
        "outages": [{key: one[key] for key in _OF_AN_OUTAGE} for one in found["outages"]],
    }
    return {key: value for key, value in shown.items() if value not in ("", None, [])}
