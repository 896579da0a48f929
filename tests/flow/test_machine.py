"""The machine itself: branches, other flows, modules, bounds."""

from __future__ import annotations

import pytest

from appliance.flow.commands import Disconnect, FlowEntered, FlowFinished, Play, Trace
from appliance.flow.events import (
    DigitPressed,
    FunctionReturned,
    MetricsMeasured,
    PromptEnded,
    PromptFailed,
    QueueEntered,
    TimerExpired,
)
from appliance.flow.facts import ContactFacts, Library
from appliance.flow.machine import MOST_ACTIONS, start, step
from appliance.flow.state import WaitingFor

TO_END = {"NoMatchingError": "end"}
TO_BAD = {"NoMatchingError": "bad"}


def test_trace_when_actions_are_left_then_each_says_its_branch(caller, flow, action):
    call = caller(
        flow(
            action("set", "UpdateContactAttributes", {"Attributes": {"k": "v"}}, then="cmp"),
            action("cmp", "Compare", {"ComparisonValue": "$.Attributes.k"}, then="bad", when=[("v", "lam")]),
            action("lam", "InvokeLambdaFunction", {"LambdaFunctionARN": "f"}, then="bad", errors=TO_END),
        )
    )
    assert call.path == [("set", "Success"), ("cmp", "v"), ("lam", "NoMatchingError"), ("end", "Success")]
    assert [trace.error for trace in call.all(Trace)] == [False, False, True, False]
    assert call.all(Trace)[2].lacking == "substitute"


def test_error_when_no_branch_is_wired_then_contact_is_dropped_with_detail(caller, flow, action):
    call = caller(flow(action("q", "UpdateContactTargetQueue", {"QueueId": "nope"}, then="end")))
    finished = call.last(FlowFinished)
    assert finished.outcome == "DROPPED"
    assert "'q' has no branch for NoMatchingError" in finished.detail
    assert "'nope' is no queue" in finished.detail
    assert call.all(Disconnect)
    assert call.state.finished


def test_error_when_queue_flow_drops_then_contact_stays(caller, flow, action):
    call = caller(flow(action("q", "MessageParticipantIteratively", {"Messages": []}), kind="customerQueue"))
    assert call.last(FlowFinished).outcome == "DROPPED"
    assert not call.all(Disconnect)


def test_success_when_there_is_no_next_action_then_dropped(caller, flow, action):
    call = caller(flow(action("a", "UpdateContactAttributes", {"Attributes": {}})))
    assert call.last(FlowFinished).outcome == "DROPPED"


def test_unknown_type_when_run_then_takes_its_error_branch(caller, flow, action):
    call = caller(flow(action("a", "PlayPrompt", {"Text": "x"}, then="bad", errors=TO_END)))
    assert call.path[0] == ("a", "NoMatchingError")
    assert call.path[-1] == ("end", "Success")
    assert call.all(Trace)[0].lacking == "type"


def test_unknown_type_when_no_error_branch_then_goes_on(caller, flow, action):
    call = caller(flow(action("a", "PlayPrompt", {"Text": "x"}, then="end")))
    assert call.path[-1] == ("end", "Success")


def test_step_when_actions_lead_in_a_circle_then_dropped_not_endless(caller, flow, action):
    call = caller(
        flow(
            action("a", "UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": "Enabled"}, then="b"),
            action("b", "UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": "Disabled"}, then="a"),
        )
    )
    assert call.last(FlowFinished).outcome == "DROPPED"
    assert "goes round" in call.last(FlowFinished).detail
    assert len(call.all(Trace)) == MOST_ACTIONS


def test_step_when_finished_then_nothing_changes(caller, flow, action):
    call = caller(flow(action("a", "DisconnectParticipant")))
    state = call.state
    assert step(state, PromptEnded(), 1.0) == (state, ())


def test_state_when_stepped_then_the_old_one_is_as_it_was(flow, action, library):
    running = flow(action("a", "MessageParticipant", {"Text": "x"}, then="end"))
    first, _ = start(running, ContactFacts(), library=library, now=1.0)
    second, _ = step(first, PromptEnded(), 2.0)
    again, _ = step(first, PromptEnded(), 2.0)
    assert first.waiting_for is WaitingFor.PROMPT
    assert second == again
    assert second.finished


def test_event_when_it_means_nothing_then_state_is_the_same(caller, flow, action):
    call = caller(flow(action("a", "MessageParticipant", {"Text": "x"}, then="end")))
    before = call.state
    for event in (TimerExpired(), QueueEntered(queue="q"), FunctionReturned(result={}), DigitPressed(digit="A")):
        assert call.tell(event) == ()
    assert call.state == before


def test_metrics_when_they_come_unasked_then_are_known(caller, flow, action):
    call = caller(
        flow(
            action("a", "MessageParticipant", {"Text": "x"}, then="b"),
            action("b", "MessageParticipant", {"Text": "$.Metrics.Queue.Size"}, then="end"),
        )
    )
    call.tell(MetricsMeasured(values={"Queue.Size": "9"}))
    call.tell(PromptEnded())
    assert call.heard == ["x", "9"]


def test_transfer_to_flow_when_target_is_known_then_goes_on_there(caller, flow, action):
    other = flow(
        action("hello", "MessageParticipant", {"Text": "$.FlowAttributes.k|$.External.e"}, then="end"), name="o"
    )
    call = caller(
        flow(
            action("attr", "UpdateFlowAttributes", {"FlowAttributes": {"k": {"Value": "v"}}}, then="go"),
            action("go", "TransferToFlow", {"ContactFlowId": "arn:x/contact-flow/o"}, errors=TO_BAD),
        ),
        library=Library(flows={"o": other}),
        facts=ContactFacts(external={"e": "kept"}),
    )
    entered = call.last(FlowEntered)
    assert (entered.flow, entered.outcome, entered.flow_type) == ("o", "TRANSFERED_TO_FLOW", "CONTACT_FLOW")
    assert call.heard == ["|kept"]
    assert call.state.flow.name == "o"


def test_transfer_to_flow_when_target_is_missing_then_error_branch(caller, flow, action):
    call = caller(flow(action("go", "TransferToFlow", {"ContactFlowId": "x"}, then="bad", errors=TO_END)))
    assert call.path == [("go", "NoMatchingError"), ("end", "Success")]


INSIDE = "[$.Attributes.a|$.External.e|$.StoredCustomerInput]"


def module(flow, action, *actions, name="m"):
    return flow(*actions, action("back", "EndFlowModuleExecution"), kind="module", name=name)


def test_module_when_invoked_then_sees_attributes_only_and_comes_back(caller, flow, action):
    inner = module(
        flow,
        action,
        action("say", "MessageParticipant", {"Text": INSIDE}, then="put"),
        action("put", "UpdateContactAttributes", {"Attributes": {"b": "2"}}, then="back"),
    )
    call = caller(
        flow(
            action("call", "InvokeFlowModule", {"FlowModuleId": "m"}, then="after", errors=TO_BAD),
            action("after", "MessageParticipant", {"Text": "[$.Attributes.b|$.External.e]"}, then="end"),
        ),
        library=Library(modules={"m": inner}),
        facts=ContactFacts(attributes={"a": "1"}, external={"e": "x"}, stored_input="5"),
    )
    call.tell(PromptEnded())
    assert call.heard == ["[1||]", "[2|x]"]
    assert ("back", "Success") in call.path


@pytest.mark.parametrize(("result", "target"), [("Billing", "other"), ("Sales", "bad"), ("Error", "bad"), ("", "end")])
def test_module_when_it_names_a_result_then_caller_takes_that_branch(caller, flow, action, result, target):
    inner = flow(action("back", "EndFlowModuleExecution", {"Result": result}), kind="module", name="m")
    names = [{"ReferenceName": name} for name in ("Billing", "Sales", "Error")]
    inner = type(inner)(
        **{**{field: getattr(inner, field) for field in inner.__struct_fields__}, "settings": {"Transitions": names}}
    )
    call = caller(
        flow(
            action(
                "call",
                "InvokeFlowModule",
                {"FlowModuleId": "m"},
                then="end",
                errors=TO_BAD,
                when=[("Billing", "other")],
            )
        ),
        library=Library(modules={"m": inner}),
    )
    assert call.path[-1][0] == target


def test_module_when_nested_too_deep_then_error_branch(caller, flow, action):
    inner = module(
        flow,
        action,
        action("again", "InvokeFlowModule", {"FlowModuleId": "m"}, then="back", errors={"NoMatchingError": "back"}),
    )
    call = caller(
        flow(action("call", "InvokeFlowModule", {"FlowModuleId": "m"}, then="end", errors=TO_BAD)),
        library=Library(modules={"m": inner}),
    )
    assert len([entered for entered in call.all(FlowEntered) if entered.flow == "m"]) == 5
    assert call.path[-1] == ("end", "Success")


def test_prompt_when_it_fails_without_error_branch_then_flow_goes_on(caller, flow, action):
    call = caller(flow(action("a", "MessageParticipant", {"Text": "x"}, then="end")))
    call.tell(PromptFailed(reason="no voice"))
    assert call.path == [("a", "NoMatchingError"), ("end", "Success")]


def test_logging_when_switched_on_then_traces_say_so(caller, flow, action):
    call = caller(flow(action("log", "UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": "Enabled"}, then="end")))
    assert [trace.logged for trace in call.all(Trace)] == [True, True]
    assert call.state.facts.logging


def test_repr_when_keys_are_in_the_state_then_are_not_shown(caller, flow, action):
    call = caller(
        flow(
            action(
                "a",
                "GetParticipantInput",
                {
                    "Text": "pin",
                    "StoreInput": "True",
                    "InputValidation": {"CustomValidation": {"MaximumLength": "8"}},
                    "InputTimeLimitSeconds": "5",
                },
                then="end",
            )
        )
    )
    call.press("4711")
    assert "4711" not in repr(call.state)
    assert "4711" not in repr(call.state.pending)
    assert call.all(Play)
