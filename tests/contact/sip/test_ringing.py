from __future__ import annotations

import pytest

from appliance.contact.sip.ringing import Alert, alert_headers, diversion_headers, labelled, member_headers
from appliance.dialplan import Diversion
from appliance.ids import Extension


@pytest.mark.parametrize(
    ("identity", "shown"),
    [
        ('"Kim Minsu" <sip:+8225550100@box>', '"Sales: Kim Minsu" <sip:+8225550100@box>'),
        ("<sip:101@box>", '"Sales: 101" <sip:101@box>'),
    ],
)
def test_label_when_there_is_one_stands_before_the_caller(identity: str, shown: str) -> None:
    assert labelled(identity, "Sales") == shown
    assert labelled(identity, "") == identity
    assert labelled(identity, 'S"al\r\nes') == shown


def test_alert_when_the_phone_shall_answer_by_itself_says_so_twice() -> None:
    assert alert_headers(Alert.QUEUE) == {"Alert-Info": "<http://127.0.0.1/>;info=queue"}
    assert alert_headers(Alert.INTERCOM) == {
        "Alert-Info": "<http://127.0.0.1/>;info=alert-autoanswer",
        "Call-Info": "<http://127.0.0.1/>;answer-after=0",
    }


def test_diversion_when_forwarded_twice_names_the_latest_first() -> None:
    diversions = (Diversion(address="102", reason="no-answer"), Diversion(address="101>", reason="unconditional"))
    wanted = "<sip:102@box>;reason=no-answer, <sip:101@box>;reason=unconditional"
    assert diversion_headers(diversions, "box") == {"Diversion": wanted}
    assert diversion_headers((), "box") == {}


def test_members_when_only_one_rings_need_no_header() -> None:
    assert member_headers((Extension("101"),)) == {}
    assert member_headers((Extension("101"), Extension("102"))) == {"X-Linekeeper-Members": "101,102"}
