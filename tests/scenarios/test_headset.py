"""A headset as a seat: plugged in, answered and hung up by its buttons, heard both ways, and pulled out in a call."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from kit.baresip import Baresip
from kit.box import PASSWORD, BoxSettings, RunningBox
from kit.processes import wait_until
from kit.seat import Seat
from kit.talk import AGENT_HZ, CUSTOMER_HZ, OTHER_HZ, STRAIGHT, WAITING_HZ, PhoneMaker, contact_of, hears

from appliance.cloud.noted import DEVICE, DeviceNote
from appliance.devices.seat.hygiene import read_uses, users_of
from appliance.store.connection import Connection
from appliance.store.outbox import Outbox

pytestmark = pytest.mark.scenario
RING_HZ = 554.0


@pytest.fixture(scope="module")
def box_settings(tmp_path_factory: pytest.TempPathFactory) -> BoxSettings:
    secret = tmp_path_factory.mktemp("secret") / "headset-201"
    secret.write_text(PASSWORD + "\n")
    extra = f'[[headsets]]\nextension = "201"\npassword_file = "{secret}"\ndevice = "MOCK1"\nagent = "ann"\n'
    return {"capacity": 3, "extra": extra}


@pytest.fixture
def seat(box: RunningBox, tmp_path: Path) -> Iterator[Seat]:
    """Plugged in: agent ann is at work."""
    box.add_agent("ann", "201", "sales", available=False)
    with Seat(tmp_path / "seat", box.config, tone_hz=AGENT_HZ) as running:
        wait_until(lambda: box.agents()["ann"]["status"] == "Available", timeout_s=15, what=f"ann; {running.log}")
        yield running


def _put_through(box: RunningBox, customer: Baresip, seat: Seat) -> str:
    customer.dial(STRAIGHT)
    seat.wait_lamp("ring lamp")
    wait_until(lambda: seat.heard().tone_seconds(RING_HZ) > 0.2, timeout_s=10, what="the ring in the ear")
    seat.does("lift")
    seat.wait_lamp("off-hook lamp")
    hears(customer, AGENT_HZ)
    seat.hears(CUSTOMER_HZ)
    return contact_of(box, customer.user)


def test_headset_when_worn_through_a_call_then_buttons_lamps_and_sound_agree(
    box: RunningBox, phone: PhoneMaker, seat: Seat
) -> None:
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = _put_through(box, customer, seat)
    seat.does("mute")
    seat.wait_lamp("mute lamp")
    customer.wait_heard(lambda sound: sound.part(-0.3).rms() < 50, what="silence of a muted headset")
    seat.does("mute")
    hears(customer, AGENT_HZ)
    before = seat.heard().part(-0.3).rms()
    for _ in range(4):
        seat.does("softer")
    wait_until(lambda: seat.heard().part(-0.3).rms() < before / 2, timeout_s=10, what="the ear gets softer")
    seat.does("flash")
    seat.wait_lamp("hold lamp")
    box.wait_event(contact, "CustomerHeld")
    customer.wait_heard(
        lambda sound: sound.part(-0.5).rms() > 100 and not sound.part(-0.5).has_tone(AGENT_HZ, share=0.2),
        what="music instead of the agent",
    )
    seat.does("flash")
    box.wait_event(contact, "CustomerResumed")
    hears(customer, AGENT_HZ)
    seat.hears(CUSTOMER_HZ)
    seat.does("lower")
    customer.wait_for("CALL_CLOSED")
    record = box.wait_closed(contact)
    assert record["DisconnectReason"] == "AGENT_DISCONNECT"
    assert record["Agent"]["Username"] == "ann"
    seat.wait_lamp("dark")
    uses = wait_until(
        lambda: users_of(read_uses(box.data / "devices" / "headsets.jsonl")).get("MOCK1"), timeout_s=10, what="a use"
    )
    assert list(uses) == ["ann"]
    assert ("MOCK1", "headset", "there") in noted_devices(box)


def noted_devices(box: RunningBox) -> set[tuple[str, str, str]]:
    """Device, kind and state of what waits for the console."""
    store = Connection.reader(box.data / "store.db")
    try:
        rows = [row for row in Outbox(store).pending(limit=100_000) if row.kind == DEVICE]
    finally:
        store.close()
    notes = [msgspec.json.decode(row.json, type=DeviceNote) for row in rows]
    return {(note.device, note.kind, note.state) for note in notes}


@pytest.mark.parametrize("how", ["unplugged", "stopped"])
def test_headset_when_it_goes_in_a_call_then_customer_waits_and_is_offered_again(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker, seat: Seat, how: str
) -> None:
    """Unplugging is an event of the device, or SIGTERM by systemd, whichever comes first."""
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = _put_through(box, customer, seat)
    if how == "unplugged":
        seat.does("unplug")
    else:
        os.kill(seat.pid, signal.SIGTERM)
    hears(customer, WAITING_HZ)
    assert seat.wait_end() == 0
    assert box.wait_event(contact, "ContactTransferred")["kind"] == "device_lost"
    wait_until(lambda: box.agents()["ann"]["status"] == "Offline", timeout_s=15, what="ann is offline")
    other = agent_phone(box, "bob", "202", tone_hz=OTHER_HZ)
    other.wait_for("CALL_INCOMING", timeout_s=15)
    other.answer()
    hears(customer, OTHER_HZ)
    hears(other, CUSTOMER_HZ)
    customer.hang_up()
    assert box.wait_closed(contact)["NextContactId"]


def test_headset_when_its_process_is_killed_in_a_call_then_the_next_one_gives_the_customer_back(
    box: RunningBox, phone: PhoneMaker, seat: Seat, tmp_path: Path
) -> None:
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = _put_through(box, customer, seat)
    box.set_status("ann", "Offline")
    wait_until(lambda: list(box.run.glob("headset-201.call")), timeout_s=10, what="last words")
    os.kill(seat.pid, signal.SIGKILL)
    seat.wait_end()
    with Seat(tmp_path / "next", box.config, tone_hz=AGENT_HZ):
        assert box.wait_event(contact, "ContactTransferred")["kind"] == "device_lost"
        hears(customer, WAITING_HZ)
    assert not list(box.run.glob("headset-201.call*"))
    customer.hang_up()
    box.wait_closed(contact)


def test_headset_when_a_call_is_rejected_then_somebody_else_is_rung(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker, seat: Seat
) -> None:
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    customer.dial(STRAIGHT)
    seat.wait_lamp("ring lamp")
    seat.does("reject")
    seat.wait_lamp("dark")
    contact = contact_of(box, "101")
    assert box.wait_event(contact, "AgentMissed")["cause"] == "rejected"
    customer.hang_up()
    box.wait_closed(contact)


def test_box_when_mocks_are_wanted_then_it_serves_the_headset_itself(
    make_box: Callable[..., RunningBox], box_settings: BoxSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = make_box(**box_settings | {"capacity": 1})
    box.add_agent("ann", "201", "sales", available=False)
    box.stop()
    monkeypatch.setenv("LINEKEEPER_HW", "mock")
    box.start()

    def registered() -> bool:
        return any(row["extension"] == "201" and row["phones"] for row in box.api.call("extension.list"))

    wait_until(registered, timeout_s=20, what=f"the mock headset is a phone; {box.log}")
    wait_until(lambda: box.agents()["ann"]["status"] == "Available", timeout_s=10, what="ann is at work")
