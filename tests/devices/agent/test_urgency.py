"""How urgent a device's process is: in processes of their own, because it can't be taken back."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs real-time priority and locked memory")
IMPORTS = """
import os, resource, sys
from pathlib import Path
from appliance.devices.agent import urgency
"""
LIMITED = """
resource.setrlimit(resource.RLIMIT_MEMLOCK, (1 << 20, 1 << 20))
os.setuid(65534)
"""
PREPARED = """
urgency.prepare()
locked = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmLck"))
print(sys.getswitchinterval(), int(locked.split()[1]) > 0)
"""
HURRIED = """
import threading
def reader():
    Path("/proc/thread-self/comm").write_text("media")
    named.set()
    over.wait()
named, over = threading.Event(), threading.Event()
thread = threading.Thread(target=reader)
thread.start()
named.wait()
def said():
    return [os.sched_getparam(one).sched_priority for one in (os.getpid(), thread.native_id)]
urgency.hurry()
print(*said())
urgency.rest()
print(*said())
over.set()
thread.join()
"""


def run(program: str) -> list[str]:
    made = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert made.returncode == 0, made.stderr
    return made.stdout.split()


def test_prepare_when_memory_may_be_locked_then_it_is_and_the_lock_changes_hands_soon() -> None:
    assert run(IMPORTS + PREPARED) == ["0.0005", "True"]


def test_prepare_when_there_is_a_limit_then_nothing_is_locked_that_could_be_refused_later() -> None:
    assert run(IMPORTS + LIMITED + PREPARED) == ["0.0005", "False"]


def test_rest_when_a_call_is_over_then_the_reader_of_packets_does_not_come_before_the_main_thread() -> None:
    assert run(IMPORTS + HURRIED) == ["1", "1", "0", "0"]
