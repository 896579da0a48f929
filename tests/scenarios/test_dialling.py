"""Click-to-dial with the real stack: the agent's softphone first, then SIPp as a provider or another softphone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from kit import flows
from kit.audio import SILENCE_RMS
from kit.box import TRUNK_ADDRESS, BoxSettings, Json, RunningBox
from kit.provider import OUTSIDE, Provider, trunk_toml
from kit.talk import AGENT_HZ, CUSTOMER_HZ, MENU, PhoneMaker, hears

pytestmark = pytest.mark.scenario
TRUNK_NUMBER, QUEUE_NUMBER = "+12125550100", "+12125550177"
FLOW_NUMBER = "+12125550166"


@pytest.fixture(scope="module")
def box_settings(trunk_port: int) -> BoxSettings:
    return {"capacity": 3, "extra": trunk_toml(trunk_port, caller_id=TRUNK_NUMBER)}


@pytest.fixture(scope="module")
def shared_box(shared_box: RunningBox) -> RunningBox:
    """Its queue has a number of its own."""
    shared_box.api.call("queue.add", queue="sales", caller_id=QUEUE_NUMBER)
    return shared_box


@pytest.fixture
def whisper(box: RunningBox) -> Iterator[Callable[..., None]]:
    """`whisper("say", …)`: the outbound whisper from its first action on; the box's own one afterwards."""

    def install(start: str, *actions: flows.Document) -> None:
        document = flows.flow("outbound_whisper", "outboundWhisper", start, *actions)
        box.api.call("flow.install", name="outbound_whisper", document=document)

    yield install
    box.api.call("flow.remove", part="flow", name="outbound_whisper")


def dial(box: RunningBox, **args: str) -> str:
    shown: Json = box.api.call("contact.dial", agent="ann", **args)
    return str(shown["contact"])


def test_dial_when_outside_answers_then_queue_number_is_shown_and_wrap_up_follows(
    box: RunningBox, agent_phone: PhoneMaker, provider: Provider
) -> None:
    far = provider.takes()
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    contact = dial(box, number="2125559999", queue="sales")
    agent.wait_for("CALL_INCOMING")
    agent.answer()
    box.wait_event(contact, "LegAnswered", trunk="acme")
    agent.hang_up()
    assert far.wait().successful == 1
    assert f"From: <sip:{QUEUE_NUMBER}@{TRUNK_ADDRESS}>" in far.messages()
    assert "X-Linekeeper" not in far.messages()
    box.wait_event(contact, "AfterContactWorkStarted", agent="ann")
    record = box.wait_closed(contact)
    assert record["InitiationMethod"] == "OUTBOUND"
    assert record["CustomerEndpoint"]["Address"] == OUTSIDE
    assert record["SystemEndpoint"]["Address"] == QUEUE_NUMBER
    assert record["Agent"]["Username"] == "ann"
    assert record["DisconnectReason"] == "AGENT_DISCONNECT"


@pytest.mark.parametrize(("status", "reason"), [("486", "TELECOM_BUSY"), ("404", "TELECOM_NUMBER_INVALID")])
def test_dial_when_outside_refuses_then_the_agent_hears_a_sentence_and_the_record_says_why(
    box: RunningBox, agent_phone: PhoneMaker, provider: Provider, status: str, reason: str
) -> None:
    far = provider.takes("uas_refusing", status=status)
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    contact = dial(box, number=OUTSIDE)
    agent.wait_for("CALL_INCOMING")
    agent.answer()
    agent.wait_heard(lambda sound: sound.duration_s >= 0.5 and sound.part(-0.5).rms() > SILENCE_RMS, what="a sentence")
    agent.wait_for("CALL_CLOSED", timeout_s=15)
    assert far.wait().successful == 1
    assert box.wait_closed(contact)["DisconnectReason"] == reason


def test_dial_when_an_extension_answers_then_both_hear_each_other(
    box: RunningBox, agent_phone: PhoneMaker, phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    called = phone(box, "103", tone_hz=CUSTOMER_HZ)
    contact = dial(box, number="103")
    agent.wait_for("CALL_INCOMING")
    agent.answer()
    called.wait_for("CALL_INCOMING")
    called.answer()
    hears(agent, CUSTOMER_HZ)
    hears(called, AGENT_HZ)
    called.hang_up()
    agent.wait_for("CALL_CLOSED")
    assert box.wait_closed(contact)["DisconnectReason"] == "CUSTOMER_DISCONNECT"


def test_dial_when_the_agent_does_not_take_it_then_nobody_is_called(
    box: RunningBox, agent_phone: PhoneMaker, phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    phone(box, "103", tone_hz=CUSTOMER_HZ)
    contact = dial(box, number="103")
    agent.wait_for("CALL_INCOMING")
    agent.reject()
    assert box.wait_closed(contact)["DisconnectReason"] == "TELECOM_BUSY"
    assert len(box.events(contact, "LegStarted")) == 1


def test_outbound_whisper_when_it_has_a_message_then_the_customer_hears_it_before_the_agent(
    box: RunningBox, agent_phone: PhoneMaker, phone: PhoneMaker, whisper: Callable[..., None]
) -> None:
    end = flows.action("end", "EndFlowExecution", {})
    say = flows.action(
        "say", "MessageParticipant", {"PromptId": flows.WELCOME}, "end", errors={"NoMatchingError": "end"}
    )
    whisper("say", say, end)
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    called = phone(box, "103", tone_hz=CUSTOMER_HZ)
    contact = dial(box, number="103")
    agent.wait_for("CALL_INCOMING")
    agent.answer()
    called.wait_for("CALL_INCOMING")
    assert box.events(contact, "FlowStarted") == []
    called.answer()
    hears(called, flows.TONES_HZ[flows.WELCOME])
    hears(called, AGENT_HZ)
    called.hang_up()
    record = box.wait_closed(contact)
    assert [flow["Flow"] for flow in record["Linekeeper"]["Flows"]] == ["outbound_whisper"]


def test_outbound_whisper_when_it_completes_the_call_then_the_agent_hears_it_first_and_its_caller_id_is_shown(
    box: RunningBox, agent_phone: PhoneMaker, provider: Provider, whisper: Callable[..., None]
) -> None:
    far = provider.takes()
    end = flows.action("end", "EndFlowExecution", {})
    call = flows.action("call", "CompleteOutboundCall", {"CallerId": {"Number": FLOW_NUMBER}}, "end")
    welcome, errors = {"PromptId": flows.WELCOME}, {"NoMatchingError": "call"}
    say = flows.action("say", "MessageParticipant", welcome, "call", errors=errors)
    whisper("say", say, call, end)
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    contact = dial(box, number=OUTSIDE, queue="sales")
    agent.wait_for("CALL_INCOMING")
    agent.answer()
    hears(agent, flows.TONES_HZ[flows.WELCOME])
    box.wait_event(contact, "LegAnswered", trunk="acme")
    agent.hang_up()
    assert far.wait().successful == 1
    assert f"From: <sip:{FLOW_NUMBER}@{TRUNK_ADDRESS}>" in far.messages()
    box.wait_closed(contact)


def test_third_party_when_the_flow_names_a_caller_id_then_the_outside_sees_it(
    box: RunningBox, phone: PhoneMaker, provider: Provider
) -> None:
    far = provider.takes()
    parameters = {
        "ThirdPartyPhoneNumber": OUTSIDE,
        "ThirdPartyConnectionTimeLimitSeconds": "20",
        "ContinueFlowExecution": "False",
        "CallerId": {"Number": FLOW_NUMBER, "Name": "Branch"},
    }
    errors = dict.fromkeys(("CallFailed", "ConnectionTimeLimitExceeded", "NoMatchingError"), "end")
    out = flows.action("out", "TransferParticipantToThirdParty", parameters, "end", errors=errors)
    end = flows.action("end", "DisconnectParticipant", {})
    box.api.call("flow.install", name="menu", document=flows.flow("menu", "contactFlow", "out", out, end))
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    caller.dial(MENU)
    row = box.wait_contact(lambda row: row["source"] == "extension:101")
    box.wait_event(row["contact"], "LegAnswered", trunk="acme")
    caller.hang_up()
    assert far.wait().successful == 1
    assert f"<sip:{FLOW_NUMBER}@{TRUNK_ADDRESS}>" in far.messages()
    box.wait_closed(row["contact"])
