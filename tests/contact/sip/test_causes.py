from __future__ import annotations

import pytest

from appliance.contact.sip import causes
from appliance.events import DisconnectReason

EVERY_STATUS = range(100, 700)
MISSED = {"busy", "unreachable", "rejected"}  # what AgentMissed.cause can be by a status


def test_missed_cause_when_given_any_status_is_a_known_cause() -> None:
    assert {causes.missed_cause(status) for status in EVERY_STATUS} == MISSED


@pytest.mark.parametrize(
    ("statuses", "cause"),
    [
        ((486, 600), "busy"),
        ((404, 410, 430, 480, 484, 408, 504, 500, 502, 503, 513, 604), "unreachable"),
        ((403, 487, 488), "rejected"),
    ],
)
def test_missed_cause_when_the_phone_answers_so_is_what_a_person_would_say(
    statuses: tuple[int, ...], cause: str
) -> None:
    assert {causes.missed_cause(status) for status in statuses} == {cause}


def test_missed_cause_when_a_person_declines_is_rejected() -> None:
    assert causes.missed_cause(603) == "rejected"  # RFC 3261 §21.6.2
    assert causes.missed_cause(606) == "rejected"


def test_disconnect_reason_when_given_any_status_is_a_telecom_reason() -> None:
    assert all(causes.disconnect_reason(status).name.startswith("TELECOM_") for status in EVERY_STATUS)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (404, DisconnectReason.TELECOM_NUMBER_INVALID),
        (484, DisconnectReason.TELECOM_NUMBER_INVALID),
        (486, DisconnectReason.TELECOM_BUSY),
        (600, DisconnectReason.TELECOM_BUSY),
        (408, DisconnectReason.TELECOM_TIMEOUT),
        (480, DisconnectReason.TELECOM_UNANSWERED),
        (487, DisconnectReason.TELECOM_ORIGINATOR_CANCEL),
        (500, DisconnectReason.TELECOM_PROBLEM),
        (503, DisconnectReason.TELECOM_PROBLEM),
    ],
)
def test_disconnect_reason_when_a_call_fails_names_the_reason(status: int, reason: DisconnectReason) -> None:
    assert causes.disconnect_reason(status) == reason


def test_answer_for_caller_when_given_any_status_is_final_and_no_challenge_and_no_redirect() -> None:
    answers = {status: causes.answer_for_caller(status) for status in EVERY_STATUS}
    assert all(400 <= answer < 700 for answer in answers.values())
    assert not {401, 407, 408} & set(answers.values())


def test_answer_for_caller_when_the_phone_may_see_the_status_passes_it_on() -> None:
    changed = {401, 407, 408}
    passed = [status for status in range(400, 700) if status not in changed]
    assert [causes.answer_for_caller(status) for status in passed] == passed
    assert {causes.answer_for_caller(status) for status in (301, 302, 305, 380, 401, 407)} == {502}
    assert causes.answer_for_caller(408) == 480
    assert causes.answer_for_caller(200) == 500
