"""Names that the cloud's editor keeps beside ARNs."""

from __future__ import annotations

import pytest

from appliance.flow.cloud_names import cloud_names
from appliance.flow.importer import import_flows

QUEUE = "arn:aws:connect:r:1:instance/i/queue/q1"


def named(document, action, kind, parameters, about):
    whole = document(action("a", kind, parameters, then="end"), action("end", "DisconnectParticipant"))
    whole["Metadata"]["ActionMetadata"] = {"a": about, "gone": about}
    return cloud_names(whole)


@pytest.mark.parametrize(
    "about",
    [
        {"parameters": {"QueueId": {"displayName": "BasicQueue"}}},
        {"queue": {"id": QUEUE, "text": "BasicQueue"}},
        {"queue": {"text": "BasicQueue"}},
        {"parameters": {"Queue": {"displayName": "BasicQueue"}}},
    ],
)
def test_names_when_editor_named_the_queue_then_known(document, action, about):
    assert named(document, action, "UpdateContactTargetQueue", {"QueueId": QUEUE}, about) == {QUEUE: "BasicQueue"}


@pytest.mark.parametrize(
    "case",
    [
        ("MessageParticipant", {"PromptId": "arn:p"}, {"promptName": "Beep.wav"}, {"arn:p": "Beep.wav"}),
        (
            "UpdateContactEventHooks",
            {"EventHooks": {"AgentHold": "arn:f"}},
            {"parameters": {"EventHooks": {"AgentHold": {"displayName": "Hold"}}}},
            {"arn:f": "Hold"},
        ),
        (
            "MessageParticipantIteratively",
            {"Messages": [{"Text": "x"}, {"PromptId": "arn:p"}]},
            {"parameters": {"Messages": [{}, {"PromptId": {"displayName": "Music.wav"}}]}},
            {"arn:p": "Music.wav"},
        ),
        ("ConnectParticipantWithLexBot", {"LexV2Bot": {"AliasArn": "a"}}, {"lexV2BotName": "Bot"}, {"a": "Bot"}),
        ("UpdateContactTargetQueue", {"QueueId": QUEUE}, {}, {}),
        ("UpdateContactTargetQueue", {"QueueId": "$.Attributes.q"}, {"queue": {"text": "x"}}, {}),
        ("UpdateContactTargetQueue", {"QueueId": QUEUE}, {"parameters": 3, "queue": [1]}, {}),
    ],
)
def test_names_when_editor_named_other_things_then_known(document, action, case):
    *given, expected = case
    assert named(document, action, *given) == expected


def test_names_when_export_is_an_older_one_then_known():
    block = {
        "id": "s",
        "type": "SetQueue",
        "branches": [],
        "parameters": [{"name": "Queue", "value": QUEUE, "resourceName": "BasicQueue"}],
    }
    (imported,) = import_flows(b'{"start": "s", "modules": [%s]}' % str(block).replace("'", '"').encode(), name="x")
    assert cloud_names(imported.document) == {QUEUE: "BasicQueue"}


def test_names_when_there_is_no_metadata_then_none(document, action):
    assert cloud_names(document(action("end", "DisconnectParticipant"))) == {}
