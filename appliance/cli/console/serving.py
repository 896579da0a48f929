"""The command line's words become the orders of the console's processes."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import click
import msgspec
from systemd.daemon import notify

from appliance.cli.console.options import made
from appliance.cli.output import show_json
from appliance.config.contact_settings import box_paths, to_speech_settings
from appliance.config.load import load
from appliance.console.database.engine import plain_url
from appliance.console.demo_data import preparing
from appliance.console.serving import worker
from appliance.console.serving.orders import Orders
from appliance.console.serving.ports import bound, shown
from appliance.console.serving.workers import Workers
from appliance.console.settings import Settings
from appliance.console.webhooks.addresses import networks_of
from appliance.contact.settings import SpeechSettings
from appliance.errors import ConsoleError
from appliance.switchboard.service_manager import ServiceManager


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The options of `linekeeper console`; urls "": made of the addresses."""

    listen: str
    box_listen: str
    database: str
    data_dir: Path
    public_url: str
    box_url: str
    recordings: str
    certificate: str
    proxies: str
    processes: int
    log_level: str
    webhook_networks: tuple[str, ...]
    speech: Path | None
    demo_data: bool
    as_json: bool


def serve(asked: Asked) -> None:
    """Until SIGTERM or SIGINT. Raises ConsoleError."""
    url = plain_url(asked.database)
    made(asked.data_dir)
    if asked.processes > 1 and url.startswith("sqlite"):
        raise ConsoleError("several processes need PostgreSQL: SQLite is for one; give --database postgresql://…")
    if asked.processes > 1 and asked.demo_data:
        raise ConsoleError("the made-up branches of --demo-data live in one process; leave --processes out")
    with bound(asked.listen) as people, bound(asked.box_listen) as boxes:
        orders = _orders(asked, url, people, boxes)
        if asked.demo_data:
            preparing.prepare(orders.settings, tell=lambda line: click.echo(line, err=asked.as_json))
        if asked.processes == 1:
            worker.run(orders, ready=lambda: _ready(asked, orders))
        else:
            _with_workers(asked, orders)


def _with_workers(asked: Asked, orders: Orders) -> None:
    workers = Workers(orders, count=asked.processes)
    try:
        workers.start()
        _say_ready(asked, orders)
        notify("READY=1")
        workers.keep(tell=lambda line: click.echo(line, err=True), alive=lambda: notify("WATCHDOG=1"))
    finally:
        workers.stop()


def speech_of(config_file: Path | None) -> SpeechSettings:
    """How a box with that configuration speaks; None: as one without any. Raises ConfigError."""
    if config_file is None:
        return SpeechSettings()
    configuration = load(config_file)
    return to_speech_settings(configuration, box_paths(configuration))


def _orders(asked: Asked, url: str, people: socket.socket, boxes: socket.socket) -> Orders:
    scheme = "https" if asked.certificate else "http"
    settings = Settings(
        database=url,
        data_dir=asked.data_dir.absolute(),
        public_url=(asked.public_url or f"{scheme}://{_reached(people)}").rstrip("/"),
        box_url=(asked.box_url or f"https://{_reached(boxes)}").rstrip("/"),
        secure=(asked.public_url or scheme).startswith("https"),
        recordings=asked.recordings,
        processes=asked.processes,
        webhook_networks=tuple(str(one) for one in networks_of(asked.webhook_networks)),
        demo_data=asked.demo_data,
        speech=speech_of(asked.speech),
    )
    return Orders(
        settings=settings,
        people=people.fileno(),
        boxes=boxes.fileno(),
        certificate=asked.certificate,
        proxies=asked.proxies,
        log_level=asked.log_level,
    )


def _reached(listening: socket.socket) -> str:
    """A socket that listens on every address is reached by this machine's name."""
    host, _, port = shown(listening).rpartition(":")
    return f"{socket.getfqdn()}:{port}" if host in ("0.0.0.0", "[::]") else f"{host}:{port}"


def _ready(asked: Asked, orders: Orders) -> None:
    """In the event loop, which keeps the service manager's watchdog from now on."""
    _say_ready(asked, orders)
    ServiceManager().ready("serving")


def _say_ready(asked: Asked, orders: Orders) -> None:
    settings = orders.settings
    if asked.as_json:
        show_json({"people": settings.public_url, "boxes": settings.box_url, "processes": settings.processes})
    else:
        click.echo(f"console ready: {settings.public_url} for people, {settings.box_url} for boxes")
    sys.stdout.flush()
