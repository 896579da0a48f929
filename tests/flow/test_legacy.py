"""The older export: every block type, and the same trace as the present format."""

from __future__ import annotations

import pytest

from appliance.flow.commands import Trace
from appliance.flow.document import parse
from appliance.flow.events import DigitPressed, PromptEnded, QueueFailed, TimerExpired
from appliance.flow.legacy import convert, is_legacy
from appliance.flow.legacy_terms import NEW_TYPE
from appliance.flow.table import TABLE


def block(name, kind, parameters=(), branches=(), target=None):
    """parameters: (name, value[, namespace[, key]]); branches: (condition, target[, type, value])."""
    keys = ("name", "value", "namespace", "key")
    shapes = ("condition", "transition", "conditionType", "conditionValue")
    made = {
        "id": name,
        "type": kind,
        "parameters": [dict(zip(keys, given, strict=False)) for given in parameters],
        "branches": [dict(zip(shapes, given, strict=False)) for given in branches],
        "metadata": {"position": {"x": 1, "y": 2}},
    }
    return made | ({"target": target} if target else {})


def export(*blocks, kind="contactFlow"):
    return {
        "modules": list(blocks),
        "version": "1",
        "type": kind,
        "start": blocks[0]["id"],
        "metadata": {"name": "old"},
    }


def converted(*args, **kwargs):
    document, _ = convert(export(block("a", *args, **kwargs)))
    return document["Actions"][0]


@pytest.mark.parametrize("name", sorted(set(NEW_TYPE.values())))
def test_types_when_converted_then_exist_in_the_table(name):
    assert name in TABLE


@pytest.mark.parametrize(
    ("kind", "target", "parameters", "expected"),
    [
        ("PlayPrompt", None, [("Text", "hi", None), ("TextToSpeechType", "text")], {"Text": "hi"}),
        ("PlayPrompt", None, [("Text", "<speak/>"), ("TextToSpeechType", "ssml")], {"SSML": "<speak/>"}),
        ("PlayPrompt", None, [("AudioPrompt", "arn:p")], {"PromptId": "arn:p"}),
        ("PlayPrompt", None, [("Text", "description", "External")], {"Text": "$.External.description"}),
        ("PlayPrompt", None, [("Text", "Queue.Name", "System")], {"Text": "$.Queue.Name"}),
        (
            "SetAttributes",
            None,
            [("Attribute", "Customer Number", "System", "from"), ("Attribute", "1", None, "flag")],
            {"Attributes": {"from": "$.CustomerEndpoint.Address", "flag": "1"}, "TargetContact": "Current"},
        ),
        ("SetScreenPop", None, [("key", "k"), ("value", "v")], {"Attributes": {"k": "v"}, "TargetContact": "Current"}),
        (
            "CheckAttribute",
            None,
            [("Attribute", "x"), ("Namespace", "User Defined")],
            {"ComparisonValue": "$.Attributes.x"},
        ),
        (
            "CheckAttribute",
            None,
            [("Attribute", "Stored customer input"), ("Namespace", "System")],
            {"ComparisonValue": "$.StoredCustomerInput"},
        ),
        (
            "InvokeExternalResource",
            "Lambda",
            [("FunctionArn", "arn:f"), ("TimeLimit", "8"), ("Parameter", "v", None, "k")],
            {"LambdaFunctionARN": "arn:f", "InvocationTimeLimitSeconds": "8", "LambdaInvocationAttributes": {"k": "v"}},
        ),
        ("SetQueue", None, [("Queue", "arn:q")], {"QueueId": "arn:q"}),
        ("SetQueue", None, [("Agent", "t", "External")], {"AgentId": "$.External.t"}),
        ("SetLoggingBehavior", None, [("LoggingBehavior", "Enable")], {"FlowLoggingBehavior": "Enabled"}),
        (
            "SetVoice",
            None,
            [("GlobalVoice", "Joanna"), ("GlobalEngine", "Neural")],
            {"TextToSpeechVoice": "Joanna", "TextToSpeechEngine": "Neural"},
        ),
        (
            "SetRecordingBehavior",
            None,
            [("RecordingBehaviorOption", "Enable"), ("RecordingParticipantOption", "Both")],
            {"RecordingBehavior": {"RecordedParticipants": ["Agent", "Customer"]}},
        ),
        (
            "SetRecordingBehavior",
            None,
            [("RecordingBehaviorOption", "Disable")],
            {"RecordingBehavior": {"RecordedParticipants": []}},
        ),
        ("Loop", None, [("LoopCount", "3")], {"LoopCount": "3"}),
        (
            "SetEventHook",
            None,
            [("Type", "CustomerQueue"), ("ContactFlowId", "arn:x")],
            {"EventHooks": {"CustomerQueue": "arn:x"}},
        ),
        (
            "SetContactFlow",
            None,
            [("Type", "AgentWhisper"), ("ContactFlowId", "arn:x")],
            {"EventHooks": {"AgentWhisper": "arn:x"}},
        ),
        (
            "StartMediaStreaming",
            None,
            [("Track", "FromCustomer"), ("Track", "ToCustomer")],
            {
                "MediaStreamingState": "Enabled",
                "MediaStreamType": "Audio",
                "Participants": [{"ParticipantType": "Customer", "MediaDirections": ["From", "To"]}],
            },
        ),
        ("CheckStaffing", None, [("Status", "Online")], {"MetricType": "NumberOfAgentsOnline"}),
        ("Transfer", "Flow", [("ContactFlowId", "arn:x")], {"ContactFlowId": "arn:x"}),
        ("Transfer", "Queue", [], {}),
        (
            "Transfer",
            "PhoneNumber",
            [("TimeLimit", "15"), ("BlindTransfer", True), ("PhoneNumber", "+1")],
            {
                "ThirdPartyPhoneNumber": "+1",
                "ThirdPartyConnectionTimeLimitSeconds": "15",
                "ContinueFlowExecution": "False",
            },
        ),
        (
            "GetUserInput",
            "Digits",
            [("Text", "x"), ("Timeout", "5"), ("MaxDigits", "1")],
            {"Text": "x", "InputTimeLimitSeconds": "5", "StoreInput": "False"},
        ),
        (
            "GetUserInput",
            "Lex",
            [("Text", "x"), ("BotName", "b"), ("BotRegion", "r"), ("Parameter", "v", None, "k")],
            {"Text": "x", "LexBot": {"Name": "b", "Region": "r"}, "LexSessionAttributes": {"k": "v"}},
        ),
        ("GetUserInput", "Lex", [("BotAliasArn", "arn:b")], {"LexV2Bot": {"AliasArn": "arn:b"}}),
        (
            "StoreUserInput",
            None,
            [("Timeout", "5"), ("MaxDigits", 6), ("TerminatorDigits", "#"), ("DisableCancel", False)],
            {
                "InputTimeLimitSeconds": "5",
                "StoreInput": "True",
                "InputValidation": {"CustomValidation": {"MaximumLength": "6"}},
                "DTMFConfiguration": {"InputTerminationSequence": "#", "DisableCancelKey": "False"},
            },
        ),
        (
            "StoreUserInput",
            None,
            [("CustomerInputType", "PhoneNumber"), ("PhoneNumberFormat", "Local"), ("CountryCode", "US")],
            {
                "InputTimeLimitSeconds": "5",
                "StoreInput": "True",
                "InputValidation": {"PhoneNumberValidation": {"NumberFormat": "Local", "CountryCode": "US"}},
            },
        ),
        (
            "StoreCustomerInput",
            None,
            [("MaxDigits", "4"), ("EncryptEntry", True), ("EncryptionKeyId", "k"), ("EncryptionKey", "P")],
            {
                "InputTimeLimitSeconds": "5",
                "StoreInput": "True",
                "InputValidation": {"CustomValidation": {"MaximumLength": "4"}},
                "InputEncryption": {"EncryptionKeyId": "k", "Key": "P"},
            },
        ),
        (
            "LoopPrompts",
            None,
            [("Text", "a", None, "text"), ("AudioPrompt", "p"), ("InterruptSeconds", 120)],
            {"Messages": [{"Text": "a"}, {"PromptId": "p"}], "InterruptFrequencySeconds": "120"},
        ),
        ("CheckHoursOfOperation", None, [("Hours", "h")], {"HoursOfOperationId": "h"}),
        (
            "Wait",
            None,
            [("TimeoutSeconds", "60"), ("InterruptOnCustomerReturn", True)],
            {"TimeLimitSeconds": "60", "Events": ["CustomerReturned"]},
        ),
        ("UpdateRoutingPriority", None, [("AbsolutePosition", "1")], {"QueuePriority": "1"}),
        (
            "SetCallBackNumber",
            None,
            [("CallBackNumber", "Stored customer input", "System")],
            {"CallbackNumber": "$.StoredCustomerInput"},
        ),
        (
            "CreateCallback",
            None,
            [("InitialDelaySeconds", "5"), ("RetryDelaySeconds", "60"), ("MaxRetryAttempts", "1")],
            {"InitialCallDelaySeconds": "5", "MaximumConnectionAttempts": "1", "RetryDelaySeconds": "60"},
        ),
        ("SetContactData", None, [("ContactData", "ko-KR", None, "LanguageCode")], {"LanguageCode": "ko-KR"}),
        ("GetMetricData", None, [("Queue", "q")], {"QueueId": "q"}),
        ("Resume", None, [], {}),
        ("Disconnect", None, [], {}),
    ],
)
def test_block_when_converted_then_parameters_are_the_present_ones(kind, target, parameters, expected):
    assert converted(kind, parameters, target=target)["Parameters"] == expected


@pytest.mark.parametrize(
    ("kind", "target", "branches", "expected"),
    [
        (
            "PlayPrompt",
            None,
            [("Success", "n"), ("Error", "e")],
            {"NextAction": "n", "Errors": {"NoMatchingError": "e"}},
        ),
        (
            "CheckAttribute",
            None,
            [("Evaluate", "y", "Equals", "1"), ("Evaluate", "z", "GreaterThanOrEqualTo", "2"), ("NoMatch", "n")],
            {
                "NextAction": "n",
                "Errors": {"NoMatchingCondition": "n"},
                "Conditions": [("Equals", "1", "y"), ("NumberGreaterOrEqualTo", "2", "z")],
            },
        ),
        (
            "GetUserInput",
            "Digits",
            [("Timeout", "t"), ("NoMatch", "n"), ("Error", "e"), ("Evaluate", "o", "Equals", "1")],
            {
                "NextAction": "n",
                "Errors": {"InputTimeLimitExceeded": "t", "NoMatchingCondition": "n", "NoMatchingError": "e"},
                "Conditions": [("Equals", "1", "o")],
            },
        ),
        (
            "Loop",
            None,
            [("Looping", "l"), ("Complete", "c")],
            {
                "NextAction": "c",
                "Errors": {},
                "Conditions": [("Equals", "ContinueLooping", "l"), ("Equals", "DoneLooping", "c")],
            },
        ),
        (
            "CheckHoursOfOperation",
            None,
            [("True", "y"), ("False", "n"), ("Error", "e")],
            {
                "NextAction": "n",
                "Errors": {"NoMatchingError": "e"},
                "Conditions": [("Equals", "True", "y"), ("Equals", "False", "n")],
            },
        ),
        (
            "CheckStaffing",
            None,
            [("True", "y"), ("False", "n"), ("Error", "e")],
            {
                "NextAction": "n",
                "Errors": {"NoMatchingCondition": "n", "NoMatchingError": "e"},
                "Conditions": [("NumberGreaterThan", "0", "y")],
            },
        ),
        (
            "CheckQueueStatus",
            None,
            [("CheckQueueTime", "y", "LessThan", 300000), ("NoMatch", "n"), ("Error", "e")],
            {
                "NextAction": "n",
                "Errors": {"NoMatchingCondition": "n", "NoMatchingError": "e"},
                "Conditions": [("NumberLessThan", "300000", "y")],
            },
        ),
        (
            "LoopPrompts",
            None,
            [("Timeout", "t"), ("Error", "e")],
            {"Errors": {"NoMatchingError": "e"}, "Conditions": [("Equals", "MessagesInterrupted", "t")]},
        ),
        (
            "StoreUserInput",
            None,
            [("Success", "s"), ("Error", "e"), ("InvalidNumber", "i")],
            {"NextAction": "s", "Errors": {"NoMatchingError": "e", "InvalidPhoneNumber": "i"}},
        ),
        (
            "SetCallBackNumber",
            None,
            [("Success", "s"), ("InvalidPhoneNumber", "i"), ("NonDialableNumber", "n")],
            {"NextAction": "s", "Errors": {"InvalidCallbackNumber": "i", "CallbackNumberNotDialable": "n"}},
        ),
        (
            "Transfer",
            "PhoneNumber",
            [("Success", "s"), ("CallFailure", "c"), ("Timeout", "t"), ("Error", "e")],
            {
                "NextAction": "s",
                "Errors": {"CallFailed": "c", "ConnectionTimeLimitExceeded": "t", "NoMatchingError": "e"},
            },
        ),
        (
            "Transfer",
            "Queue",
            [("AtCapacity", "a"), ("Error", "e")],
            {"Errors": {"QueueAtCapacity": "a", "NoMatchingError": "e"}},
        ),
        (
            "PercentileBranching",
            None,
            [("Evaluate", "a", "Equals", "30"), ("Evaluate", "b", "Equals", "30"), ("NoMatch", "n")],
            {
                "NextAction": "n",
                "Errors": {"NoMatchingCondition": "n"},
                "Conditions": [("NumberLessThan", "31", "a"), ("NumberLessThan", "61", "b")],
            },
        ),
        (
            "Wait",
            None,
            [("CustomerReturn", "c"), ("Timeout", "t"), ("Error", "e")],
            {
                "Errors": {"NoMatchingError": "e"},
                "Conditions": [("Equals", "CustomerReturned", "c"), ("Equals", "WaitCompleted", "t")],
            },
        ),
        ("Disconnect", None, [], {}),
    ],
)
def test_block_when_converted_then_branches_are_the_present_ones(kind, target, branches, expected):
    ways = converted(kind, (), branches, target)["Transitions"]
    short = {
        "NextAction": ways.get("NextAction"),
        "Errors": {error["ErrorType"]: error["NextAction"] for error in ways.get("Errors", [])},
        "Conditions": [
            (choice["Condition"]["Operator"], *choice["Condition"]["Operands"], choice["NextAction"])
            for choice in ways.get("Conditions", [])
        ],
    }
    assert short == {"NextAction": None, "Errors": {}, "Conditions": []} | expected


OLD = export(
    block(
        "hello", "PlayPrompt", [("Text", "Hello $.Attributes.x"), ("TextToSpeechType", "text")], [("Success", "set")]
    ),
    block("set", "SetAttributes", [("Attribute", "1", None, "k")], [("Success", "cmp"), ("Error", "bye")]),
    block(
        "cmp",
        "CheckAttribute",
        [("Attribute", "k"), ("Namespace", "User Defined")],
        [("Evaluate", "menu", "Equals", "1"), ("NoMatch", "bye")],
    ),
    block(
        "menu",
        "GetUserInput",
        [("Text", "Press 1"), ("TextToSpeechType", "text"), ("Timeout", "5"), ("MaxDigits", "1")],
        [("Evaluate", "queue", "Equals", "1"), ("Timeout", "loop"), ("NoMatch", "loop"), ("Error", "bye")],
        "Digits",
    ),
    block("loop", "Loop", [("LoopCount", "1")], [("Looping", "menu"), ("Complete", "bye")]),
    block("queue", "SetQueue", [("Queue", "sales")], [("Success", "enter"), ("Error", "bye")]),
    block("enter", "Transfer", [], [("AtCapacity", "bye"), ("Error", "bye")], "Queue"),
    block("bye", "Disconnect"),
)


def present(action, document):
    menu_errors = {"InputTimeLimitExceeded": "loop", "NoMatchingCondition": "loop", "NoMatchingError": "bye"}
    menu = {"Text": "Press 1", "StoreInput": "False", "InputTimeLimitSeconds": "5"}
    return document(
        action("hello", "MessageParticipant", {"Text": "Hello $.Attributes.x"}, then="set"),
        action(
            "set", "UpdateContactAttributes", {"Attributes": {"k": "1"}}, then="cmp", errors={"NoMatchingError": "bye"}
        ),
        action(
            "cmp",
            "Compare",
            {"ComparisonValue": "$.Attributes.k"},
            then="bye",
            errors={"NoMatchingCondition": "bye"},
            when=[("1", "menu")],
        ),
        action("menu", "GetParticipantInput", menu, then="loop", errors=menu_errors, when=[("1", "queue")]),
        action(
            "loop", "Loop", {"LoopCount": "1"}, then="bye", when=[("ContinueLooping", "menu"), ("DoneLooping", "bye")]
        ),
        action(
            "queue", "UpdateContactTargetQueue", {"QueueId": "sales"}, then="enter", errors={"NoMatchingError": "bye"}
        ),
        action("enter", "TransferContactToQueue", {}, errors={"QueueAtCapacity": "bye", "NoMatchingError": "bye"}),
        action("bye", "DisconnectParticipant"),
    )


@pytest.mark.parametrize(
    "events",
    [
        [PromptEnded(), DigitPressed(digit="1"), QueueFailed(error="QueueAtCapacity")],
        [PromptEnded(), DigitPressed(digit="7"), DigitPressed(digit="7")],
        [PromptEnded(), PromptEnded(), TimerExpired(), PromptEnded(), TimerExpired()],
        [DigitPressed(digit="1")],
    ],
)
def test_trace_when_both_formats_run_then_the_same(caller, action, document, events):
    old, _ = convert(OLD)
    calls = [caller(parse(given, name="same")) for given in (old, present(action, document))]
    for call in calls:
        for event in events:
            call.tell(event, after_s=5)
    assert calls[0].path == calls[1].path
    assert calls[0].heard == calls[1].heard
    assert [trace.action_type for trace in calls[0].all(Trace)] == [trace.action_type for trace in calls[1].all(Trace)]


def test_convert_when_shape_is_odd_then_says_so_and_goes_on():
    document, changes = convert(
        {
            "modules": [
                3,
                {
                    "id": "a",
                    "type": "Mystery",
                    "parameters": None,
                    "branches": [{"condition": "Odd", "transition": "a"}, "x"],
                },
                block("b", "PlayPrompt", [("Text", "Some thing", "System")]),
            ],
            "start": None,
        }
    )
    assert [action["Type"] for action in document["Actions"]] == ["Mystery", "MessageParticipant"]
    text = "\n".join(changes)
    assert "'Mystery' has no counterpart" in text
    assert "'Odd' is unknown" in text
    assert "'Some thing' has no known reference" in text


def test_convert_when_resources_have_names_then_they_are_kept():
    raw = block("a", "SetQueue", [("Queue", "arn:q")])
    raw["parameters"][0]["resourceName"] = "Basic queue"
    document, _ = convert(export(raw))
    assert document["Metadata"]["ActionMetadata"]["a"]["parameters"] == {"Queue": {"displayName": "Basic queue"}}
    raw["parameters"][0]["value"] = ""
    assert convert(export(raw))[0]["Actions"][0]["Parameters"] == {"QueueId": "Basic queue"}


def test_is_legacy_when_document_is_new_then_not(document, action):
    assert not is_legacy(document(action("a", "Disconnect")))
    assert is_legacy(OLD)
