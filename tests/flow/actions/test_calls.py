"""Call-backs, third parties, outbound calls."""

from __future__ import annotations

import pytest

from appliance.flow.commands import (
    CompleteOutboundCall,
    CreateCallback,
    DialThirdParty,
    FlowFinished,
    SetPreviousParticipant,
)
from appliance.flow.events import RequestDone, RequestFailed, ThirdPartyEnded, TimerExpired
from appliance.flow.facts import ContactFacts

ERRORS = {"NoMatchingError": "bad", "QueueAtCapacity": "other"}


@pytest.fixture
def run(caller, flow, action):
    def make(kind, parameters=None, errors=ERRORS, **rest):
        return caller(flow(action("a", kind, parameters, then="end", errors=errors)), **rest)

    return make


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+12065550100", "end"),
        ("2065550100", "end"),
        ("Timeout", "bad"),
        ("", "bad"),
        ("12", "bad"),
        ("+10005550100", "other"),
    ],
)
def test_callback_number_when_given_then_validated(run, number, expected):
    errors = {"InvalidCallbackNumber": "bad", "CallbackNumberNotDialable": "other"}
    call = run(
        "UpdateContactCallbackNumber",
        {"CallbackNumber": "$.StoredCustomerInput"},
        errors,
        facts=ContactFacts(stored_input=number),
    )
    assert call.path[-1][0] == expected
    assert call.state.facts.callback_number == ("+12065550100" if expected == "end" else "")


def test_callback_when_created_then_asked_and_answered(run):
    parameters = {"InitialCallDelaySeconds": "5", "MaximumConnectionAttempts": "1", "RetryDelaySeconds": "60"}
    facts = ContactFacts(queue="sales", customer_endpoint="+1", callback_number="+12065550100")
    call = run("CreateCallbackContact", parameters, facts=facts)
    asked = call.last(CreateCallback)
    assert (asked.number, asked.queue, asked.initial_delay_s, asked.max_attempts, asked.retry_delay_s) == (
        "+12065550100",
        "sales",
        5,
        2,
        60,
    )
    call.tell(RequestDone())
    assert call.path[-1][0] == "end"


@pytest.mark.parametrize("answer", [RequestFailed(error="NoMatchingError"), TimerExpired()])
def test_callback_when_refused_or_not_answered_then_error_branch(run, answer):
    call = run("CreateCallbackContact", {"QueueId": "sales"}, facts=ContactFacts(customer_endpoint="+1"))
    assert call.last(CreateCallback).number == "+1"
    call.tell(answer, after_s=10)
    assert call.path[-1][0] == "bad"


def test_callback_when_there_is_no_queue_then_error_branch(run):
    assert run("CreateCallbackContact", {}, facts=ContactFacts(customer_endpoint="+1")).path[-1][0] == "bad"


@pytest.mark.parametrize(
    ("outcome", "target"), [("Completed", "end"), ("CallFailed", "other"), ("ConnectionTimeLimitExceeded", "bad")]
)
def test_third_party_when_flow_continues_then_outcome_decides(run, outcome, target):
    parameters = {
        "ThirdPartyPhoneNumber": "+1",
        "ThirdPartyConnectionTimeLimitSeconds": "20",
        "ContinueFlowExecution": "True",
        "ThirdPartyDTMFDigits": "12",
        "CallerId": {"Number": "$.SystemEndpoint.Address", "Name": "x"},
    }
    call = run(
        "TransferParticipantToThirdParty",
        parameters,
        {"CallFailed": "other", "NoMatchingError": "bad"},
        facts=ContactFacts(system_endpoint="+2"),
    )
    assert call.last(DialThirdParty) == DialThirdParty(
        number="+1", time_limit_s=20, resume=True, digits="12", caller_id_number="+2", caller_id_name="x"
    )
    call.tell(ThirdPartyEnded(outcome=outcome))
    assert call.path[-1][0] == target


def test_third_party_when_flow_does_not_continue_then_it_is_over(run):
    call = run("TransferParticipantToThirdParty", {"ThirdPartyPhoneNumber": "+1", "ContinueFlowExecution": "False"})
    assert not call.last(DialThirdParty).resume
    assert call.last(FlowFinished).outcome == "TRANSFERED_TO_PHONE_NUMBER"
    assert run("TransferParticipantToThirdParty", {}).path[-1][0] == "bad"


def test_outbound_when_completed_then_goes_on(run):
    call = run("CompleteOutboundCall", {"CallerId": {"Number": "+1"}, "ConnectionTimeLimitSeconds": "30"})
    assert call.last(CompleteOutboundCall) == CompleteOutboundCall(caller_id_number="+1", time_limit_s=30)
    call.tell(RequestDone())
    assert call.path[-1][0] == "end"


def test_previous_participant_when_state_is_known_then_set(run):
    kind = "UpdatePreviousContactParticipantState"
    assert run(kind, {"PreviousContactParticipantState": "OffHold"}).last(SetPreviousParticipant).state == "OffHold"
    assert run(kind, {"PreviousContactParticipantState": "Odd"}).path[-1][0] == "bad"
