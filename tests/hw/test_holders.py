"""One device, one process: who has it is named."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hw.errors import DeviceBusyError
from hw.holders import claim, holder_of

HOLD = """
import fcntl, os, sys
descriptor = os.open(sys.argv[1], os.O_RDWR)
fcntl.flock(descriptor, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def test_claim_when_another_process_has_it_then_its_holder_is_named(tmp_path: Path) -> None:
    device = tmp_path / "device"
    device.touch()
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(device)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        ours = os.open(device, os.O_RDWR)
        with pytest.raises(DeviceBusyError, match=rf"in use by python.*\(process {holder.pid}\); stop that first"):
            claim(ours, str(device))
        holder.communicate("", timeout=20)
    claim(ours, str(device))
    os.close(ours)


def test_claim_when_we_have_it_ourselves_then_said(tmp_path: Path) -> None:
    device = tmp_path / "device"
    device.touch()
    first, second = os.open(device, os.O_RDWR), os.open(device, os.O_RDWR)
    claim(first, str(device))
    with pytest.raises(DeviceBusyError, match=r"this process"):
        claim(second, str(device))
    os.close(first)
    claim(second, str(device))
    os.close(second)


def test_holder_when_nobody_that_we_may_see_has_it_then_no_name(tmp_path: Path) -> None:
    device = tmp_path / "device"
    device.touch()
    assert holder_of(str(device)) == "another process"
