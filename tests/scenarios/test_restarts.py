"""Services restarted as the console asks for it, in mid-call: they serve when the answer comes, nobody is cut off."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

import pytest
from kit import recordings
from kit.box import RunningBox
from kit.processes import wait_until
from kit.talk import AGENT_HZ, CUSTOMER_HZ, PhoneMaker, contact_of, hears

from appliance.cloud.orders import BoxService
from appliance.sync.down.restarting import restart

pytestmark = pytest.mark.scenario
CONFIRMED = 4  # state of a dialog of Kamailio's that has been answered and acknowledged


def kept_legs(box: RunningBox) -> int:
    """Dialogs that the edge has written down for its next life: once a second."""
    with closing(sqlite3.connect(box.run / "edge-dialogs.db")) as found:
        return int(found.execute("SELECT count(*) FROM dialog WHERE state = ?", (CONFIRMED,)).fetchone()[0])


@pytest.mark.parametrize(
    ("service", "program"), [(BoxService.EDGE, "kamailio"), (BoxService.SWITCHBOARD, "appliance.switchboard")]
)
def test_service_when_restarted_in_mid_call_then_both_hear_on_and_hang_up_as_ever(
    box: RunningBox, phone: PhoneMaker, service: BoxService, program: str
) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    called = phone(box, "102", tone_hz=AGENT_HZ)
    caller.dial("102")
    called.wait_for("CALL_INCOMING")
    called.answer()
    hears(caller, AGENT_HZ)
    contact = contact_of(box, "101")
    wait_until(lambda: kept_legs(box) == 2, timeout_s=15, what="both legs are written down")
    before = box.pid_of(program)
    told = asyncio.run(restart(box.run / "restart.sock", service, order=1))
    assert told == f"{service} serves again ({service})"
    assert box.pid_of(program) != before
    hears(caller, AGENT_HZ, since_s=caller.heard().duration_s)
    hears(called, CUSTOMER_HZ, since_s=called.heard().duration_s)
    caller.hang_up()
    called.wait_for("CALL_CLOSED", timeout_s=15)
    box.wait_closed(contact)
    sides = recordings.tones(box.wait_recording(contact)["file"], (CUSTOMER_HZ, AGENT_HZ))
    assert set(sides) == {CUSTOMER_HZ, AGENT_HZ}
