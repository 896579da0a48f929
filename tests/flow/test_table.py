"""The table of action types against the reference: every type has a decision, and every row can be run."""

from __future__ import annotations

import pytest

from appliance.flow.commands import FlowFinished, Trace
from appliance.flow.events import (
    DigitPressed,
    FunctionFailed,
    MetricsFailed,
    PromptFailed,
    QueueFailed,
    RequestFailed,
    ThirdPartyEnded,
    TimerExpired,
)
from appliance.flow.facts import Library
from appliance.flow.table import TABLE, row_of


def words(text: str) -> list[str]:
    return text.split()


LOCAL = words("""
MessageParticipant GetParticipantInput MessageParticipantIteratively DisconnectParticipant Compare
CheckHoursOfOperation CheckMetricData GetMetricData Loop DistributeByPercentage TransferToFlow EndFlowExecution
UpdateFlowAttributes UpdateFlowLoggingBehavior UpdateRoutingCriteria UpdateContactRoutingCriteria
UpdateContactAttributes UpdateContactTargetQueue TransferContactToQueue DequeueContactAndTransferToQueue
TransferContactToAgent UpdateContactEventHooks UpdateContactRecordingBehavior
UpdateContactRecordingAndAnalyticsBehavior UpdateContactTextToSpeechVoice UpdateContactData
UpdateContactRoutingBehavior UpdateContactCallbackNumber CreateCallbackContact TransferParticipantToThirdParty
CompleteOutboundCall UpdatePreviousContactParticipantState InvokeFlowModule EndFlowModuleExecution TagContact
UntagContact UpdateContactMediaStreamingBehavior
""")
SUBSTITUTED = ["InvokeLambdaFunction", "ConnectParticipantWithLexBot"]
CLOUD = words("""
CheckOutboundCallStatus CheckVoiceId StartVoiceIdStream CreateTask CreateCase GetCase UpdateCase CreateWisdomSession
GetCustomerProfile CreateCustomerProfile UpdateCustomerProfile AssociateContactToCustomerProfile
GetCustomerProfileObject GetCalculatedAttributesForCustomerProfile RouteContactToAgent LoadContactContent
CheckSegmentMembership
""")
CHANNEL = words("""
ShowView Wait ResumeContact UpdateContactMediaProcessing StartOutboundChatContact AuthenticateParticipant
""")
CLASSES = {"A": LOCAL, "B": SUBSTITUTED, "C": CLOUD, "D": CHANNEL}


def test_table_when_compared_with_the_reference_then_holds_exactly_its_types():
    assert set(TABLE) == {name for names in CLASSES.values() for name in names}


@pytest.mark.parametrize(("offline", "name"), [(key, name) for key, names in CLASSES.items() for name in names])
def test_row_when_asked_for_its_class_then_as_in_the_reference(offline, name):
    assert row_of(name).offline == offline
    assert row_of(name).type == name


@pytest.mark.parametrize("name", [*CLOUD, *CHANNEL])
def test_absent_type_when_run_then_error_branch_at_once_and_counted(caller, flow, action, name):
    call = caller(flow(action("a", name, {}, then="end", errors={"NoMatchingError": "bad"})))
    assert call.path == [("a", "NoMatchingError"), ("bad", "Success")]
    assert call.all(Trace)[0].lacking == ("cloud" if name in CLOUD else "channel")


@pytest.mark.parametrize(("state", "target"), [("Enabled", "bad"), ("Disabled", "end")])
def test_streaming_when_nobody_listens_then_starting_it_fails(caller, flow, action, state, target):
    errors = {"NoMatchingError": "bad"}
    streaming = action(
        "a", "UpdateContactMediaStreamingBehavior", {"MediaStreamingState": state}, then="end", errors=errors
    )
    assert caller(flow(streaming)).path[-1][0] == target
    assert caller(flow(streaming), library=Library(media_streaming=True)).path[-1][0] == "end"


FAILURES = [
    PromptFailed(reason="x"),
    QueueFailed(error="NoMatchingError"),
    FunctionFailed(reason="x"),
    MetricsFailed(reason="x"),
    RequestFailed(error="NoMatchingError"),
    ThirdPartyEnded(outcome="CallFailed"),
    DigitPressed(digit="9"),
    TimerExpired(),
]


@pytest.mark.parametrize("name", sorted(TABLE))
@pytest.mark.parametrize("parameters", [{}, {"Text": 5}, {"QueueId": ["x"]}, {"LoopCount": {}, "Messages": [3, None]}])
def test_row_when_parameters_are_missing_or_odd_then_never_raises(caller, flow, action, name, parameters):
    call = caller(flow(action("a", name, parameters, then="end", errors={"NoMatchingError": "bad"})))
    for event in FAILURES * 3:
        call.tell(event, after_s=100)
    assert call.state.finished or name == "MessageParticipantIteratively"
    assert bool(call.all(FlowFinished)) is call.state.finished
