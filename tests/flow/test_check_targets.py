"""Transfers to mailboxes and groups that a box has or lacks."""

from __future__ import annotations

import json

import pytest

from appliance.flow.check import Severity
from appliance.flow.check_targets import Targets, target_findings
from appliance.flow.document import parse
from appliance.ids import FlowId

BOX = Targets(mailboxes=frozenset({"sales", "kim", "101"}), groups=frozenset({"team"}))


def found(number: str, kind: str = "TransferParticipantToThirdParty") -> list[tuple[str, str]]:
    """Messages and suggestions."""
    parameters = {"ThirdPartyPhoneNumber": number, "ThirdPartyConnectionTimeLimitSeconds": "20"}
    actions = [
        {"Identifier": "out", "Type": kind, "Parameters": parameters, "Transitions": {"NextAction": "end"}},
        {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}},
    ]
    document = {"Version": "2019-10-30", "StartAction": "out", "Metadata": {"type": "contactFlow"}, "Actions": actions}
    findings = target_findings(parse(json.dumps(document).encode(), name=FlowId("flow")), BOX)
    assert {(one.severity, one.action) for one in findings} <= {(Severity.WARNING, "out")}
    return [(one.message, one.suggestion) for one in findings]


@pytest.mark.parametrize(
    ("number", "words", "meant"),
    [
        ("voicemail:sale", "there is no mailbox sale", "voicemail:sales"),
        ("greeting:nobody", "there is no mailbox nobody", ""),
        ("group:teem", "there is no group teem", "group:team"),
        ("group:sales", "there is no group sales", ""),
        ("queue:sales", "use TransferContactToQueue for sales", ""),
    ],
)
def test_transfer_when_the_box_lacks_whom_it_names_then_it_is_a_warning(number: str, words: str, meant: str) -> None:
    ((message, suggestion),) = found(number)
    assert words in message
    assert suggestion == meant


@pytest.mark.parametrize(
    "number",
    [
        "voicemail:sales",
        "voicemail:101",
        "group:team",
        "+12025550123",
        "101",
        "$.Attributes.number",
        "voicemail:$.Attributes.mailbox",
        "",
    ],
)
def test_transfer_when_the_box_has_it_or_nobody_can_tell_then_there_is_nothing_to_say(number: str) -> None:
    assert found(number) == []


def test_action_when_it_is_no_transfer_then_there_is_nothing_to_say() -> None:
    assert found("voicemail:sale", "CreateCallbackContact") == []
