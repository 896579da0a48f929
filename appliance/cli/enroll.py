"""`linekeeper enroll`: the box gets its identity from a console, for a one-time code of the console's page."""

from __future__ import annotations

import asyncio
import sys
from importlib.metadata import version
from pathlib import Path

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_done
from appliance.cli.switchboard import become_owner
from appliance.cloud.enrolment import canonical_code
from appliance.config.contact_settings import box_paths
from appliance.config.lastgood import LastGood
from appliance.errors import RequestError
from appliance.sync.identity import enrolling
from appliance.sync.identity.identity import Identity, is_enrolled, load_identity
from appliance.sync.identity.machine import machine_id

FINGERPRINT_DIGITS = 64


@click.command("enroll")
@click.argument("url")
@click.argument("code", required=False)
@click.option("--fingerprint", metavar="SHA256", help="Of the console's authority, as its page shows it.")
@click.option("--again", is_flag=True, help="Also where the box belongs to a console already.")
@config_option
@json_option
def command(
    *, url: str, code: str | None, fingerprint: str | None, again: bool, config_file: Path, as_json: bool
) -> None:
    """Join this box to the console at URL with the one-time CODE that its page "Enrol a box" shows.

    Without CODE it is read from standard input. The console's fingerprint is compared with --fingerprint, or shown and
    asked about. The box's key is made here and never leaves it.

    Example: linekeeper enroll https://console.example.com:8443 7KQM-3XWP-9DTA
    """
    configuration = LastGood(config_file, keep=False).load().configuration
    data = box_paths(configuration).data
    if is_enrolled(data) and not again:
        enrolled = load_identity(data).box
        raise RequestError(f"this box is enrolled as {enrolled}; --again makes it another box", kind="conflict")
    typed = code if code is not None else sys.stdin.readline()
    wanted = canonical_code(typed)
    address = enrolling.console_url(url)
    authority = asyncio.run(enrolling.ask_authority(address))
    _confirm(authority.fingerprint, fingerprint)
    data.mkdir(parents=True, exist_ok=True)
    become_owner(data)
    identity = asyncio.run(
        enrolling.enrol(
            data,
            url=address,
            authority=authority,
            joining=enrolling.Joining(
                code=wanted,
                name=configuration.box.name,
                machine=machine_id(),
                version=version("linekeeper"),
                box=load_identity(data).box if is_enrolled(data) else "",
            ),
        )
    )
    show_done(_shown(identity), _sentence(identity), as_json=as_json)


def _confirm(found: str, given: str | None) -> None:
    """Raises RequestError where it is the wrong one, or nobody can be asked."""
    if given is not None:
        if _digits(given) != found:
            raise RequestError(
                f"the console there has the fingerprint {found}, not the one given; check address and fingerprint",
                kind="fingerprint",
            )
        return
    if not sys.stdin.isatty():
        raise RequestError(f"the console has the fingerprint {found}; give it with --fingerprint", kind="fingerprint")
    click.echo(f"The console says of itself (SHA-256):\n  {_grouped(found)}", err=True)
    click.confirm("Is that what its page shows?", abort=True, err=True)


def _digits(text: str) -> str:
    """Raises RequestError."""
    found = text.lower().removeprefix("sha256:").replace(":", "").replace(" ", "")
    if len(found) != FINGERPRINT_DIGITS:
        raise RequestError(f"{text!r} is no fingerprint; it has {FINGERPRINT_DIGITS} hexadecimal digits")
    return found


def _grouped(digits: str) -> str:
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def _shown(identity: Identity) -> dict[str, object]:
    return {
        "box": identity.box,
        "branch": identity.console.branch,
        "url": identity.console.url,
        "certificate_ends": identity.certificate.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "sealed_recordings": bool(identity.console.recipients),
    }


def _sentence(identity: Identity) -> str:
    return f"this box is {identity.box} of branch {identity.console.branch} at {identity.console.url}"
