"""A preview campaign with the real stack: the agent's softphone rings, hears who it is, and a key decides."""

from __future__ import annotations

import pytest
from kit.audio import SILENCE_RMS
from kit.baresip import Baresip
from kit.box import BoxSettings, Json, RunningBox
from kit.processes import wait_until
from kit.provider import Provider, trunk_toml
from kit.talk import AGENT_HZ, PhoneMaker

pytestmark = pytest.mark.scenario
ANN, BOB, CAT = "+12125559991", "+12125559992", "+12125559993"
QUEUE_NUMBER = "+12125550177"
LIST = f"number,name,policy\n(212) 555-9991,Ann,P-1\n{BOB},Bob,P-2\n{CAT},Cat,P-3\n911,Help,\n"


@pytest.fixture(scope="module")
def box_settings(trunk_port: int) -> BoxSettings:
    return {"capacity": 3, "extra": trunk_toml(trunk_port)}


@pytest.fixture(scope="module")
def shared_box(shared_box: RunningBox) -> RunningBox:
    """Its queue has a number and a name of its own."""
    shared_box.api.call("queue.add", queue="sales", caller_id=QUEUE_NUMBER, caller_name="Branch")
    return shared_box


def record(box: RunningBox, number: str) -> Json:
    shown: Json = box.api.call("campaign.show", campaign="spring")
    rows: list[Json] = shown["list"]
    return next(row for row in rows if row["number"] == number)


def wait_record(box: RunningBox, number: str, **wanted: object) -> Json:
    def fits() -> Json | None:
        row = record(box, number)
        return row if wanted.items() <= row.items() else None

    row = wait_until(fits, timeout_s=20, what=f"record {number} {wanted}; {box.log}")
    assert row is not None
    return row


def shown_one(box: RunningBox, agent: Baresip, number: str) -> str:
    """The agent is rung and hears who it is: the contact."""
    agent.wait_for("CALL_INCOMING", timeout_s=20)
    since = agent.heard().duration_s
    agent.answer()
    contact = wait_record(box, number, state="dialled")["contact"]
    agent.wait_heard(
        lambda sound: sound.duration_s >= 0.4 and sound.part(-0.4).rms() > SILENCE_RMS,
        since_s=since,
        what="a voice that says who it is",
    )
    return str(contact)


def test_campaign_when_three_are_on_the_list_then_keys_and_the_do_not_call_list_decide(
    box: RunningBox, agent_phone: PhoneMaker, provider: Provider
) -> None:
    box.api.call("campaign.add", campaign="spring", queue="sales", hours=["mon-sun 00:00-24:00"])
    imported = box.api.call("campaign.import", campaign="spring", text=LIST)
    assert (imported["imported"], [row["line"] for row in imported["rejected"]]) == (3, [5])
    assert box.api.call("dnc.add", numbers=[BOB])["added"] == 1
    far = provider.takes(numbers=(ANN, BOB, CAT), calls=None)
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    box.api.call("campaign.start", campaign="spring")

    contact = shown_one(box, agent, ANN)
    assert far.timeline() == []  # nobody is called before the agent has decided
    agent.send_digits("1")
    box.wait_event(contact, "SystemConnected")
    agent.hang_up()
    assert wait_record(box, ANN, state="done")["outcomes"] == ["answered"]
    made = box.wait_closed(contact)
    assert (made["InitiationMethod"], made["Campaign"]) == ("OUTBOUND", {"CampaignId": "spring"})
    assert made["Attributes"] == {"policy": "P-1", "campaign": "spring", "name": "Ann"}
    assert (made["Agent"]["Username"], made["Queue"]["Name"]) == ("ann", "sales")

    skipped = shown_one(box, agent, CAT)
    agent.send_digits("2")
    agent.wait_for("CALL_CLOSED", timeout_s=15)
    row = wait_record(box, CAT, state="scheduled")
    assert (row["attempt"], row["outcomes"]) == (1, [])
    box.wait_closed(skipped)
    assert wait_record(box, BOB, state="cancelled")["outcomes"] == ["do_not_call"]
    box.api.call("campaign.stop", campaign="spring")

    far.stop()
    called = {line.first_line.split()[1] for line in far.timeline() if not line.sent and "INVITE" in line.first_line}
    assert len(called) == 1
    assert ANN in called.pop()
    assert f'From: "Branch" <sip:{QUEUE_NUMBER}@' in far.messages()


def test_preview_when_answered_by_command_then_the_customer_is_called(
    box: RunningBox, agent_phone: PhoneMaker, provider: Provider
) -> None:
    box.api.call("campaign.add", campaign="autumn", queue="sales", hours=["mon-sun 00:00-24:00"])
    box.api.call("campaign.import", campaign="autumn", text=f"number\n{ANN}\n")
    far = provider.takes("uas_refusing", numbers=[ANN], status="486")
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    box.api.call("campaign.start", campaign="autumn")
    agent.wait_for("CALL_INCOMING", timeout_s=20)
    agent.answer()
    row = box.wait_contact(lambda row: row["method"] == "OUTBOUND" and row["open"] and row["agent"] == "ann")
    box.api.call("campaign.answer", contact=row["contact"], call=True)
    assert far.wait().successful == 1
    agent.wait_for("CALL_CLOSED", timeout_s=15)
    shown = wait_until(
        lambda: [row for row in box.api.call("campaign.show", campaign="autumn")["list"] if row["outcomes"]],
        timeout_s=15,
        what="the outcome",
    )
    assert (shown[0]["outcomes"], shown[0]["attempt"], shown[0]["state"]) == (["busy"], 2, "scheduled")
    box.api.call("campaign.stop", campaign="autumn")
