"""Feature codes from a real phone: dialled, done, confirmed by voice."""

from __future__ import annotations

import pytest
from kit.box import RunningBox
from kit.talk import PhoneMaker, contact_of

pytestmark = pytest.mark.scenario


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
    caller.dial("*98765")
    caller.wait_for("CALL_CLOSED", timeout_s=10)
