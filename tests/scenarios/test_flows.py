"""Flows on real calls: what each party hears, and what the records say of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from kit.audio import write_tone
from kit.baresip import Baresip
from kit.box import RunningBox
from kit.bundles import NUMBERS, TONE_S, TONES_HZ, bundle, prompted
from kit.processes import wait_until
from kit.talk import AGENT_HZ, CUSTOMER_HZ, MENU_HZ, OTHER_HZ, PhoneMaker, contact_of, hears

from appliance.cli.main import main

pytestmark = pytest.mark.scenario


@pytest.fixture(scope="module")
def shared_box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBox]:
    """A box with the bundle, its numbers and its tones."""
    numbers = "".join(f'\n[[numbers]]\nnumber = "{number}"\nflow = "{flow}"\n' for number, flow in NUMBERS.items())
    with RunningBox(tmp_path_factory.mktemp("box"), capacity=4, extra=numbers) as running:
        for name, frequency_hz in TONES_HZ.items():
            write_tone(running.data / "prompts" / f"{name}.wav", frequency_hz=frequency_hz, duration_s=TONE_S)
        running.install_flows()
        running.api.call("flow.install_bundle", bundle=bundle())
        yield running


def never_heard(phone: Baresip, *names: str) -> bool:
    """No such tone in all that the phone received."""
    heard = phone.heard()
    return all(heard.tone_seconds(TONES_HZ[name]) < 0.1 for name in names)


def flows_of(record: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {flow["Flow"]: flow for flow in record["Linekeeper"]["Flows"]}


def test_flow_when_open_then_module_other_flow_and_hooked_queue_flow_follow(box: RunningBox, phone: PhoneMaker) -> None:
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    customer.dial("610")
    hears(customer, TONES_HZ["in-module"])
    hears(customer, TONES_HZ["hooked-queue"])
    contact = contact_of(box, "101")
    customer.hang_up()
    record = box.wait_closed(contact)
    assert never_heard(customer, "closed")
    assert record["Attributes"] == {"greeted": "yes"}
    assert record["Queue"]["Name"] == "sales"
    flows = flows_of(record)
    assert list(flows) == ["open hours", "greeting", "second", "hooked queue"]
    in_force = box.api.call("flow.export")["sha256"]
    assert {flow["BundleSha256"] for flow in flows.values()} == {in_force}
    installed = {row["flow"]: row["sha256"] for row in box.api.call("flow.list")}
    assert flows["second"]["FlowSha256"] == installed["second"]
    path = [(step["Action"], step["Result"]) for step in flows["open hours"]["Path"]]
    assert path == [("hours", "True"), ("module", "Success"), ("hook", "Success"), ("go on", "Success")]
    assert [flow["Outcome"] for flow in flows.values()][:3] == [
        "TRANSFERED_TO_FLOW",
        "RETURNED_TO_FLOW",
        "TRANSFERED_TO_QUEUE",
    ]


def test_flow_when_closed_then_the_other_branch(box: RunningBox, phone: PhoneMaker) -> None:
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    customer.dial("611")
    hears(customer, TONES_HZ["closed"])
    customer.wait_for("CALL_CLOSED")
    record = box.wait_closed(contact_of(box, "101"))
    assert record["DisconnectReason"] == "CONTACT_FLOW_DISCONNECT"
    assert flows_of(record)["shut hours"]["Path"][0]["Result"] == "False"


def answered(box: RunningBox, customer: Baresip, agent: Baresip) -> str:
    """The customer calls the flow with all hooks, the agent answers. Returns the contact."""
    customer.dial("612")
    agent.wait_for("CALL_INCOMING", timeout_s=15)
    agent.answer()
    return contact_of(box, customer.user)


def test_whisper_when_agent_answers_then_each_side_hears_its_own_and_then_the_other(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = answered(box, customer, agent)
    hears(agent, CUSTOMER_HZ)
    hears(customer, AGENT_HZ)
    assert agent.heard().tone_seconds(TONES_HZ["to-agent"]) > TONE_S / 2
    assert customer.heard().tone_seconds(TONES_HZ["to-customer"]) > TONE_S / 2
    assert never_heard(agent, "to-customer")
    assert never_heard(customer, "to-agent")
    ended = [event["mono_s"] for event in box.events(contact, "FlowEnded") if event["flow"].startswith("to ")]
    (connected,) = box.events(contact, "AgentConnected")
    assert len(ended) == 2
    assert connected["mono_s"] >= max(ended)
    customer.hang_up()
    agent.wait_for("CALL_CLOSED")


def test_whisper_when_customer_leaves_during_it_then_agent_is_free_again(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = answered(box, customer, agent)
    hears(agent, TONES_HZ["to-agent"])
    customer.hang_up()
    agent.wait_for("CALL_CLOSED")
    assert box.wait_closed(contact)["DisconnectReason"] == "CUSTOMER_DISCONNECT"
    wait_until(lambda: box.agents()["ann"]["contact"] is None, timeout_s=10, what="the agent has no contact")


def test_hold_when_agent_holds_then_both_hear_their_hold_flows(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = answered(box, customer, agent)
    hears(customer, AGENT_HZ)
    box.api.call("contact.command", contact=contact, command="hold")
    hears(customer, TONES_HZ["hold-customer"], timeout_s=15)
    hears(agent, TONES_HZ["hold-agent"], timeout_s=15)
    assert never_heard(customer, "hold-agent")
    assert never_heard(agent, "hold-customer")
    box.api.call("contact.command", contact=contact, command="resume")
    hears(customer, AGENT_HZ)
    hears(agent, CUSTOMER_HZ)
    customer.hang_up()
    agent.wait_for("CALL_CLOSED")
    assert box.wait_closed(contact)["Agent"]["NumberOfHolds"] == 1


def test_disconnect_flow_when_agent_hangs_up_then_customer_stays_as_a_new_contact(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    first = answered(box, customer, agent)
    hears(customer, AGENT_HZ)
    agent.hang_up()
    hears(customer, TONES_HZ["remaining"])
    customer.wait_for("CALL_CLOSED")
    talked = box.wait_closed(first)
    second = talked["NextContactId"]
    assert second is not None
    after = box.wait_closed(second)
    assert after["InitiationMethod"] == "DISCONNECT"
    assert (after["PreviousContactId"], after["InitialContactId"]) == (first, first)
    assert after["Agent"] is None
    assert after["DisconnectReason"] == "CONTACT_FLOW_DISCONNECT"
    assert list(flows_of(after)) == ["afterwards"]
    assert talked["Agent"]["Username"] == "ann"


def test_third_party_when_it_hangs_up_then_the_flow_goes_on(box: RunningBox, phone: PhoneMaker) -> None:
    other = phone(box, "301", tone_hz=OTHER_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    customer.dial("613")
    other.wait_for("CALL_INCOMING")
    other.answer()
    hears(customer, OTHER_HZ)
    hears(other, CUSTOMER_HZ)
    other.hang_up()
    hears(customer, TONES_HZ["back"])
    customer.wait_for("CALL_CLOSED")
    path = flows_of(box.wait_closed(contact_of(box, "101")))["third party"]["Path"]
    assert [(step["Action"], step["Result"]) for step in path] == [
        ("call", "Success"),
        ("returned", "Success"),
        ("bye", "Success"),
    ]


def test_third_party_when_nobody_is_there_then_the_error_branch(box: RunningBox, phone: PhoneMaker) -> None:
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    customer.dial("613")
    hears(customer, TONES_HZ["closed"])
    customer.wait_for("CALL_CLOSED")
    path = flows_of(box.wait_closed(contact_of(box, "101")))["third party"]["Path"]
    assert (path[0]["Action"], path[0]["Result"], path[0]["Error"]) == ("call", "CallFailed", True)
    counted = {row["flow"]: row["ContactFlowErrors"] for row in box.api.call("status")["flows"]}
    assert counted["third party"] >= 1


def test_input_when_number_is_typed_then_validated_and_kept_in_one_form(box: RunningBox, phone: PhoneMaker) -> None:
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    customer.dial("614")
    hears(customer, MENU_HZ)
    customer.send_digits("123#")
    hears(customer, TONES_HZ["number-bad"])
    hears(customer, MENU_HZ)
    customer.send_digits("99*2125550143#")
    hears(customer, TONES_HZ["number-good"])
    customer.wait_for("CALL_CLOSED")
    record = box.wait_closed(contact_of(box, "101"))
    assert record["Attributes"] == {"callback": "+12125550143"}
    results = [step["Result"] for step in flows_of(record)["input"]["Path"] if step["Action"] == "ask"]
    assert results == ["InvalidPhoneNumber", "Success"]
    assert "5550143" not in box.log.read_text()


@pytest.fixture
def old_bundle(box: RunningBox) -> Iterator[Callable[[int], str]]:
    """`old_bundle(2)` installs a version of the bundle; the first is back afterwards."""
    yield lambda version: str(box.api.call("flow.install_bundle", bundle=bundle(version))["installed_sha256"])
    box.api.call("flow.install_bundle", bundle=bundle())


def test_bundle_when_installed_in_mid_call_then_contacts_under_way_finish_on_theirs(
    box: RunningBox, phone: PhoneMaker, old_bundle: Callable[[int], str]
) -> None:
    before = box.api.call("flow.export")["sha256"]
    early, late = phone(box, "101", tone_hz=CUSTOMER_HZ), phone(box, "102", tone_hz=CUSTOMER_HZ)
    early.dial("615")
    hears(early, MENU_HZ)
    after = old_bundle(2)
    late.dial("615")
    hears(late, MENU_HZ)
    early.send_digits("1")
    late.send_digits("1")
    hears(early, TONES_HZ["version-1"])
    hears(late, TONES_HZ["version-2"])
    records = [box.wait_closed(contact_of(box, extension)) for extension in ("101", "102")]
    assert [{flow["BundleSha256"] for flow in flows_of(record).values()} for record in records] == [{before}, {after}]
    assert before != after
    assert list(flows_of(records[0])) == ["menu 2", "next"]


def test_bundle_when_broken_then_refused_and_calls_go_on_with_the_last_good_one(
    box: RunningBox, phone: PhoneMaker
) -> None:
    before = box.api.call("flow.export")["sha256"]
    broken = bundle()
    broken["Flows"]["second"]["Document"]["StartAction"] = "gone"
    broken["Hours"]["always"]["Resource"]["TimeZone"] = "Nowhere"
    with pytest.raises(Exception, match="nothing was changed"):
        box.api.call("flow.install_bundle", bundle=broken)
    assert box.api.call("flow.export")["sha256"] == before
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    customer.dial("611")
    hears(customer, TONES_HZ["closed"])
    customer.wait_for("CALL_CLOSED")


def prompt_bundle(folder: Path, frequency_hz: float) -> Path:
    """A bundle as a folder; its prompt is a tone."""
    for name in ("flows", "prompts"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    document, names = prompted()
    (folder / "flows" / "prompted.json").write_text(json.dumps(document))
    (folder / "map.json").write_text(json.dumps(names))
    write_tone(folder / "prompts" / "greeting.wav", frequency_hz=frequency_hz, duration_s=TONE_S)
    return folder


def test_bundle_when_its_prompt_is_replaced_in_mid_call_then_the_old_one_is_heard_to_the_end(
    box: RunningBox, phone: PhoneMaker, tmp_path: Path
) -> None:
    command = ["flow", "install", "--config", str(box.config)]
    assert main([*command, str(prompt_bundle(tmp_path / "bundle", 1700.0))]) == 0
    early, late = phone(box, "101", tone_hz=CUSTOMER_HZ), phone(box, "102", tone_hz=CUSTOMER_HZ)
    early.dial("616")
    hears(early, MENU_HZ)
    assert main([*command, str(prompt_bundle(tmp_path / "bundle", 2200.0))]) == 0
    late.dial("616")
    hears(late, MENU_HZ)
    early.send_digits("1")
    late.send_digits("1")
    hears(early, 1700.0)
    hears(late, 2200.0)
    for caller in (early, late):
        caller.wait_for("CALL_CLOSED")
