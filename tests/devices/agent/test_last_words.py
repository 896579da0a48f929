"""The BYE that a process leaves behind: made of what came, sent once, and only by who comes after."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from appliance.devices.agent.last_words import bye_for, leave, say

INVITE = (
    "INVITE sip:201@127.0.0.1:40000 SIP/2.0\r\n"
    "Record-Route: <sip:192.0.2.1;r2=on;lr;did=1.2>\r\n"
    "Record-Route: <sip:127.0.0.1:5070;r2=on;lr;did=1.2>\r\n"
    'From: "Sales:\r\n Kim" <sip:101@box>;tag=a\r\nTo: <sip:201@box>\r\nCall-ID: x@y\r\nCSeq: 7 INVITE\r\n'
    "Contact: <sip:linekeeper@192.0.2.1:17000>;x=1\r\n\r\nv=0\r\nTo: nobody\r\n"
)
ACK = (
    "ACK sip:201@127.0.0.1:40000 SIP/2.0\r\n"
    "From: <sip:101@box>;tag=a\r\nTo: <sip:201@box>;tag=b\r\nCall-ID: x@y\r\nCSeq: 7 ACK\r\n\r\n"
)


def test_bye_when_made_then_it_is_the_called_partys() -> None:
    assert bye_for(INVITE, ACK).split("\r\n") == [
        "BYE sip:linekeeper@192.0.2.1:17000 SIP/2.0",
        "Route: <sip:192.0.2.1;r2=on;lr;did=1.2>",
        "Route: <sip:127.0.0.1:5070;r2=on;lr;did=1.2>",
        "From: <sip:201@box>;tag=b",
        "To: <sip:101@box>;tag=a",
        "Call-ID: x@y",
        "CSeq: 1000000000 BYE",
        "Max-Forwards: 70",
        'Reason: Q.850;cause=27;text="Device lost"',
        "Content-Length: 0",
        "",
        "",
    ]


def test_bye_when_a_header_is_missing_then_none() -> None:
    assert bye_for(INVITE.replace("Contact:", "X:"), ACK) == ""
    assert bye_for(INVITE, "") == ""


@given(st.text(), st.text())
def test_bye_when_messages_are_anything_then_no_fault(invite: str, ack: str) -> None:
    assert bye_for(invite, ack) in ("", bye_for(invite, ack))


def test_last_words_when_left_then_said_once(tmp_path: Path) -> None:
    file = tmp_path / "headset-201.call"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as edge:
        edge.bind(("127.0.0.1", 0))
        edge.settimeout(5)
        address = f"127.0.0.1:{edge.getsockname()[1]}"
        assert say(file, address) is False
        leave(file, bye_for(INVITE, ACK))
        assert file.stat().st_mode & 0o077 == 0
        heard: list[bytes] = []

        def answer() -> None:
            data, source = edge.recvfrom(4096)
            heard.append(data)
            edge.sendto(b"SIP/2.0 200 OK\r\n\r\n", source)

        thread = threading.Thread(target=answer)
        thread.start()
        assert say(file, address) is True
        thread.join()
        assert say(file, address) is False
    assert heard[0].startswith(b"BYE sip:linekeeper@192.0.2.1:17000 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:")


def test_last_words_when_the_call_is_over_then_nothing_is_left(tmp_path: Path) -> None:
    file = tmp_path / "headset-201.call"
    leave(file, "BYE")
    leave(file, "")
    leave(file, "")
    assert list(tmp_path.iterdir()) == []
