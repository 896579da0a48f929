"""Thousands of short contacts in a row: what the box uses afterwards is what it used before.

`LINEKEEPER_SLOW=1` runs it; LINEKEEPER_CONTACTS changes the number (10,000).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from kit import proc
from kit.box import PASSWORD, TRUNK_ADDRESS, RunningBox
from kit.ports import PortBlock
from kit.processes import wait_until
from kit.provider import trunk_toml
from kit.sipp import Sipp, register

pytestmark = [pytest.mark.scenario, pytest.mark.slow, pytest.mark.timeout(3600)]
BoxMaker = Callable[..., RunningBox]
CONTACTS = int(os.environ.get("LINEKEEPER_CONTACTS", "10000"))
WARM_UP = 500
RATE = 12.0
CAPACITY, AGENTS = 16, 40
NOTHING_S = 0.04  # a caller who hangs up as the agent answers leaves no sample to keep
POOL = 6  # threads of the switchboard's pool on two cores
HOLD_MS = 700  # a third of a second of prompt, then agent and recording


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """What the box holds while no contact is under way."""

    pss_mb: float
    processes: int
    open_files: int
    threads: int
    temporary_files: int


def test_box_when_thousands_of_contacts_have_passed_then_its_footprint_is_flat(
    make_box: BoxMaker, ports: PortBlock, tmp_path: Path
) -> None:
    trunk_port = ports.take()
    box = make_box(capacity=CAPACITY, recycle_after=100, extra=trunk_toml(trunk_port, name="many"))
    agents = _agents(box, ports, tmp_path)
    try:
        _call(box, tmp_path / "warm", trunk_port, WARM_UP)
        before = _footprint(box)
        _call(box, tmp_path / "long", trunk_port, CONTACTS)
        after = _footprint(box)
    finally:
        agents.stop()
    print(f"before {before}\nafter  {after}")
    assert after.processes == before.processes
    assert after.threads <= before.threads + POOL  # asyncio makes a pool's threads when it first needs one more
    assert after.temporary_files == before.temporary_files
    assert abs(after.open_files - before.open_files) <= CAPACITY // 4
    assert after.pss_mb <= before.pss_mb * 1.1 + 5
    reasons = Counter(str(row["disconnect_reason"]) for row in box.contacts())
    assert set(reasons) == {"CUSTOMER_DISCONNECT"}
    rows = box.api.call("recording.list", limit=10000)
    unfinished = [row for row in rows if row["state"] != "finished"]
    assert all(_recorded_s(box, row["contact"]) < NOTHING_S for row in unfinished), unfinished


def _recorded_s(box: RunningBox, contact: str) -> float:
    """Between the start and the stop of the contact's recording."""
    started, stopped = (box.events(contact, kind)[0]["wall_s"] for kind in ("RecordingStarted", "RecordingStopped"))
    return float(stopped - started)


def _agents(box: RunningBox, ports: PortBlock, folder: Path) -> Sipp:
    box.install_flows(wrap_up_s=1.0)
    port = ports.take()
    extensions = [str(200 + number) for number in range(AGENTS)]
    for extension in extensions:
        box.add_agent(f"agent{extension}", extension, "sales")
    register(folder, [(extension, PASSWORD) for extension in extensions], registrar=box.address, port=port)
    rows = [(extension, 40000) for extension in extensions]
    agents = Sipp(folder, "uas_agent", port=port, rows=rows, trace="none", timeout_s=3600)
    agents.wait_ready()
    return agents


def _call(box: RunningBox, folder: Path, port: int, calls: int) -> None:
    caller = Sipp(
        folder,
        "uac_trunk",
        port=port,
        remote=box.address,
        address=TRUNK_ADDRESS,
        rows=[("+12125550123", "-", "+12125550100", 40002)],
        calls=calls,
        rate=RATE,
        limit=CAPACITY - 2,
        pause_ms=HOLD_MS,
        trace="none",
        timeout_s=3000,
    )
    assert caller.wait().successful == calls
    wait_until(lambda: not box.contacts(open_only=True), timeout_s=120, what="every contact is closed")


def _footprint(box: RunningBox) -> Footprint:
    pids = [member.pid for member in box.members()]
    wait_until(lambda: not any((box.data / "spool").iterdir()), timeout_s=60, what="the spool is empty")
    return Footprint(
        pss_mb=round(proc.pss_mb(pids), 1),
        processes=len(pids),
        open_files=sum(proc.open_files(pid) for pid in pids),
        threads=sum(proc.threads(pid) for pid in pids),
        temporary_files=len(list(box.run.rglob("*"))) + len(list((box.data / "spool").rglob("*"))),
    )
