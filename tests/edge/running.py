"""A real Kamailio on free ports in a folder of its own, and what a test asks of it."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kit.ports import PortBlock
from kit.processes import Program, ProgramError, wait_until

from appliance.config.paths import BoxPaths
from appliance.config.schema import Configuration, Contacts, Edge, Trunk
from appliance.edge.database import create_databases
from appliance.edge.render import command, render
from appliance.edge.requests import is_up
from appliance.edge.rpc import EdgeLink, Request
from appliance.edge.subscribers import add_subscriber
from appliance.edge.trunks import store_trunks
from appliance.errors import EdgeError
from appliance.ids import Extension

DOMAIN = "linekeeper"
START_S = 30.0  # it forks a score of processes, one after the other
EXTENSIONS = ("100", "101", "102")


def password_of(extension: str) -> str:
    return f"secret-{extension}"


@dataclass(kw_only=True)
class RunningEdge:
    """One edge with the subscribers of EXTENSIONS. Ports come from `ports`; files lie in `folder`."""

    folder: Path
    ports: PortBlock
    capacity: int = 3
    trunks: Sequence[Trunk] = ()
    address: str = "127.0.0.1"
    options: dict[str, Any] = field(default_factory=dict)
    program: Program | None = None

    def __post_init__(self) -> None:
        self.port, self.internal_port = self.ports.take(), self.ports.take()
        self.first_slot = self.ports.take(self.capacity)
        self.paths = BoxPaths(data=self.folder / "data", run=self.folder / "run")
        self.paths.make()
        self.link = EdgeLink(self.paths.edge_rpc_socket)
        create_databases(self.paths)
        for extension in EXTENSIONS:
            add_subscriber(self.paths, domain=DOMAIN, extension=Extension(extension), password=password_of(extension))
        store_trunks(self.paths, self.configuration)

    @property
    def configuration(self) -> Configuration:
        return Configuration(
            edge=Edge.model_validate(
                {"address": self.address, "port": self.port, "internal_port": self.internal_port} | self.options
            ),
            contacts=Contacts(capacity=self.capacity, sip_port=self.first_slot),
            trunks=tuple(self.trunks),
        )

    @property
    def outside(self) -> str:
        """Where phones and trunks send to."""
        return f"{self.address}:{self.port}"

    @property
    def inside(self) -> str:
        """Where contact processes send to."""
        return f"127.0.0.1:{self.internal_port}"

    def slot_port(self, slot: int) -> int:
        return self.first_slot + slot

    def start(self) -> RunningEdge:
        """Until Kamailio answers."""
        render(self.configuration, self.paths)
        self.program = Program(command(self.paths), log=self.folder / "kamailio.log")
        try:
            wait_until(self.answers, timeout_s=START_S, what="Kamailio starts")
        except ProgramError as error:
            raise ProgramError(f"{error}\n{self.program.tail()}") from error
        return self

    def stop(self) -> None:
        if self.program is not None:
            self.program.stop()

    def kill(self) -> None:
        """As a crash would: no process of it gets a chance to save anything."""
        if self.program is not None:
            self.program.kill_group()
            wait_until(self._is_gone, timeout_s=5, what="every process of Kamailio has ended")

    def _is_gone(self) -> bool:
        """Its port is free again: the last process that had it has ended (zombies may wait for init to reap them)."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(("127.0.0.1", self.internal_port))
            except OSError:
                return False
            return True

    def answers(self) -> bool:
        try:
            return self.link.run(is_up())
        except EdgeError:
            return False

    def ask(self, request: Request[Any]) -> Any:
        return self.link.run(request)

    def log(self) -> str:
        assert self.program is not None
        return self.program.text()
