"""`linekeeper line doctor`: records a line in each of its states, or reads recordings, and says what is wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from appliance.cli.exit_codes import ExitCode
from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_json
from appliance.config.lastgood import LastGood
from appliance.config.lines import GATEWAY, line_country, line_named
from appliance.config.schema import Configuration, Line
from appliance.devices.line.opening import found_of, open_line, profile_file, wanted
from appliance.errors import DevicesError
from hw.devices import Found
from hw.errors import HwError
from hw.line.doctor.captures import Captures
from hw.line.doctor.examination import Examination, Wishes
from hw.line.doctor.files import load, save
from hw.line.doctor.findings import Findings, find
from hw.line.doctor.words import facts_of, remarks_of
from hw.line.profile_text import to_text
from hw.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The command line. Names as its options have them."""

    line: str | None
    call: str
    wait_call_s: float
    keep: Path | None
    captures: Path | None
    country: str
    dry_run: bool
    config_file: Path
    as_json: bool


@click.command("doctor")
@click.argument("line", required=False)
@click.option("--call", metavar="NUMBER", default="", help="Also call this telephone; you answer it and hang it up.")
@click.option(
    "--wait-call",
    "wait_call_s",
    metavar="SECONDS",
    type=click.FloatRange(0, 600),
    default=0.0,
    help="Also wait so long for a call to the line.",
)
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="Keep the recordings in this folder.")
@click.option(
    "--captures",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Examine recordings instead of the line: idle.wav, off_hook.wav, echo.wav, ringing.wav, ended.wav.",
)
@click.option("--country", metavar="CC", default="", help="Country of the exchange; default: as the line has it.")
@click.option("--dry-run", is_flag=True, help="Write no profile.")
@config_option
@json_option
@click.pass_context
def doctor(context: click.Context, /, **options: Any) -> None:
    """Find out what is at the end of LINE: tone plan, caller id, levels, echo, how a hang-up is told.

    The line's service must not run meanwhile. The line is taken off-hook for some ten seconds; with --call it calls a
    telephone that you answer and hang up, with --wait-call it waits for you to call it. What was learned is written
    into the line's profile, used from the next start of its service on. With --captures no line is needed, and
    recordings made elsewhere will do (8 kHz, mono, 16 bit).

    Exit code 1: something is wrong with the line.

    \b
    Example: linekeeper line doctor front --call 2125550123 --wait-call 60
             linekeeper line doctor --captures recordings --country GB
    """
    asked = Asked(**options)
    if asked.line is None and asked.captures is None:
        raise click.UsageError("name a line, or recordings with --captures")
    configuration = None if asked.line is None else LastGood(asked.config_file, keep=False).load().configuration
    found, file = _told(asked, configuration)
    _show(found, file, as_json=asked.as_json)
    if remarks_of(found):
        context.exit(ExitCode.FAILURE)


def _told(asked: Asked, configuration: Configuration | None) -> tuple[Findings, Path | None]:
    """The findings, and where the profile was written."""
    if configuration is None or asked.line is None:
        return find(_taken(asked, asked.country, None)), None
    entry = _entry(configuration, asked.line)
    country = asked.country or line_country(configuration, entry)
    found = find(_taken(asked, country, lambda wishes: _examine(configuration, entry, wishes, quiet=asked.as_json)))
    write = not asked.dry_run and not found.voice
    return found, _write(configuration, entry, found) if write else None


def _taken(asked: Asked, country: str, examine: Callable[[Wishes], Captures] | None) -> Captures:
    """Captures of a folder, or of the line. Raises DevicesError."""
    try:
        if asked.captures is not None or examine is None:
            stored = load(asked.captures or Path())
            captures = dataclasses.replace(stored, country=country or stored.country)
        else:
            captures = examine(Wishes(country=country, call=asked.call, wait_call_s=asked.wait_call_s))
        if asked.keep is not None:
            save(captures, asked.keep)
    except (HwError, OSError) as error:
        raise DevicesError(str(error)) from error
    return captures


def _entry(configuration: Configuration, name: str) -> Line:
    entry = line_named(configuration, name)
    if entry is None:
        known = ", ".join(one.name for one in configuration.lines) or "none"
        raise DevicesError(f"there is no line {name!r}; under [[lines]] there is: {known}")
    return entry


def _examine(configuration: Configuration, entry: Line, wishes: Wishes, *, quiet: bool) -> Captures:
    if entry.kind == GATEWAY:
        raise DevicesError(f"line {entry.name} is a gateway's: its own web page has the line's tests and settings")
    registry = Registry()
    found = found_of(entry, registry)
    voltage_v = _voltage(found, registry)
    with open_line(wanted(configuration, entry), registry) as opened:
        return Examination(opened, wishes, lambda text: None if quiet else click.echo(text)).run(voltage_v)


def _voltage(found: Found, registry: Registry) -> float | None:
    """What the device says of tip and ring, None where it can't."""
    told = registry.lines(found.kind, found.driver).probe(found).facts.get("line voltage", "")
    if told.startswith("none"):
        return 0.0
    try:
        return float(told.split(" ")[0])
    except ValueError:
        return None


def _write(configuration: Configuration, entry: Line, found: Findings) -> Path:
    file = profile_file(configuration.box.data_dir, entry.name)
    fresh = file.with_suffix(".new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(to_text(found.profile), encoding="utf-8")
        return fresh.replace(file)
    except OSError as error:
        raise DevicesError(f"the profile can't be written to {file}: {error}; or use --dry-run") from error


def _show(found: Findings, file: Path | None, *, as_json: bool) -> None:
    facts, remarks = facts_of(found), remarks_of(found)
    if as_json:
        details: dict[str, Any] = dataclasses.asdict(found)
        show_json({"facts": facts, "remarks": remarks, "profile_file": file, "findings": details})
        return
    for name, fact in facts.items():
        click.echo(f"{name + ':':<11} {fact}")
    for remark in remarks:
        click.echo(f"! {remark}")
    if not remarks:
        click.echo("Nothing is wrong.")
    if file is not None:
        click.echo(f"The line's profile is in {file}; it holds from the next start of the line's service on.")
