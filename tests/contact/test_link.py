"""The link against a real Unix socket; the switchboard is the test itself, so that it can misbehave."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.proc import open_files

from appliance import clock
from appliance.contact.link import RETRY_S, Link
from appliance.contact.protocol import (
    Acknowledge,
    DialPlanChanged,
    Event,
    HangUpContact,
    Hello,
    Message,
    Released,
    Retire,
    decode_from_contact,
    encode_message,
)
from appliance.events import AttributesUpdated, ContactEvent, SystemConnected, Writer
from appliance.ids import ContactId, SlotId

ANN, BEN = ContactId("ann"), ContactId("ben")


class Switchboard:
    """One side of the link in the test's hands; reads never wait longer than a bound."""

    def __init__(self, path: Path, backlog: int = 5) -> None:
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(path))
        self._listening.listen(backlog)
        self._listening.settimeout(10)
        self._connection: socket.socket | None = None
        self._rest = b""

    def accept(self) -> Hello:
        self._connection, _ = self._listening.accept()
        self._connection.settimeout(10)
        self._rest = b""
        hello = self.read()
        assert isinstance(hello, Hello)
        return hello

    def read(self) -> Message:
        assert self._connection is not None
        while b"\n" not in self._rest:
            chunk = self._connection.recv(65536)
            assert chunk, "the process has closed the link"
            self._rest += chunk
        line, _, self._rest = self._rest.partition(b"\n")
        return decode_from_contact(line)

    def read_seqs(self, count: int) -> list[int]:
        found = [self.read() for _ in range(count)]
        return [message.event.seq for message in found if isinstance(message, Event)]

    def nothing_more(self) -> bool:
        assert self._connection is not None
        self._connection.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            self._rest += self._connection.recv(65536)
        self._connection.settimeout(10)
        return not self._rest

    def send(self, *messages: Message) -> None:
        self.send_raw(b"".join(map(encode_message, messages)))

    def send_raw(self, data: bytes) -> None:
        assert self._connection is not None
        self._connection.sendall(data)

    def hang_up(self) -> None:
        assert self._connection is not None
        self._connection.close()

    def close(self) -> None:
        self._listening.close()
        if self._connection is not None:
            self._connection.close()


class Hands:
    def __init__(self) -> None:
        self.now_s = 10.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "link.sock"


@pytest.fixture
def switchboard(path: Path) -> Iterator[Switchboard]:
    made = Switchboard(path)
    yield made
    made.close()


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def link(path: Path, hands: Hands) -> Iterator[Link]:
    made = Link(str(path), SlotId(3), 5063, hands)
    yield made
    made.close()


def event(contact: ContactId, seq: int, text: str = "") -> ContactEvent:
    body = AttributesUpdated(attributes={"text": text}) if text else SystemConnected()
    return ContactEvent(contact=contact, writer=Writer.CONTACT, seq=seq, at=clock.now(), body=body)


def polled(link: Link) -> list[Message]:
    return list(link.poll())


def test_poll_when_connected_says_hello_with_the_contact_under_way(link: Link, switchboard: Switchboard) -> None:
    link.contact = ANN
    polled(link)
    assert switchboard.accept() == Hello(slot=SlotId(3), pid=os.getpid(), sip_port=5063, contact=ANN)
    assert link.connected


def test_send_when_connected_delivers_at_once_and_waits_for_the_acknowledgement(
    link: Link, switchboard: Switchboard
) -> None:
    polled(link)
    switchboard.accept()
    link.send(event(ANN, 1))
    assert switchboard.read_seqs(1) == [1]
    assert not link.settled
    switchboard.send(Acknowledge(contact=ANN, seq=1))
    assert polled(link) == []
    assert link.settled


def test_send_when_the_switchboard_is_absent_keeps_events_until_it_comes(link: Link, path: Path, hands: Hands) -> None:
    assert polled(link) == []
    for seq in (1, 2, 3):
        link.send(event(ANN, seq))
    assert not link.connected
    assert not link.settled
    late = Switchboard(path)
    hands.now_s += RETRY_S
    polled(link)
    late.accept()
    assert late.read_seqs(3) == [1, 2, 3]
    late.close()


def test_poll_when_the_last_try_was_just_now_does_not_try_again(link: Link, path: Path, hands: Hands) -> None:
    polled(link)
    late = Switchboard(path)
    hands.now_s += RETRY_S / 2
    polled(link)
    assert not link.connected
    hands.now_s += RETRY_S / 2
    polled(link)
    assert link.connected
    late.close()


def test_reconnect_when_some_events_are_acknowledged_sends_only_the_rest(
    link: Link, switchboard: Switchboard, hands: Hands
) -> None:
    polled(link)
    switchboard.accept()
    for seq in range(1, 6):
        link.send(event(ANN, seq))
    assert switchboard.read_seqs(5) == [1, 2, 3, 4, 5]
    switchboard.send(Acknowledge(contact=ANN, seq=3))
    polled(link)
    switchboard.hang_up()
    polled(link)
    assert not link.connected
    link.send(event(ANN, 6))
    hands.now_s += RETRY_S
    polled(link)
    switchboard.accept()
    assert switchboard.read_seqs(3) == [4, 5, 6]
    assert switchboard.nothing_more()


def test_acknowledge_when_it_names_another_contact_leaves_ours_waiting(link: Link, switchboard: Switchboard) -> None:
    polled(link)
    switchboard.accept()
    link.send(event(ANN, 1))
    link.send(event(BEN, 1))
    switchboard.send(Acknowledge(contact=BEN, seq=9))
    polled(link)
    assert not link.settled
    switchboard.send(Acknowledge(contact=ANN, seq=1))
    polled(link)
    assert link.settled


def test_release_when_events_wait_is_settled_only_after_them(link: Link, switchboard: Switchboard) -> None:
    polled(link)
    switchboard.accept()
    for seq in (1, 2):
        link.send(event(ANN, seq))
    link.release(ANN)
    assert switchboard.read_seqs(2) == [1, 2]
    assert switchboard.read() == Released(contact=ANN)
    switchboard.send(Acknowledge(contact=ANN, seq=1))
    polled(link)
    assert not link.settled
    switchboard.send(Acknowledge(contact=ANN, seq=2))
    polled(link)
    assert link.settled


def test_release_when_the_link_broke_is_said_again_after_its_events(
    link: Link, switchboard: Switchboard, hands: Hands
) -> None:
    polled(link)
    switchboard.accept()
    link.send(event(ANN, 1))
    link.release(ANN)
    switchboard.hang_up()
    polled(link)
    hands.now_s += RETRY_S
    polled(link)
    assert switchboard.accept().contact is None
    assert switchboard.read_seqs(1) == [1]
    assert switchboard.read() == Released(contact=ANN)


def test_poll_when_a_line_comes_in_pieces_gives_it_when_it_is_whole(link: Link, switchboard: Switchboard) -> None:
    polled(link)
    switchboard.accept()
    line = encode_message(HangUpContact(contact=ANN)) + encode_message(Retire())
    given: list[Message] = []
    for start in range(0, len(line), 7):
        switchboard.send_raw(line[start : start + 7])
        given += polled(link)
    assert given == [HangUpContact(contact=ANN), Retire()]


def test_poll_when_the_link_broke_within_a_line_forgets_the_piece(
    link: Link, switchboard: Switchboard, hands: Hands
) -> None:
    polled(link)
    switchboard.accept()
    switchboard.send_raw(encode_message(Retire()) + b'{"type":"HangUp')
    switchboard.hang_up()
    assert polled(link) == [Retire()]  # what came whole counts
    hands.now_s += RETRY_S
    polled(link)
    switchboard.accept()
    switchboard.send(DialPlanChanged())
    assert polled(link) == [DialPlanChanged()]


@pytest.mark.parametrize(
    "line",
    [b"", b"{}", b"no json", b"\xff\xfe", b'{"type":"Unheard"}', b'{"type":"HangUpContact","contact":"\xff"}', b"[1"],
    ids=["empty", "no type", "no json", "no text", "unknown type", "no utf-8 inside", "torn"],
)
def test_poll_when_a_line_is_malformed_says_so_and_goes_on(
    line: bytes, link: Link, switchboard: Switchboard, caplog: pytest.LogCaptureFixture
) -> None:
    polled(link)
    switchboard.accept()
    switchboard.send_raw(line + b"\n" + encode_message(Retire()))
    assert polled(link) == [Retire()]
    assert "a line that is no message" in caplog.text
    assert link.connected


def test_send_when_the_switchboard_does_not_read_never_waits_and_loses_nothing(
    link: Link, switchboard: Switchboard
) -> None:
    polled(link)
    count = 300
    for seq in range(1, count + 1):
        link.send(event(ANN, seq, text="x" * 10_000))  # far more than a socket holds
    switchboard.accept()
    seqs: list[int] = []
    while len(seqs) < count:
        seqs += switchboard.read_seqs(1)
        polled(link)
    assert seqs == list(range(1, count + 1))


def test_poll_when_the_switchboard_stands_still_and_its_backlog_is_full_does_not_wait(path: Path, hands: Hands) -> None:
    still = Switchboard(path, backlog=0)
    links = [Link(str(path), SlotId(slot), 5060 + slot, hands) for slot in range(4)]
    for link in links:
        polled(link)  # a blocking connect(2) would stay here for good
    assert not links[-1].connected
    links[-1].send(event(ANN, 1))
    still.accept()
    hands.now_s += RETRY_S
    polled(links[-1])
    assert links[-1].connected
    for link in links:
        link.close()
    still.close()


def test_send_when_the_switchboard_has_just_gone_keeps_the_event(
    link: Link, switchboard: Switchboard, hands: Hands
) -> None:
    polled(link)
    switchboard.accept()
    switchboard.hang_up()
    link.send(event(ANN, 1))  # the send itself finds the broken pipe
    assert not link.connected
    hands.now_s += RETRY_S
    polled(link)
    switchboard.accept()
    assert switchboard.read_seqs(1) == [1]


def test_close_when_called_twice_leaves_no_file_open(path: Path, switchboard: Switchboard, hands: Hands) -> None:
    before = open_files(os.getpid())
    link = Link(str(path), SlotId(0), 5060, hands)
    polled(link)
    assert open_files(os.getpid()) == before + 1
    link.close()
    link.close()
    assert open_files(os.getpid()) == before
    assert not link.connected


def test_reconnect_when_it_fails_many_times_leaves_no_file_open(link: Link, hands: Hands) -> None:
    before = open_files(os.getpid())
    for _ in range(50):
        hands.now_s += RETRY_S
        polled(link)
    assert open_files(os.getpid()) == before
