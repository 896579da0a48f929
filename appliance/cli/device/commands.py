"""`linekeeper device list|test`. Joins drivers, configuration and terminal; what is found is judged elsewhere."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from appliance.cli.device.listing import COLUMNS, rows_of
from appliance.cli.device.trial import Finding, Trial
from appliance.cli.device.voice import speak
from appliance.cli.exit_codes import ExitCode
from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_json, show_rows
from appliance.config.contact_settings import box_paths
from appliance.config.lastgood import LastGood
from appliance.config.schema import Configuration
from appliance.devices.seat.hygiene import read_uses
from appliance.errors import ConfigError, DevicesError
from hw.audio.exchange import SoundExchange
from hw.audio.loop import Loop
from hw.devices import Found, Kind
from hw.errors import DeviceBusyError, HwError
from hw.registry import DriverFallback, Registry


@click.group("device")
def command() -> None:
    """Headsets, lines and panels that are plugged into the box.

    Example: linekeeper device list
    """


@command.command("list")
@config_option
@json_option
def list_(config_file: Path, as_json: bool) -> None:
    """List what is plugged in, whose it is, and who has worn which headset.

    Nothing is opened. LINEKEEPER_HW=mock lists devices that aren't there.

    Example: linekeeper device list --json
    """
    configuration = _configuration(config_file)
    with _in_our_words():
        found = Registry().find()
    rows = list(rows_of(found, configuration, read_uses(box_paths(configuration).headset_uses)))
    if as_json:
        show_json(rows)
        return
    shown = [row | {"users": _worn(row)} for row in rows]
    show_rows(shown, COLUMNS, empty="nothing is plugged in")


@command.command("test")
@click.argument("device", required=False, default="")
@click.option("--seconds", type=click.FloatRange(1, 60), default=5.0, show_default=True, help="How long you speak.")
@click.option("--unattended", is_flag=True, help="Only what needs nobody: level and delay.")
@json_option
@click.pass_context
def test(context: click.Context, device: str, seconds: float, unattended: bool, as_json: bool) -> None:
    """Try a headset together with the person who wears it.

    A voice in the ear, your own voice with its level, the delay there and back, every button, every lamp. DEVICE is
    an address or serial of 'linekeeper device list', not needed where there is one headset only. Its service must not
    run meanwhile: systemctl stop 'linekeeper-headset@*'.

    Example: linekeeper device test /dev/hidraw0
    """
    terminal = Terminal(asks=not unattended)
    with _in_our_words(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DriverFallback)
        findings = list(_tried(_headset(Registry(), device), terminal, seconds, unattended))
    if as_json:
        show_json({"device": device or None, "findings": [asdict(finding) for finding in findings]})
    else:
        bad = [finding for finding in findings if not finding.fine]
        click.echo(f"{len(findings) - len(bad)} of {len(findings)} steps are fine")
    context.exit(ExitCode.OK if all(finding.fine for finding in findings) else ExitCode.FAILURE)


class Terminal:
    """The technician, by a terminal; standard output stays free for the result."""

    def __init__(self, *, asks: bool) -> None:
        self._asks = asks
        self._pictured = False

    def tell(self, words: str) -> None:
        self._end_picture()
        click.echo(words, err=True)

    def show(self, picture: str) -> None:
        self._pictured = True
        click.echo(f"\r{picture}", nl=False, err=True)

    def agrees(self, question: str) -> bool | None:
        self._end_picture()
        return click.confirm(question, default=True, err=True) if self._asks else None

    def found(self, finding: Finding) -> Finding:
        """Say what came of a step."""
        self.tell(f"  {finding.step}: {finding.words}" + ("" if finding.fine else "  ← not right"))
        return finding

    def _end_picture(self) -> None:
        if self._pictured:
            self._pictured = False
            click.echo(err=True)


def _tried(found: tuple[Registry, Found], terminal: Terminal, seconds: float, unattended: bool) -> Iterator[Finding]:
    registry, one = found
    backend = registry.headsets(one.driver)
    exchange = SoundExchange()
    with (
        contextlib.closing(backend.open(one)) as port,
        backend.open_sound(one, exchange),
        Loop(exchange) as loop,
    ):
        trial = Trial(loop, port, terminal, speak)
        if not unattended:
            yield terminal.found(trial.voice())
        yield terminal.found(trial.own_voice(seconds))
        yield terminal.found(trial.delay())
        if not unattended:
            yield from map(terminal.found, trial.buttons())
        yield from map(terminal.found, trial.lamps())


def _headset(registry: Registry, device: str) -> tuple[Registry, Found]:
    """Raises DevicesError."""
    headsets = [one for one in registry.find() if one.kind is Kind.HEADSET]
    fitting = [one for one in headsets if device in ("", one.address, one.stable, one.serial)]
    if not fitting:
        raise DevicesError(f"no headset {device or 'is plugged in'}; 'linekeeper device list' shows what there is")
    if len(fitting) > 1:
        raise DevicesError(f"which headset? {', '.join(one.address for one in fitting)} are plugged in; name one")
    return registry, fitting[0]


@contextlib.contextmanager
def _in_our_words() -> Iterator[None]:
    """Raises DevicesError for what the drivers raise."""
    try:
        yield
    except DeviceBusyError as error:
        raise DevicesError(f"{error}: systemctl stop 'linekeeper-headset@*'") from error
    except HwError as error:
        raise DevicesError(str(error)) from error


def _configuration(config_file: Path) -> Configuration:
    """What is plugged in can be listed without a configuration."""
    try:
        return LastGood(config_file, keep=False).load().configuration
    except ConfigError:
        return Configuration()


def _worn(row: dict[str, Any]) -> str | None:
    return ", ".join(f"{user['agent']} ({user['last']})" for user in row.get("users", ())) or None
