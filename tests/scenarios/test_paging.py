"""Phones that answer by themselves: intercom to one, page to many, with real phones and real sound."""

from __future__ import annotations

import pytest
from kit.audio import Sound
from kit.box import BoxSettings, RunningBox
from kit.talk import AGENT_HZ, CUSTOMER_HZ, PhoneMaker, hears

pytestmark = pytest.mark.scenario
AUTO = "Alert-Info: <http://127.0.0.1/>;info=alert-autoanswer"


@pytest.fixture(scope="module")
def box_settings() -> BoxSettings:
    return {"capacity": 6}


def test_intercom_when_dialled_then_the_phone_answers_and_both_talk(box: RunningBox, phone: PhoneMaker) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    called = phone(box, "102", tone_hz=AGENT_HZ, auto_answer=True)
    box.api.call("extension.set", extension="102", always="109")
    caller.dial("*70102")
    hears(caller, AGENT_HZ)
    hears(called, CUSTOMER_HZ)
    trace = called.log.read_text(errors="replace")
    assert AUTO in trace
    assert "Call-Info: <http://127.0.0.1/>;answer-after=0" in trace
    caller.hang_up()
    called.wait_for("CALL_CLOSED")


def test_intercom_when_the_phone_must_not_be_disturbed_then_busy(box: RunningBox, phone: PhoneMaker) -> None:
    caller, called = phone(box, "101"), phone(box, "102", auto_answer=True)
    box.api.call("extension.set", extension="102", always="", do_not_disturb=True)
    caller.dial("*70102")
    caller.wait_for("CALL_CLOSED", text="486")
    assert "INVITE sip:102" not in called.log.read_text(errors="replace")
    box.api.call("extension.set", extension="102", do_not_disturb=False)


def test_page_when_dialled_then_five_phones_hear_it_and_nobody_hears_them(box: RunningBox, phone: PhoneMaker) -> None:
    pager = phone(box, "101", tone_hz=CUSTOMER_HZ)
    numbers = ["121", "122", "123", "124", "125"]
    members = [phone(box, number, tone_hz=AGENT_HZ, auto_answer=True) for number in numbers]
    quiet = phone(box, "126", tone_hz=AGENT_HZ, auto_answer=True)
    box.api.call("extension.set", extension="126", do_not_disturb=True)
    box.api.call("group.add", group="floor", number="260", members=[*numbers, "126"])
    pager.dial("*71260")
    pager.wait_for("CALL_ESTABLISHED")
    for member in members:
        hears(member, CUSTOMER_HZ)
        assert AUTO in member.log.read_text(errors="replace")
    assert box.api.call("status")["processes"]["free"] == 4  # two carry five phones
    for one in (pager, *members):  # nor do they hear each other
        assert not _talks(one.wait_heard(lambda sound: sound.duration_s > 2.5, what="two seconds and a half"))
    pager.hang_up()
    for member in members:
        member.wait_for("CALL_CLOSED")
    assert "INVITE sip:126" not in quiet.log.read_text(errors="replace")
    box.api.call("extension.set", extension="126", do_not_disturb=False)


def _talks(sound: Sound) -> bool:
    return sound.tone_seconds(AGENT_HZ) > 0.1
