"""Who gets a call: proficiencies with steps that expire, agents in turn, an agent's own queue. Flow to phone."""

from __future__ import annotations

from typing import Any

import pytest
from kit import flows
from kit.baresip import Baresip
from kit.box import BoxSettings, RunningBox
from kit.talk import AGENT_HZ, CUSTOMER_HZ, OTHER_HZ, PhoneMaker, contact_of, hears

pytestmark = pytest.mark.scenario

KOREAN, ROUND, ANN = "620", "621", "622"  # numbers of the flows below
STEP_S = 4


def into_queue(target: dict[str, str], *first: dict[str, Any]) -> dict[str, Any]:
    """A flow that does `first` (one action, "first") and enters the queue or agent's queue `target`."""
    choose = flows.action("choose", "UpdateContactTargetQueue", target, "enter", errors={"NoMatchingError": "goodbye"})
    enter = flows.action("enter", "TransferContactToQueue", {}, "goodbye", errors={"NoMatchingError": "goodbye"})
    goodbye = flows.action("goodbye", "DisconnectParticipant", {})
    return flows.flow("routed", "contactFlow", "first" if first else "choose", *first, choose, enter, goodbye)


def korean() -> dict[str, Any]:
    condition = {
        "Name": "language",
        "Value": "ko",
        "ProficiencyLevel": 3,
        "ComparisonOperator": "NumberGreaterOrEqualTo",
    }
    step = {"Expression": {"AttributeCondition": condition}, "Expiry": {"DurationInSeconds": STEP_S}}
    ask = flows.action(
        "first",
        "UpdateContactRoutingCriteria",
        {"RoutingCriteria": {"Steps": [step]}},
        "choose",
        errors={"NoMatchingError": "goodbye"},
    )
    return into_queue({"QueueId": "sales"}, ask)


@pytest.fixture(scope="module")
def box_settings() -> BoxSettings:
    numbers = {KOREAN: "korean", ROUND: "round", ANN: "ann"}
    extra = "".join(f'\n[[numbers]]\nnumber = "{number}"\nflow = "{flow}"\n' for number, flow in numbers.items())
    return {"capacity": 4, "extra": extra}


@pytest.fixture(scope="module")
def shared_box(shared_box: RunningBox) -> RunningBox:
    """With the three flows and a queue that goes round."""
    shared_box.api.call("queue.add", queue="round", flow="waiting", wrap_up_s=0.2, agent_order="round_robin")
    shared_box.add_agent("ann", "201", "sales", "round", available=False)
    shared_box.add_agent("bob", "202", "sales", "round", available=False)
    shared_box.api.call("agent.add", agent="ann", wrap_up_s=1.0)
    shared_box.api.call("flow.install", name="korean", document=korean())
    shared_box.api.call("flow.install", name="round", document=into_queue({"QueueId": "round"}))
    shared_box.api.call("flow.install", name="ann", document=into_queue({"AgentId": "ann"}))
    return shared_box


@pytest.fixture
def ann(box: RunningBox, phone: PhoneMaker) -> Baresip:
    """Idle longest."""
    made = phone(box, "201", known=True, tone_hz=OTHER_HZ)
    box.set_status("ann", "Available")
    return made


@pytest.fixture
def bob(box: RunningBox, ann: Baresip, phone: PhoneMaker) -> Baresip:
    made = phone(box, "202", known=True, tone_hz=AGENT_HZ)
    box.set_status("bob", "Available")
    return made


def test_criteria_when_an_agent_meets_them_then_that_one_rings_and_after_the_step_the_other(
    box: RunningBox, phone: PhoneMaker, ann: Baresip, bob: Baresip
) -> None:
    box.api.call("agent.proficiency", agent="bob", name="language", value="ko", level=4)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    customer.dial(KOREAN)
    bob.wait_for("CALL_INCOMING", timeout_s=15)
    contact = contact_of(box, "101")
    bob.reject()
    box.wait_event(contact, "AgentMissed", agent="bob")
    ann.wait_for("CALL_INCOMING", timeout_s=STEP_S + 10)
    ann.answer()
    hears(customer, OTHER_HZ)
    customer.hang_up()
    box.wait_closed(contact)
    (queued,) = box.events(contact, "QueueRequested")
    offers = box.events(contact, "AgentOffered")
    assert [offer["agent"] for offer in offers] == ["bob", "ann"]
    waited_s = offers[1]["mono_s"] - queued["mono_s"]
    assert waited_s >= STEP_S, "ann can't speak Korean: not before the step has expired"
    assert queued["criteria"][0]["expression"]["condition"]["low"] == 3.0


def test_round_robin_when_three_call_then_the_agents_take_turns(
    box: RunningBox, phone: PhoneMaker, ann: Baresip, bob: Baresip
) -> None:
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    phones = {"ann": ann, "bob": bob}
    answered = []
    for agent in ("ann", "bob", "ann"):
        customer.dial(ROUND)
        phones[agent].wait_for("CALL_INCOMING", timeout_s=15)
        phones[agent].answer()
        contact = contact_of(box, "101", open=True)
        answered.append(box.wait_event(contact, "AgentConnected")["agent"])
        customer.hang_up()
        phones[agent].wait_for("CALL_CLOSED")
        box.wait_closed(contact)
        for other in ("bob", "ann"):  # ann's idle time is always the shorter one: only the turn brings her on
            box.set_status(other, "Break")
            box.set_status(other, "Available")
    assert answered == ["ann", "bob", "ann"]


def test_agent_queue_when_the_agent_is_busy_then_the_second_caller_waits_for_that_one(
    box: RunningBox, phone: PhoneMaker, ann: Baresip, bob: Baresip
) -> None:
    first, second = phone(box, "101", tone_hz=CUSTOMER_HZ), phone(box, "102", tone_hz=CUSTOMER_HZ)
    first.dial(ANN)
    ann.wait_for("CALL_INCOMING", timeout_s=15)
    ann.answer()
    hears(first, OTHER_HZ)
    second.dial(ANN)
    box.wait_event(contact_of(box, "102"), "ContactQueued", queue="agent:ann")
    assert box.agents()["bob"]["activity"] == "idle"
    first.hang_up()
    ann.wait_for("CALL_CLOSED")
    ann.wait_for("CALL_INCOMING", timeout_s=15)
    ann.answer()
    hears(second, OTHER_HZ)
    second.hang_up()
    record = box.wait_closed(contact_of(box, "102"))
    assert record["Agent"]["Username"] == "ann"
    assert record["Queue"]["Name"] is None
    assert record["Queue"]["ARN"].endswith("/queue/agent/ann")
    assert [event["agent"] for event in box.events(record["ContactId"], "AgentOffered")] == ["ann"]
