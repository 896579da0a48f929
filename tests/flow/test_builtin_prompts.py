"""PromptId of the box's own sentences: played with their parameters, nothing to map, nothing to find fault with."""

from __future__ import annotations

import json

import pytest

from appliance.flow.check import check
from appliance.flow.commands import Play
from appliance.flow.document import parse
from appliance.flow.facts import ContactFacts, Library
from appliance.flow.machine import start
from appliance.flow.model import Flow
from appliance.flow.resources import missing
from appliance.ids import FlowId


def flow(prompt: str) -> Flow:
    ways = {"NextAction": "end", "Errors": [], "Conditions": []}
    actions = [
        {"Identifier": "say", "Type": "MessageParticipant", "Parameters": {"PromptId": prompt}, "Transitions": ways},
        {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}},
    ]
    text = json.dumps({"Version": "2019-10-30", "StartAction": "say", "Metadata": {}, "Actions": actions})
    return parse(text, name=FlowId("f"))


@pytest.mark.parametrize(
    ("prompt", "played"),
    [
        ("builtin/goodbye", "builtin/goodbye"),
        (
            "builtin/queue_position?position=$.Metrics.Contact.PositionInQueue",
            "builtin/queue_position?position=4",
        ),
    ],
)
def test_builtin_prompt_when_played_then_named_with_its_parameters(prompt: str, played: str) -> None:
    facts = ContactFacts(metrics={"Contact.PositionInQueue": "4"})
    _, commands = start(flow(prompt), facts, library=Library(), now=0.0)
    (play,) = [command for command in commands if isinstance(command, Play)]
    assert [message.prompt for message in play.messages] == [played]


def test_builtin_prompt_when_checked_then_nothing_to_say_and_nothing_to_map() -> None:
    found = flow("builtin/queue_position?position=$.Metrics.Contact.PositionInQueue")
    assert check(found) == []
    assert missing(found, Library()) == []
    assert check(flow("prompt $.Attributes.x")) != []
    assert missing(flow("prompts/other"), Library()) != []
