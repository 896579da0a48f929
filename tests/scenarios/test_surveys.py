"""A survey after the call: the agent hangs up, the customer hears questions and answers by key. Real stack."""

from __future__ import annotations

import pytest
from kit.audio import SILENCE_RMS
from kit.baresip import Baresip
from kit.box import RunningBox
from kit.talk import AGENT_HZ, CUSTOMER_HZ, PhoneMaker, put_through

pytestmark = pytest.mark.scenario


def asked(customer: Baresip, since_s: float) -> None:
    customer.wait_heard(
        lambda sound: sound.duration_s >= 0.5 and sound.part(-0.5).rms() > SILENCE_RMS,
        since_s=since_s,
        what="a question",
    )


def test_survey_when_the_agent_hangs_up_then_answers_stand_in_the_record_and_the_results(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    box.api.call("queue.add", queue="sales", disconnect_flow="survey")
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = put_through(box, customer, agent)
    agent.hang_up()
    talk = box.wait_closed(contact)
    survey = talk["NextContactId"]
    asked(customer, customer.heard().duration_s)
    customer.send_digits("4")
    box.wait_event(survey, "AttributesUpdated", attributes={"survey_rating": "4"})
    asked(customer, customer.heard().duration_s)
    customer.send_digits("1")
    customer.wait_for("CALL_CLOSED", timeout_s=20)
    record = box.wait_closed(survey)
    assert (record["InitiationMethod"], record["PreviousContactId"]) == ("DISCONNECT", contact)
    assert record["Attributes"] == {"survey_rating": "4", "survey_solved": "yes"}
    assert (talk["Agent"]["Username"], talk["NextContactId"]) == ("ann", survey)
    (answers,) = box.api.call("survey.answers")
    assert (answers["contact"], answers["queue"], answers["agent"]) == (contact, "sales", "ann")
    assert answers["answers"] == {"rating": "4", "solved": "yes"}
    results = box.api.call("survey.results", by="queue")
    assert {"queue": "sales", "question": "rating", "answered": 1, "mean": 4.0, "answers": {"4": 1}} in results


def test_survey_when_the_customer_hangs_up_first_then_nobody_is_asked(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    box.api.call("queue.add", queue="sales", disconnect_flow="survey")
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = put_through(box, customer, agent)
    customer.hang_up()
    agent.wait_for("CALL_CLOSED")
    record = box.wait_closed(contact)
    assert (record["NextContactId"], record["DisconnectReason"]) == (None, "CUSTOMER_DISCONNECT")


def test_survey_when_the_queue_wants_none_then_the_call_ends_with_the_agent(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    box.api.call("queue.add", queue="sales", disconnect_flow="")
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = put_through(box, customer, agent)
    agent.hang_up()
    customer.wait_for("CALL_CLOSED")
    assert box.wait_closed(contact)["DisconnectReason"] == "AGENT_DISCONNECT"
