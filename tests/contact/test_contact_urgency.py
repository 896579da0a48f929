"""Who comes first in a contact process: its clock, then all others alike, and nobody between two contacts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from contact.rtp_parties import RtpParty
from contact.stage import Stage
from kit.processes import wait_until

from appliance.contact.engine import CALL_PRIORITY, CLOCK_PRIORITY

pytestmark = [pytest.mark.scenario, pytest.mark.skipif(os.geteuid() != 0, reason="needs real-time priority")]


def urgency(process: int) -> dict[str, int]:
    """Thread → its real-time priority, 0 where it has none; the main thread is called "main"."""
    found: dict[str, int] = {}
    for task in Path(f"/proc/{process}/task").iterdir():
        name = "main" if int(task.name) == process else (task / "comm").read_text().strip()
        found[name] = os.sched_getparam(int(task.name)).sched_priority
    return found


def test_contact_when_it_talks_then_only_the_clock_comes_before_the_main_thread(
    stage: Stage, customer: RtpParty
) -> None:
    process = stage.process_of()
    stage.into_queue(customer)
    found = urgency(process)
    assert found.pop("clock") == CLOCK_PRIORITY > CALL_PRIORITY
    assert found["main"] == found["media"] == max(found.values()) == CALL_PRIORITY
    assert os.sched_getscheduler(process) == os.SCHED_RR | os.SCHED_RESET_ON_FORK  # a function's program is not urgent
    stage.be_quiet()
    wait_until(lambda: set(urgency(process).values()) == {0}, timeout_s=20.0, what="a process at rest")
