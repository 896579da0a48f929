"""What a leg reads in SIP messages."""

from __future__ import annotations

import pytest

from appliance.contact.sip.leg_messages import extension_of, has_sound, tells_loss, trunk_of

RINGING = "SIP/2.0 183 Session Progress\r\n{headers}\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ("Content-Type: application/sdp", True),
        ("c: APPLICATION/SDP", True),
        ("Content-Type: application/sdpx", False),
        ("X-Note: application/sdp", False),
        ("", False),
    ],
)
def test_sound_when_a_message_has_sdp_then_found(headers: str, expected: bool) -> None:
    assert has_sound(RINGING.format(headers=headers)) is expected


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ('Reason: Q.850;cause=27;text="destination out of order"', True),
        ("reason : SIP;cause=200, Q.850 ; cause = 27", True),
        ("Reason: Q.850;cause=270", False),
        ("Reason: Q.850;cause=16", False),
        ("X-Reason: Q.850;cause=27", False),
    ],
)
def test_loss_when_the_cause_is_destination_out_of_order_then_told(reason: str, expected: bool) -> None:
    assert tells_loss(f"BYE sip:a@b SIP/2.0\r\n{reason}\r\n\r\n") is expected


def test_edge_headers_when_there_are_any_then_read_else_none() -> None:
    answer = "SIP/2.0 200 OK\r\nX-Linekeeper-Trunk: acme-2\r\nx-linekeeper-extension: 102\r\n\r\n"
    assert (trunk_of(answer), extension_of(answer)) == ("acme-2", "102")
    bare = "SIP/2.0 200 OK\r\nX-Linekeeper-Trunk: a b\r\nX-Linekeeper-Extension: 1x\r\n\r\n"
    assert (trunk_of(bare), extension_of(bare)) == (None, None)
