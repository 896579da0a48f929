"""Broken SIP (in the spirit of RFC 4475) is answered or dropped, and Kamailio goes on."""

from __future__ import annotations

import socket

import pytest
from edge.running import RunningEdge
from edge.wire import Wire
from kit.processes import wait_until

from appliance.edge.requests import counters, is_up
from appliance.edge.rpc import Ask

pytestmark = pytest.mark.scenario
SILENT = "silent"


def request(
    line: str = "INVITE sip:101@linekeeper SIP/2.0",
    *,
    via: str = "Via: SIP/2.0/UDP 127.0.0.1:$port;branch=z9hG4bK-torture-$port",
    sender: str = "From: <sip:100@linekeeper>;tag=t1",
    to: str = "To: <sip:101@linekeeper>",
    call_id: str = "Call-ID: torture-$port",
    cseq: str = "CSeq: 1 INVITE",
    hops: str = "Max-Forwards: 70",
    more: str = "Contact: <sip:100@127.0.0.1:$port>",
    end: str = "Content-Length: 0\n\n",
) -> str:
    """A request with each line replaceable; an empty one is left out."""
    lines = [line, via, sender, to, call_id, cseq, hops, more]
    return "\n".join(part for part in lines if part) + "\n" + end


# What is allowed: a status, several, or silence. 407 means: understood, and challenged like any call.
CASES = {
    "odd but legal white space and short names": (
        "INVITE sip:101@linekeeper SIP/2.0\nTO :\n sip:101@linekeeper  \n"
        'f: "Q \\"" <sip:100@linekeeper>  ;\n\ttag = t1\n'
        "MaX-fOrWaRdS: 0070\ni: torture-$port\ncseq: 0001   INVITE\n"
        "v: SIP / 2.0 / UDP 127.0.0.1:$port;branch=z9hG4bK-torture-$port\nm:<sip:100@127.0.0.1:$port>\nl: 0\n\n",
        {"407"},
    ),
    "folded CSeq, which is legal but more than Kamailio reads": (request(cseq="CSeq: 1\n INVITE"), {SILENT}),
    "method nobody knows": (request("N+E-W.~ sip:101@linekeeper SIP/2.0", cseq="CSeq: 1 N+E-W.~"), {"405"}),
    "escaped zero byte in the user": (request("INVITE sip:1%00@linekeeper SIP/2.0"), {"407", "400"}),
    "long everything": (
        request(
            to='To: "' + "I have a user name of extreme length " * 20 + '"<sip:101@linekeeper>',
            more="Contact: <sip:100@127.0.0.1:$port>\nUnknown-" + "Long" * 40 + ": " + "x" * 4000,
        ),
        {"407"},
    ),
    "SIP version of the future": (request("INVITE sip:101@linekeeper SIP/7.0"), {"505", "400", SILENT}),
    "no SIP version": (request("INVITE sip:101@linekeeper"), {"400", SILENT}),
    "request URI in angle brackets": (request("INVITE <sip:101@linekeeper> SIP/2.0"), {"400"}),
    "white space inside the request URI": (request("INVITE sip:101@linekeeper; lr SIP/2.0"), {"400", SILENT}),
    "white space after the version": (request("INVITE sip:101@linekeeper SIP/2.0  "), {"400", "407", SILENT}),
    "unknown URI scheme": (request("INVITE nobody:101@linekeeper SIP/2.0"), {"416", "400", "403"}),
    "missing Call-ID": (request(call_id=""), {"400", SILENT}),
    "missing From": (request(sender=""), {"400", SILENT}),
    "missing To": (request(to=""), {"400", SILENT}),
    "missing CSeq": (request(cseq=""), {"400", SILENT}),
    "missing Via": (request(via=""), {SILENT}),
    "CSeq of another method": (request(cseq="CSeq: 8 OPTIONS"), {"400"}),
    "CSeq beyond 31 bits": (request(cseq="CSeq: 36893488147419103232 INVITE"), {"400"}),
    "CSeq is no number": (request(cseq="CSeq: one INVITE"), {"400", SILENT}),
    "hops exhausted": (request(hops="Max-Forwards: 0"), {"483"}),
    "negative hops": (request(hops="Max-Forwards: -5"), {"400", "483", "407", SILENT}),
    "negative Content-Length": (request(end="Content-Length: -999\n\n"), {"400", SILENT}),
    "body shorter than said": (request(end="Content-Length: 9999\n\nv=0\n"), {"400", SILENT}),
    "body longer than said": (request(end="Content-Length: 1\n\nv=0\n"), {"400", "407"}),
    "two different Content-Lengths": (
        request(more="Content-Length: 8", end="Content-Length: 3\n\nv=0\n"),
        {"400", SILENT},
    ),
    "unclosed quote in To": (request(to='To: "Mr. X <sip:101@linekeeper>'), {"400", SILENT}),
    "unclosed bracket in From": (request(sender="From: <sip:100@linekeeper;tag=1"), {"400", SILENT, "403"}),
    "tag twice": (request(sender="From: <sip:100@linekeeper>;tag=1;tag=2"), {"400", "407"}),
    "empty header name": (request(more=": nothing"), {"400", "407", SILENT}),
    "line without a colon": (request(more="this is no header"), {"400", "407", SILENT}),
    "wrong transport in Via": (
        request(via="Via: SIP/2.0/CARRIERPIGEON 127.0.0.1:$port;branch=z9hG4bK-1"),
        {"400", "407", SILENT},
    ),
    "Via port out of range": (request(via="Via: SIP/2.0/UDP 127.0.0.1:123456;branch=z9hG4bK-1"), {"400", SILENT}),
    "required extension nobody has": (
        request(more="Require: nothingSupportsThis\nProxy-Require: noProxySupportsThis"),
        {"420"},
    ),
    "digest that is none": (
        request(more='Proxy-Authorization: Digest username=, realm="linekeeper", nonce=, response=x'),
        {"400", "407"},
    ),
    "digest of a scheme nobody knows": (
        request(more="Proxy-Authorization: NoOneKnows opaque-data=here"),
        {"407", "400"},
    ),
    "broken Contact": (request(more="Contact: <sip:100@[::1;>>, ,"), {"400", "407", SILENT}),
    "star Contact in a call": (request(more="Contact: *"), {"400", "407"}),
    "header with every control character": (
        request(more="Subject: " + "".join(map(chr, range(1, 32))).replace("\n", "").replace("\r", "")),
        {"400", "407"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_malformed_when_received_then_answered_or_dropped_and_edge_stays_up(edge: RunningEdge, name: str) -> None:
    message, allowed = CASES[name]
    before = processes(edge)
    with Wire(edge.port, timeout_s=1.0 if SILENT in allowed else 5.0) as wire:
        try:
            answer = wire.ask(message.replace("$port", str(wire.port))).split()[1]
        except TimeoutError:
            answer = SILENT
    assert answer in allowed
    assert_serves(edge)
    assert before <= processes(edge)


def test_malformed_when_readable_then_counted(edge: RunningEdge) -> None:
    with Wire(edge.port) as wire:
        message, _ = CASES["CSeq of another method"]
        assert wire.ask(message.replace("$port", str(wire.port))).startswith("SIP/2.0 400")

    wait_until(lambda: edge.ask(counters()).malformed == 1, timeout_s=5, what="it is counted")


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\0",
        b"\r\n\r\n",
        b"INVITE",
        b"SIP/2.0 200 OK\r\n\r\n",
        b"SIP/2.0 -1 \xff\xfe\r\nVia: \r\n\r\n",
        b"INVITE sip:101@linekeeper SIP/2.0\r\n" + b"Via: SIP/2.0/UDP 127.0.0.1\r\n" * 1500 + b"\r\n",
        b"INVITE sip:" + b"9" * 60000 + b"@linekeeper SIP/2.0\r\n\r\n",
        bytes(range(256)) * 20,
    ],
    ids=["empty", "zero", "keep-alive", "word", "answer", "bad answer", "vias", "uri", "bytes"],
)
def test_datagram_when_no_sip_at_all_then_edge_stays_up(edge: RunningEdge, datagram: bytes) -> None:
    before = processes(edge)
    with Wire(edge.port) as wire:
        wire.send(datagram)
    with Wire(edge.internal_port) as wire:
        wire.send(datagram)
    assert_serves(edge)
    assert before <= processes(edge)


def test_tcp_stream_when_no_sip_at_all_then_edge_stays_up(edge: RunningEdge) -> None:
    before = processes(edge)
    for data in (
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
        b"INVITE sip:1@x SIP/2.0\r\nContent-Length: 99999999\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", edge.port), timeout=5) as stream:
            stream.sendall(data)
    assert_serves(edge)
    assert before <= processes(edge)


def assert_serves(edge: RunningEdge) -> None:
    with Wire(edge.port) as wire:
        assert wire.ask(wire.request("OPTIONS", "sip:linekeeper", 1)).startswith("SIP/2.0 200")
    assert edge.ask(is_up())


def processes(edge: RunningEdge) -> set[int]:
    """Process ids of Kamailio: it does not replace a worker that has crashed, but one day it may."""

    def ask():
        return (yield Ask(method="core.psx"))

    return {int(process["PID"]) for process in edge.ask(ask())}
