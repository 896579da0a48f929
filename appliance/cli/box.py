"""A whole box under one roof: `linekeeper up`, `demo`, the bench and the scenario tests start theirs here.

Makes the folders, renders what the edge and the contact processes read, and supervises the processes in the order
switchboard, edge, zygote, then one a device, then sync. On a real box systemd does the same with the units in
`systemd/`.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

from appliance.cli.child import BoxError, ChildStatus
from appliance.cli.edge_files import edge_service, prepare_edge
from appliance.cli.free_ports import await_free_ports
from appliance.cli.restarting.desk import RestartDesk
from appliance.cli.service import Service
from appliance.cli.supervisor import Supervisor, Tell
from appliance.config.contact_settings import box_paths, write_contact_settings
from appliance.config.lastgood import LastGood, Loaded
from appliance.config.lines import GATEWAY
from appliance.config.paths import BoxPaths
from appliance.config.schema import Configuration

logger = logging.getLogger(__name__)
WATCHDOG_S = 10.0
SWITCHBOARD, EDGE, ZYGOTE, SYNC = "switchboard", "edge", "zygote", "sync"


class Box:
    """One box; `start` returns when calls can come in. Use it as a context manager.

    file: the TOML file; tell: gets a line a step (from another thread); logs: folder for the processes' output,
    None: our own standard error. Raises ConfigError at once, BoxError or EdgeError at `start`.
    """

    def __init__(self, file: Path, *, tell: Tell = logger.info, logs: Path | None = None) -> None:
        self.file = file.absolute()
        self.loaded: Loaded = LastGood(self.file).load()
        self.configuration: Configuration = self.loaded.configuration
        self.paths: BoxPaths = box_paths(self.configuration)
        self._tell = tell
        self._supervisor = Supervisor([service.plan() for service in self.services()], tell=tell, logs=logs)
        self._desk = RestartDesk(self.paths.restart_socket, self._supervisor)

    def __enter__(self) -> Box:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Raises BoxError or EdgeError, with nothing left running."""
        self.prepare()
        self._supervisor.start()
        try:
            self._desk.open()
        except BoxError:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop everything in reverse order. Safe to call again."""
        self._supervisor.stop()
        self._desk.close()

    def wait(self) -> None:
        """Until the box has been stopped."""
        self._supervisor.wait()

    @property
    def serving(self) -> bool:
        """Whether every process is ready right now."""
        return self._supervisor.serving

    @property
    def children(self) -> tuple[ChildStatus, ...]:
        return self._supervisor.children

    def pid(self, name: str) -> int | None:
        """Process id of "switchboard", "edge" or "zygote" now, None while it is down."""
        return self._supervisor.pid(name)

    def prepare(self) -> None:
        """Free ports, folders and rendered files, without starting anything. Raises BoxError or EdgeError."""
        await_free_ports(self.configuration)
        try:
            self.paths.make()
            write_contact_settings(self.configuration, self.paths)
        except OSError as error:
            raise BoxError(
                f"{error.filename} can't be written: {error.strerror}; run as a user who may, or set box.data_dir "
                f"and box.run_dir in {self.file}"
            ) from error
        prepare_edge(self.configuration, self.paths)

    def services(self) -> tuple[Service, ...]:
        """The processes of the box in the order of their start."""
        python = sys.executable
        return (
            Service(
                name=SWITCHBOARD,
                command=(python, "-m", "appliance.switchboard", "--config", str(self.file)),
                watchdog_s=WATCHDOG_S,
            ),
            edge_service(self.configuration, self.paths),
            Service(
                name=ZYGOTE,
                command=(python, "-m", "appliance.contact.zygote", "--settings", str(self.paths.contact_settings)),
                watchdog_s=WATCHDOG_S,
            ),
            *self._headsets(),
            *self._lines(),
            Service(
                name=SYNC,
                command=(python, "-m", "appliance.sync", "--config", str(self.file)),
                watchdog_s=WATCHDOG_S,
            ),
        )

    def _lines(self) -> Iterator[Service]:
        """Each waits for its device to be plugged in; gateways are watched by one process."""
        served = [line for line in self.configuration.lines if line.kind != GATEWAY]
        for line in served:
            words = ("-m", "appliance.devices.line", line.name, "--config", str(self.file), "--wait")
            yield Service(name=f"line-{line.name}", command=(sys.executable, *words), watchdog_s=WATCHDOG_S)
        if len(served) < len(self.configuration.lines):
            watching = ("-m", "appliance.devices.gateway", "--config", str(self.file))
            yield Service(name="gateways", command=(sys.executable, *watching), watchdog_s=WATCHDOG_S)

    def _headsets(self) -> Iterator[Service]:
        """Each waits for its headset to be plugged in."""
        for entry in self.configuration.headsets:
            words = ("-m", "appliance.devices.seat", "--config", str(self.file), "--wait")
            device = ("--device", entry.device) if entry.device else ()
            yield Service(
                name=f"headset-{entry.extension}",
                command=(sys.executable, *words, *device),
                watchdog_s=WATCHDOG_S,
            )
