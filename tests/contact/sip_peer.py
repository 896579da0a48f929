"""Everybody a contact process talks SIP with, in one UDP port of the test: callers, the edge, phones behind it.

A test says when each message goes out, so that nothing depends on the clock. Answers what a phone would answer without
a test's asking: ACK to final answers, 200 to BYE, re-INVITE, CANCEL and NOTIFY, and its last answer again to a
repeated request. Sends nothing again by itself: loopback loses nothing.
"""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self, TypeVar

PATIENCE_S = 10.0
_numbers = itertools.count(1)
_Found = TypeVar("_Found")
_PHRASES = {100: "Trying", 180: "Ringing", 183: "Session Progress", 200: "OK", 486: "Busy Here", 487: "Terminated"}


class NotHeardError(AssertionError):
    """What was waited for has not come; the text says what has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SipMessage:
    """A message as it was received. Header names are in lower case, each with its first value."""

    first: str
    headers: dict[str, str]
    via: tuple[str, ...]
    body: str

    @property
    def method(self) -> str:
        """Of a request; of a response the method it answers."""
        return self.headers["cseq"].split()[1] if self.is_response else self.first.split()[0]

    @property
    def is_response(self) -> bool:
        return self.first.startswith("SIP/2.0")

    @property
    def status(self) -> int:
        return int(self.first.split()[1]) if self.is_response else 0

    @property
    def user(self) -> str:
        """User part of the request's URI."""
        return self.first.split()[1].partition(":")[2].partition("@")[0]

    @property
    def media_port(self) -> int:
        """Port of the first media line of the SDP; 0 without one."""
        found = [line for line in self.body.splitlines() if line.startswith("m=audio ")]
        return int(found[0].split()[1]) if found else 0

    @property
    def event_type(self) -> int:
        """RTP payload type of telephone-event in the SDP; 101 where it says none."""
        found = [line for line in self.body.splitlines() if " telephone-event/" in line]
        return int(found[0].partition(":")[2].split()[0]) if found else 101


def parse(data: bytes) -> SipMessage:
    """A SIP message; only what our side of these tests needs."""
    head, _, body = data.decode("utf-8", "surrogateescape").partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    headers: dict[str, str] = {}
    via: list[str] = []
    for line in lines:
        name, _, value = line.partition(":")
        headers.setdefault(name.lower(), value.strip())
        if name.lower() == "via":
            via.append(value.strip())
    return SipMessage(first=first, headers=headers, via=tuple(via), body=body)


@dataclass(slots=True)
class Dialog:
    """One call of the peer, from its INVITE on. `incoming`: the contact process dialled us."""

    peer: SipPeer
    call_id: str
    incoming: bool
    local: str  # our name-addr with tag
    remote: str
    target: str  # URI for requests within the dialog
    media_port: int
    invite: SipMessage | None = None
    received: list[SipMessage] = field(default_factory=list)
    branch: str = ""
    cseq: int = 1
    source: str = ""
    left: bool = False

    # ── what the party does ──────────────────────────────────────────────────────────────────────────────────────

    def reply(self, status: int, *, media: bool = False, headers: tuple[str, ...] = ()) -> None:
        """Answer the process's INVITE; with `media` the answer has an SDP."""
        assert self.invite is not None
        body = sdp(self.media_port, events=self.invite.event_type) if media else ""
        self.peer.respond(self.invite, status, to=self.local, body=body, headers=headers)

    def answer(self) -> None:
        """200 with SDP, and the ACK to it."""
        self.reply(200, media=True)
        self.wait_for(lambda message: message.method == "ACK", "the ACK")

    def bye(self) -> None:
        self.left = True
        self.request("BYE")
        self.wait_status(200, method="BYE")

    def cancel(self) -> None:
        """Give up ringing (RFC 3261 §9.1)."""
        self.left = True
        self._send("CANCEL", branch=self.branch, to=self.remote.partition(";tag=")[0])

    def press_by_info(self, digit: str) -> None:
        """A key as INFO with application/dtmf-relay."""
        body = f"Signal={digit}\r\nDuration=160\r\n"
        self.request("INFO", body=body, kind="application/dtmf-relay")
        self.wait_status(200, method="INFO")

    def refer(self, target: str) -> None:
        """Blind transfer (RFC 3515)."""
        self.request("REFER", headers=(f"Refer-To: <{target}>",))

    def reinvite(self, direction: str) -> None:
        """Change the direction of our media: sendonly puts the other side on hold."""
        self.request("INVITE", body=sdp(self.media_port, direction), kind="application/sdp")
        self.wait_for(lambda message: message.status == 200 and message.method == "INVITE", "200 to the re-INVITE", 1)

    def leave(self) -> None:
        """End the call, whatever its state; nothing happens where it has ended."""
        ended = any(message.method == "BYE" or message.status >= 300 for message in self.received)
        if ended or self.left:
            return
        if any(message.method == "ACK" or message.status == 200 for message in self.received):
            self.left = True
            self.request("BYE")
        elif self.incoming:
            self.reply(480)
        else:
            self.cancel()

    def request(self, method: str, *, body: str = "", kind: str = "", headers: tuple[str, ...] = ()) -> None:
        """A request within the dialog."""
        self.cseq += 1
        self._send(method, body=body, kind=kind, headers=headers)

    # ── what it sees ─────────────────────────────────────────────────────────────────────────────────────────────

    def wait_status(self, status: int, *, method: str = "INVITE", timeout_s: float = PATIENCE_S) -> SipMessage:
        """The first response with that status."""
        return self.wait_for(
            lambda message: message.status == status and message.method == method,
            f"{status} to {method}",
            timeout_s=timeout_s,
        )

    def wait_request(self, method: str, *, timeout_s: float = PATIENCE_S) -> SipMessage:
        """The first request of that method."""
        return self.wait_for(
            lambda message: not message.is_response and message.method == method, method, timeout_s=timeout_s
        )

    def wait_for(
        self, fits: Callable[[SipMessage], bool], what: str, count: int = 1, *, timeout_s: float = PATIENCE_S
    ) -> SipMessage:
        """The message number `count` of this call that fits."""

        def found() -> SipMessage | None:
            fitting = [message for message in self.received if fits(message)]
            return fitting[count - 1] if len(fitting) >= count else None

        return self.peer.wait(found, lambda: f"{what} in {self.seen()}", timeout_s)

    def has(self, request: SipMessage) -> bool:
        """Whether it is one of those received, repeated."""
        return any(
            not each.is_response and (each.method, each.via) == (request.method, request.via) for each in self.received
        )

    def seen(self) -> list[str]:
        return [message.first for message in self.received]

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _send(
        self,
        method: str,
        *,
        body: str = "",
        kind: str = "",
        headers: tuple[str, ...] = (),
        branch: str = "",
        to: str = "",
    ) -> None:
        branch = branch or f"z9hG4bK{next(_numbers)}x{self.peer.port}"
        if method == "INVITE":
            self.branch = branch
        lines = [
            f"{method} {self.target} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.peer.port};branch={branch};rport",
            f"From: {self.local}",
            f"To: {to or self.remote}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {self.cseq} {method}",
            f"Contact: <sip:party@127.0.0.1:{self.peer.port}>",
            "Max-Forwards: 70",
            *headers,
        ]
        self.peer.send(lines, body, kind, self.target)

    def acknowledge(self, final: SipMessage) -> None:
        """ACK to a final answer: of the same transaction where it is a failure (RFC 3261 §17.1.1.3)."""
        self.remote = final.headers["to"]
        if final.status < 300 and "contact" in final.headers:
            self.target = final.headers["contact"].partition("<")[2].partition(">")[0]
        here, self.cseq = self.cseq, int(final.headers["cseq"].split()[0])
        self._send("ACK", branch=self.branch if final.status >= 300 else "")
        self.cseq = here


class SipPeer:
    """One UDP port and its calls. A context manager."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.calls: list[Dialog] = []
        self.faults: list[str] = []
        self._changed = threading.Condition()
        self._answers: dict[tuple[str, str], bytes] = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", port))
        self._thread = threading.Thread(target=self._read, name=f"sip-{port}", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"stop", ("127.0.0.1", self.port))
        self._thread.join(5)
        self._socket.close()

    def call(
        self,
        dialled: str,
        *,
        process_port: int,
        media_port: int,
        source: str = "trunk:acme",
        caller: str = "2025550199",
        name: bytes = b'"Ann" ',
        headers: tuple[str, ...] = (),
    ) -> Dialog:
        """INVITE to a contact process, as the edge hands it on."""
        number = next(_numbers)
        sender = name.decode("utf-8", "surrogateescape")
        dialog = Dialog(
            peer=self,
            call_id=f"call-{number}-{self.port}",
            incoming=False,
            local=f"{sender}<sip:{caller}@test>;tag=l{number}",
            remote=f"<sip:{dialled}@linekeeper>",
            target=f"sip:{dialled}@127.0.0.1:{process_port}",
            media_port=media_port,
            source=source,
        )
        with self._changed:
            self.calls.append(dialog)
        extra = (f"X-Linekeeper-Source: {source}", *headers)
        dialog._send("INVITE", body=sdp(media_port), kind="application/sdp", headers=extra)
        return dialog

    def wait_call(self, user: str, *, media_port: int = 0, timeout_s: float = PATIENCE_S) -> Dialog:
        """The newest unanswered call that a process has made to `user`; its media will be at `media_port`."""

        def found() -> Dialog | None:
            fitting = [
                call
                for call in self.calls
                if call.incoming and not call.media_port and call.invite is not None and call.invite.user == user
            ]
            return fitting[-1] if fitting else None

        dialog = self.wait(found, lambda: f"a call to {user}", timeout_s)
        dialog.media_port = media_port or 9
        return dialog

    def wait(self, found: Callable[[], _Found | None], what: Callable[[], str], timeout_s: float) -> _Found:
        """The first answer of `found` that is something. Raises NotHeardError."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while True:
                answer = found()
                if answer is not None:
                    return answer
                left = deadline - time.monotonic()
                if left <= 0:
                    raise NotHeardError(f"not within {timeout_s} s: {what()}; faults {self.faults}")
                self._changed.wait(left)

    def respond(
        self, request: SipMessage, status: int, *, to: str = "", body: str = "", headers: tuple[str, ...] = ()
    ) -> None:
        """A response to `request`, kept in case it is repeated."""
        lines = [
            f"SIP/2.0 {status} {_PHRASES.get(status, 'Answer')}",
            *(f"Via: {value}" for value in request.via),
            f"From: {request.headers['from']}",
            f"To: {to or request.headers['to']}",
            f"Call-ID: {request.headers['call-id']}",
            f"CSeq: {request.headers['cseq']}",
            f"Contact: <sip:party@127.0.0.1:{self.port}>",
            *headers,
        ]
        sent = self.send(lines, body, "application/sdp", f"sip:x@{request.via[0].split()[1].partition(';')[0]}")
        self._answers[request.headers["call-id"], request.headers["cseq"]] = sent

    def send(self, lines: list[str], body: str, kind: str, uri: str) -> bytes:
        """A message to the host and port of `uri`."""
        host, _, port = uri.partition("@")[2].partition(";")[0].partition(":")
        if body:
            lines = [*lines, f"Content-Type: {kind}"]
        text = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body])
        data = text.encode("utf-8", "surrogateescape")
        self._socket.sendto(data, (host, int(port)))
        return data

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _read(self) -> None:
        while (data := self._socket.recv(65536)) != b"stop":
            if not data.strip():
                continue  # a keep-alive
            message = parse(data)
            with self._changed:
                self._take(message)
                self._changed.notify_all()

    def _take(self, message: SipMessage) -> None:
        call = next((call for call in self.calls if call.call_id == message.headers["call-id"]), None)
        if call is None and message.method == "INVITE" and not message.is_response:
            call = self._incoming(message)
        if call is None:
            self.faults.append(f"outside any call: {message.first}")
            return
        if message.is_response:
            call.received.append(message)
            if message.method == "INVITE" and message.status >= 200:
                call.acknowledge(message)
            elif message.headers["to"].find(";tag=") > 0 and not call.incoming:
                call.remote = message.headers["to"]
        elif (last := self._answers.get((call.call_id, message.headers["cseq"]))) and message.method != "ACK":
            self._repeat(message, last)
        elif not call.has(message):
            call.received.append(message)
            self._react(call, message)

    def _incoming(self, message: SipMessage) -> Dialog:
        dialog = Dialog(
            peer=self,
            call_id=message.headers["call-id"],
            incoming=True,
            local=f"{message.headers['to']};tag=r{next(_numbers)}",
            remote=message.headers["from"],
            target=message.headers["contact"].partition("<")[2].partition(">")[0],
            media_port=0,
            invite=message,
        )
        self.calls.append(dialog)
        return dialog

    def _repeat(self, message: SipMessage, answer: bytes) -> None:
        host, _, port = message.via[0].split()[1].partition(";")[0].partition(":")
        self._socket.sendto(answer, (host, int(port)))

    def _react(self, call: Dialog, message: SipMessage) -> None:
        if message.method == "CANCEL":
            self.respond(message, 200)
            assert call.invite is not None
            self.respond(call.invite, 487, to=call.local)
        elif message.method == "INVITE" and "tag=" in message.headers["to"]:
            self.respond(message, 200, body=sdp(call.media_port))
        elif message.method in ("BYE", "NOTIFY", "UPDATE", "INFO", "OPTIONS"):
            self.respond(message, 200)


def sdp(port: int, direction: str = "sendrecv", *, events: int = 101) -> str:
    """PCMU and telephone-event (payload type `events`) at `port`."""
    return (
        f"v=0\r\no=test 1 {next(_numbers)} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 0 {events}\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:{events} telephone-event/8000\r\n"
        f"a=fmtp:{events} 0-15\r\na=ptime:20\r\na={direction}\r\n"
    )
