"""Feature codes from a real phone: dialled, done, confirmed by voice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from kit.box import RunningBox
from kit.talk import PhoneMaker, contact_of

pytestmark = pytest.mark.scenario
BoxMaker = Callable[..., RunningBox]


def test_code_when_dialled_then_the_box_answers_by_voice_and_hangs_up(box: RunningBox, phone: PhoneMaker) -> None:
    caller = phone(box, "101")
    caller.dial("*10")
    caller.wait_for("CALL_ESTABLISHED")
    contact = contact_of(box, "101")
    caller.wait_for("CALL_CLOSED", timeout_s=20)
    box.wait_closed(contact)
    assert box.events(contact, "ContactInitiated")[0]["service"] == "feature:whoami"
    assert box.events(contact, "FunctionInvoked")[0]["outcome"] == "returned"
    assert caller.heard().part(0.5).rms() > 100  # a sentence, not silence


def test_code_when_nobody_has_it_then_is_refused(box: RunningBox, phone: PhoneMaker) -> None:
    caller = phone(box, "101")
    caller.dial("*58765")
    caller.wait_for("CALL_CLOSED", timeout_s=10)


def test_code_of_ones_own_when_dialled_then_the_flow_may_call_box_functions_and_reads_what_followed(
    make_box: BoxMaker, phone: PhoneMaker
) -> None:
    own = '[[features]]\nname = "mine"\ncode = "*88"\nflow = "mine"\ntakes = "number"\n'
    box = make_box(extra=f'{own}[[features]]\nname = "whoami"\noff = true\n')
    box.api.call("flow.install", name="mine", document=asking_who())
    caller = phone(box, "101")
    caller.dial("*88123#")
    caller.wait_for("CALL_ESTABLISHED")
    contact = contact_of(box, "101")
    caller.wait_for("CALL_CLOSED", timeout_s=20)
    record = box.wait_closed(contact)
    assert record["Attributes"] == {"who": "101", "dialled": "123#"}
    assert record["SystemEndpoint"]["Address"] == "*88"
    caller.dial("*10")
    caller.wait_for("CALL_CLOSED", timeout_s=10)
    assert len([row for row in box.contacts() if row["source"] == "extension:101"]) == 1  # the second was refused


def asking_who() -> dict[str, Any]:
    """A flow that notes what a box function says and what was dialled after the code."""
    ends = {"Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}], "Conditions": []}
    noted = {"who": "$.External.extension", "dialled": "$.Attributes.argument"}
    return {
        "Version": "2019-10-30",
        "StartAction": "ask",
        "Actions": [
            {
                "Identifier": "ask",
                "Type": "InvokeLambdaFunction",
                "Parameters": {"LambdaFunctionARN": "linekeeper:phone.whoami"},
                "Transitions": {"NextAction": "note", **ends},
            },
            {
                "Identifier": "note",
                "Type": "UpdateContactAttributes",
                "Parameters": {"Attributes": noted, "TargetContact": "Current"},
                "Transitions": {"NextAction": "end", **ends},
            },
            {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}},
        ],
    }
