"""The question whether a gateway is there, over a real socket."""

from __future__ import annotations

import socket
import threading

import pytest

from appliance.devices.gateway.options import Asked
from appliance.devices.gateway.service import Gateway, answers

ASKED = Asked(host="192.0.2.13", port=5062, own_address="192.0.2.1", own_port=40000, token="0a1b")


def test_question_when_written_then_a_whole_request() -> None:
    head, _, body = ASKED.message().decode().partition("\r\n\r\n")
    first, *headers = head.split("\r\n")
    assert (first, body) == ("OPTIONS sip:192.0.2.13:5062 SIP/2.0", "")
    assert {line.split(":")[0] for line in headers} >= {"Via", "From", "To", "Call-ID", "CSeq", "Max-Forwards"}


@pytest.mark.parametrize(
    ("answer", "is_ours"),
    [
        (b"SIP/2.0 200 OK\r\nCall-ID: 0a1b\r\n\r\n", True),
        (b"SIP/2.0 404 Not Found\r\ni: 0a1b\r\n\r\n", True),
        (b"SIP/2.0 200 OK\r\nCall-ID: other\r\n\r\n", False),
        (b"OPTIONS sip:x SIP/2.0\r\nCall-ID: 0a1b\r\n\r\n", False),
        (b"", False),
        (b"\xff\xfe", False),
    ],
)
def test_answer_when_anything_comes_then_only_ours_counts(answer: bytes, is_ours: bool) -> None:
    assert ASKED.is_answer(answer) is is_ours


def test_gateway_when_it_answers_then_there_and_else_not() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gateway:
        gateway.bind(("127.0.0.1", 0))
        there = Gateway(name="back", number="1", host="127.0.0.1", port=gateway.getsockname()[1])

        def answer() -> None:
            question, asker = gateway.recvfrom(4096)
            token = next(line for line in question.split(b"\r\n") if line.startswith(b"Call-ID"))
            gateway.sendto(b"SIP/2.0 405 No\r\n" + token + b"\r\n\r\n", asker)

        helper = threading.Thread(target=answer)
        helper.start()
        assert answers(there)
        helper.join(5)
    assert not answers(there)
