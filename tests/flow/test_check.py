"""Judging flows: what is found, and what is suggested."""

from __future__ import annotations

import pytest

from appliance.flow.check import MEANT, Severity, check, reachable
from appliance.flow.table import TABLE


def messages(flow, name="a"):
    return "\n".join(finding.message for finding in check(flow) if finding.action == name)


@pytest.mark.parametrize(
    ("kind", "meant"),
    [
        ("PlayPrompt", "MessageParticipant"),
        ("GetDigits", "GetParticipantInput"),
        ("CheckAttribute", "Compare"),
        ("UnTagContact", "UntagContact"),
        ("MessageParticipants", "MessageParticipant"),
        ("InvokeLambda", "InvokeLambdaFunction"),
        ("Zzz", ""),
    ],
)
def test_unknown_type_when_checked_then_suggests_what_is_meant(flow, action, kind, meant):
    finding = next(one for one in check(flow(action("a", kind, then="end"))) if one.action == "a")
    assert (finding.severity, finding.suggestion) == (Severity.WARNING, meant)
    assert f"{kind!r} is no action type" in finding.message


def test_suggestions_when_listed_then_lead_to_real_types():
    for meant in MEANT.values():
        assert meant == "StartAction of the document" or any(name in TABLE for name in meant.split())
    assert not set(MEANT) & set(TABLE)


def test_check_when_flow_is_good_then_only_unused_ends_are_found(flow, action):
    good = flow(action("a", "MessageParticipant", {"Text": "x"}, then="end"))
    assert {finding.message for finding in check(good)} == {"no branch leads to this DisconnectParticipant"}


@pytest.mark.parametrize(
    ("given", "severity", "part"),
    [
        (("MessageParticipant", {}), Severity.WARNING, "exactly one of Text, SSML, PromptId, Media is wanted; none"),
        (("MessageParticipant", {"Text": "a", "SSML": "b"}), Severity.WARNING, "Text and SSML are given"),
        (("MessageParticipant", {"Text": "a", "Txet": "b"}), Severity.WARNING, "parameter 'Txet' is unknown"),
        (("UpdateContactAttributes", {}), Severity.ERROR, "parameter Attributes is missing"),
        (("UpdateContactTargetQueue", {}), Severity.ERROR, "exactly one of QueueId, AgentId is wanted; none"),
        (("GetParticipantInput", {"Text": "x"}), Severity.WARNING, "InputTimeLimitSeconds is missing; 5 is used"),
        (("UpdateContactAttributes", {"Attributes": "x"}), Severity.WARNING, "it must be an object"),
        (("Loop", {"LoopCount": "101"}), Severity.WARNING, "it must be 0 to 100"),
        (("Loop", {"LoopCount": "x"}), Severity.WARNING, "it must be a number"),
        (("UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": "On"}), Severity.WARNING, "one of Disabled, Enabled"),
        (
            ("UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": "$.Attributes.x"}),
            Severity.WARNING,
            "can't hold a reference",
        ),
        (
            ("TransferToFlow", {"ContactFlowId": "x $.Attributes.y"}),
            Severity.WARNING,
            "takes one reference and nothing else",
        ),
        (
            ("UpdateContactTargetQueue", {"QueueId": "a", "AgentId": "b"}),
            Severity.WARNING,
            "QueueId and AgentId are given",
        ),
        (("UpdateContactRoutingBehavior", {"QueuePriority": "0"}), Severity.WARNING, "it must be at least 1"),
        (("TransferContactToQueue", {"QueueId": "x"}), Severity.WARNING, "parameter 'QueueId' is unknown"),
    ],
)
def test_parameters_when_wrong_then_found(flow, action, given, severity, part):
    findings = [one for one in check(flow(action("a", *given, then="end"))) if one.action == "a"]
    assert any(part in one.message and one.severity is severity for one in findings), findings


def test_parameters_when_missing_but_failure_is_wired_then_only_a_warning(flow, action):
    wired = action("a", "UpdateContactAttributes", {}, then="end", errors={"NoMatchingError": "bad"})
    assert {one.severity for one in check(flow(wired)) if one.action == "a"} == {Severity.WARNING}


@pytest.mark.parametrize("value", ["${Count}", "{{count}}", "%Count%", "$.Attributes.count", "5", 5, "3.0"])
def test_parameters_when_templated_or_dynamic_then_not_judged(flow, action, value):
    loop = action(
        "a", "Loop", {"LoopCount": value}, then="end", when=[("ContinueLooping", "end"), ("DoneLooping", "end")]
    )
    assert not messages(flow(loop))


def test_parameters_when_only_misspelt_then_the_right_name_is_suggested(flow, action):
    finding = next(
        one for one in check(flow(action("a", "MessageParticipant", {"Txt": "x"}, then="end"))) if one.suggestion
    )
    assert finding.suggestion == "Text"


def test_flow_type_when_action_is_not_meant_for_it_then_found(flow, action):
    assert "not meant for flows of type AGENT_WHISPER" in messages(
        flow(action("a", "TransferContactToQueue", {}, then="end"), kind="agentWhisper")
    )


def test_branches_when_missing_or_wrong_then_found(flow, action):
    menu = action(
        "a",
        "GetParticipantInput",
        {"Text": "x", "InputTimeLimitSeconds": "5"},
        then="end",
        errors={"NoMatchingErorr": "end", "QueueAtCapacity": "end"},
        when=[("Equalz", "1", "end")],
    )
    text = messages(flow(menu))
    for part in (
        "no branch for NoMatchingError",
        "a menu has no branch for InputTimeLimitExceeded",
        "a menu has no branch for NoMatchingCondition",
        "'NoMatchingErorr' is no error type",
        "never leaves by QueueAtCapacity",
        "'Equalz' is no operator",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("given", "rest", "part"),
    [
        (("EndFlowExecution", {}), {"then": "end"}, "transitions are never taken"),
        (("TagContact", {"Tags": {}}), {"then": "end", "when": [("x", "end")]}, "has no conditions"),
        (("CheckHoursOfOperation", {}), {"then": "end", "when": [("Maybe", "end")]}, "never results in 'Maybe'"),
        (("MessageParticipant", {"Text": "x"}), {}, "has no NextAction"),
    ],
)
def test_branches_when_they_are_never_taken_then_found(flow, action, given, rest, part):
    assert part in messages(flow(action("a", *given, **rest), kind="customerQueue"))


@pytest.mark.parametrize(("kind", "part"), [("CreateTask", "cloud service"), ("Wait", "another channel")])
def test_absent_types_when_checked_then_noted(flow, action, kind, part):
    finding = next(one for one in check(flow(action("a", kind, then="end"))) if one.action == "a")
    assert finding.severity is Severity.NOTE
    assert part in finding.message


def test_reachable_when_flow_has_islands_then_only_the_mainland(flow, action):
    assert reachable(flow(action("a", "MessageParticipant", {"Text": "x"}, then="end"))) == {"a", "end"}


def test_markup_when_a_tag_is_unknown_then_noted(flow, action):
    said = flow(action("a", "MessageParticipant", {"SSML": "<speak><shout>x</shout></speak>"}, then="end"))
    assert "SSML: tag <shout> is unknown" in messages(said)
    dynamic = flow(action("a", "MessageParticipant", {"SSML": "$.External.markup"}, then="end"))
    assert not messages(dynamic)


def test_callback_when_it_has_a_creation_flow_then_a_note_says_that_it_is_not_run(flow, action):
    given = {"QueueId": "sales", "InitialCallDelaySeconds": "5", "RetryDelaySeconds": "60"}
    plain = flow(action("a", "CreateCallbackContact", given, then="end"))
    assert "not run" not in messages(plain)
    own = flow(action("a", "CreateCallbackContact", {**given, "ContactFlowId": "created"}, then="end"))
    (found,) = [finding for finding in check(own) if "not run" in finding.message]
    assert (found.severity, found.action) == (Severity.NOTE, "a")
    assert found.message.startswith("ContactFlowId is not run: the callback waits in its queue at once")
