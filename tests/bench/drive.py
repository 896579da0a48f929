"""Drives a run of the bench: a whole box, SIPp as trunk and agents, marked RTP both ways. Judges nothing."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit import proc
from kit.box import PASSWORD, TRUNK_ADDRESS, RunningBox
from kit.media import MediaPlant, Phone
from kit.ports import PortBlock, reserve_ports
from kit.processes import ProgramError, wait_until
from kit.sipp import Sipp, register

CUSTOMER_HZ, AGENT_HZ = 400.0, 800.0
AGENT_BASE = 1000  # numbers of the agents' streams, and their extensions
NUMBER = "+12125550100"
SETTLE_S = 2.0
_KINDS = (
    ("edge", "kamailio"),
    ("contacts", "appliance.contact"),
    ("switchboard", "appliance.switchboard"),
    ("sync", "appliance.sync"),
    ("supervisor", "appliance.cli.foreground"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What to drive: `calls` at the same time, `rate` new ones a second, each `hold_s` from answer to hang-up."""

    calls: int
    rate: float
    hold_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Of all processes of the box, by kind of process: CPU seconds so far, memory now."""

    cpu_s: dict[str, float]
    pss_mb: dict[str, float]

    @property
    def total_pss_mb(self) -> float:
        return sum(self.pss_mb.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Everything a run left behind to be judged. `contacts` are as `contact.show` gives them."""

    load: Load
    before: Usage
    full: Usage
    after: Usage
    caller: Sipp
    agents: Sipp
    media: dict[str, Any]
    contacts: list[dict[str, Any]]
    recordings: list[dict[str, Any]]


def say(text: str) -> None:
    """A line for people."""
    print(text, file=sys.stderr, flush=True)


class Bench:
    """One box with its phones. A context manager: everything runs inside."""

    def __init__(self, folder: Path, load: Load) -> None:
        self._folder = folder
        self._load = load
        self._ports: PortBlock = reserve_ports(4 * load.calls + 20)
        self._trunk_port, self._agent_port = self._ports.take(), self._ports.take()
        self._customers = [Phone(number=i + 1, port=self._ports.take_even(), tone_hz=CUSTOMER_HZ) for i in self._each]
        self._agents = [
            Phone(number=AGENT_BASE + i, port=self._ports.take_even(), tone_hz=AGENT_HZ) for i in self._each
        ]
        self._opened = contextlib.ExitStack()

    def __enter__(self) -> Bench:
        with contextlib.ExitStack() as opened:
            opened.callback(self._ports.release)
            self._start(opened)
            self._opened = opened.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    @property
    def _each(self) -> range:
        return range(self._load.calls)

    def _start(self, opened: contextlib.ExitStack) -> None:
        trunk = f'name = "bench"\nkind = "static"\nhost = "{TRUNK_ADDRESS}"\nport = {self._trunk_port}\n'
        self.box = opened.enter_context(
            RunningBox(self._folder / "box", capacity=self._load.calls, extra=f"\n[[trunks]]\n{trunk}")
        )
        self._add_agents()
        self.plant = opened.enter_context(MediaPlant([*self._customers, *self._agents], log=self._folder / "media.log"))
        self.agents = Sipp(
            self._folder,
            "uas_agent",
            port=self._agent_port,
            rows=[(str(phone.number), phone.port) for phone in self._agents],
            fill={"codecs": "0"},
            trace="times",
            timeout_s=3600,
        )
        opened.callback(self.agents.stop)
        self.agents.wait_ready()

    def _add_agents(self) -> None:
        say(f"box serves; adding {self._load.calls} agents")
        self.box.install_flows("sales", wrap_up_s=1.0)
        for phone in self._agents:
            self.box.add_agent(f"agent{phone.number}", str(phone.number), "sales")
        accounts = [(str(phone.number), PASSWORD) for phone in self._agents]
        register(self._folder, accounts, registrar=self.box.address, port=self._agent_port)

    def run(self) -> Run:
        """Make the calls and collect."""
        load = self._load
        time.sleep(SETTLE_S)  # start-up work is over: the idle figure is one of an idle box
        before = usage(self.box)
        say(f"idle: {before.total_pss_mb:.1f} MB in {len(self.box.members())} processes; calling")
        say(f"load average before the calls {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        caller = self._call()
        time.sleep(load.calls / load.rate + load.hold_s / 2)  # the middle of the time when all calls are up
        full = usage(self.box)
        result = caller.wait(failures=load.calls)
        say(f"caller: {result}; agents: {self.agents.result()}")
        media, after = self.plant.report(), usage(self.box)
        contacts = self._closed(result.successful)
        return Run(
            load=load,
            before=before,
            full=full,
            after=after,
            caller=caller,
            agents=self.agents,
            media=media,
            contacts=contacts,
            recordings=self.box.recordings(),
        )

    def _call(self) -> Sipp:
        load = self._load
        return Sipp(
            self._folder,
            "uac_trunk",
            port=self._trunk_port,
            remote=self.box.address,
            address=TRUNK_ADDRESS,
            rows=[(f"+1212555{phone.number:04d}", "none", NUMBER, phone.port) for phone in self._customers],
            calls=load.calls,
            rate=load.rate,
            pause_ms=round(load.hold_s * 1000),
            fill={"codecs": "0"},
            trace="times",
            timeout_s=round(load.hold_s + load.calls / load.rate + 60),
        )

    def _closed(self, calls: int) -> list[dict[str, Any]]:
        """Every contact with its events, once `calls` of them are closed and their recordings finished."""
        box = self.box

        def done() -> bool:
            closed = [row for row in box.contacts() if not row["open"]]
            rows = box.api.call("recording.list", limit=1000)
            made = [row for row in rows if row["state"] not in {"recording", "stopped"}]  # sealed ones count, too
            return len(closed) >= calls and len(made) >= calls

        began = time.monotonic()
        try:
            wait_until(done, timeout_s=60 + calls, what=f"{calls} contacts are closed and recordings finished")
            say(f"records and recordings complete {time.monotonic() - began:.1f} s after the last call")
        except ProgramError as error:
            say(str(error))
        return [box.show(row["contact"]) for row in box.contacts()]


def usage(box: RunningBox) -> Usage:
    """CPU and memory of the box now."""
    members = box.members()
    cpu_s: defaultdict[str, float] = defaultdict(float)
    pss_mb: defaultdict[str, float] = defaultdict(float)
    for member in members:
        cpu_s[_kind(member.command)] += member.cpu_s
        pss_mb[_kind(member.command)] += proc.pss_mb([member.pid])
    return Usage(cpu_s=dict(cpu_s), pss_mb=dict(pss_mb))


def _kind(command: str) -> str:
    return next((kind for kind, sign in _KINDS if sign in command), "other")
