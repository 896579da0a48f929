"""A box at its limits: no free contact process, no free disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from kit.box import RunningBox
from kit.ports import PortBlock
from kit.sipp import Sipp
from kit.talk import AGENT_HZ, CUSTOMER_HZ, STRAIGHT, WAITING_HZ, PhoneMaker, hears, put_through

pytestmark = pytest.mark.scenario
BoxMaker = Callable[..., RunningBox]
HUGE_MB = 1_000_000_000


def test_box_when_every_process_has_a_contact_then_503_with_retry_after_and_counted(
    make_box: BoxMaker, phone: PhoneMaker, ports: PortBlock, tmp_path: Path
) -> None:
    box = make_box(capacity=1)
    first = phone(box, "101", tone_hz=CUSTOMER_HZ)
    first.dial(STRAIGHT)
    hears(first, WAITING_HZ)
    box.add_extension("105")
    refused = Sipp(
        tmp_path,
        "uac_refused",
        port=ports.take(),
        remote=box.address,
        rows=[("105", "test-pass-1", STRAIGHT, ports.take_even())],
        calls=1,
        fill={"status": "503"},
        timeout_s=20,
    )
    assert refused.wait().successful == 1
    assert "Retry-After: " in refused.messages()
    assert box.api.call("status")["edge"]["today"]["refused_contacts"] == 1
    first.hang_up()
    first.wait_for("CALL_CLOSED")
    box.be_quiet()
    first.dial(STRAIGHT)
    hears(first, WAITING_HZ)


def test_recording_when_disk_is_full_then_call_goes_on_and_the_fact_is_recorded(
    make_box: BoxMaker, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    box = make_box(reserve_mb=HUGE_MB)
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = put_through(box, customer, agent)
    assert box.wait_event(contact, "RecordingRefused")["reason"].startswith("disk full")
    hears(customer, AGENT_HZ, since_s=customer.heard().duration_s)
    customer.hang_up()
    record = box.wait_closed(contact)
    assert record["Recordings"] is None
    assert box.recordings(contact) == []
