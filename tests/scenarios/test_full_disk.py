"""A disk that is really full while people talk: a small file system of the test's own, filled to the last byte."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kit.box import RunningBox
from kit.talk import AGENT_HZ, CUSTOMER_HZ, PhoneMaker, hears, put_through

from appliance.contact.media.recording import CHECK_S

pytestmark = pytest.mark.scenario
BoxMaker = Callable[..., RunningBox]
RESERVE_MB = 2
NO_STOCK = "\n[storage]\nrecords_days = 0\n"  # no room is kept free for the records of months to come
CHUNK = b"\0" * 65536


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """24 MB of their own under the box's folder; needs the right to mount."""
    folder = tmp_path / "box"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)]
    mounted = subprocess.run(command, check=False, capture_output=True)
    if mounted.returncode != 0:
        pytest.skip(f"no right to mount a file system: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Take every byte that is left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(CHUNK) == len(CHUNK):
            pass
    with filler.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"\0"):
            pass
    assert os.statvfs(disk).f_bavail == 0
    return filler


def test_call_when_disk_fills_up_then_it_goes_on_and_its_record_is_written_when_there_is_room_again(
    small_disk: Path, make_box: BoxMaker, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    box = make_box(reserve_mb=RESERVE_MB, extra=NO_STOCK)
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = put_through(box, customer, agent)
    assert box.wait_event(contact, "RecordingStarted")
    hears(customer, AGENT_HZ, since_s=customer.heard().duration_s + 2)
    filler = fill(small_disk)
    hears(agent, CUSTOMER_HZ, since_s=agent.heard().duration_s)
    until_looked_s = customer.heard().duration_s + CHECK_S + 1
    hears(customer, AGENT_HZ, since_s=until_looked_s, timeout_s=20)
    customer.hang_up()
    agent.wait_for("CALL_CLOSED")
    filler.unlink()
    record = box.wait_closed(contact, timeout_s=60)
    assert box.events(contact, "RecordingStopped")[0]["reason"] == "disk full"
    assert record["DisconnectReason"] == "CUSTOMER_DISCONNECT"
    assert record["Agent"]["AgentInteractionDuration"] >= 1
    assert box.wait_recording(contact)["duration_s"] > 0
