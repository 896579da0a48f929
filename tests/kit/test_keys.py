"""The phones that press keys: what they send, and what they take for an answer."""

from __future__ import annotations

import random
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.keys import EVENT_TYPE, LOUD, PATIENCE_S, QUIET_S, KeyPlant, Phone
from kit.marks import filler
from kit.ports import reserved_ports
from kit.processes import wait_until

SECOND = 1_000_000_000
LOUD_PACKET = bytes(12) + filler(800.0, peak=4 * LOUD)
SILENT_PACKET = bytes(12) + b"\xff" * 160


@pytest.fixture
def box() -> Iterator[socket.socket]:
    """The other end of the phone's RTP."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind(("127.0.0.1", 0))
        opened.settimeout(5)
        yield opened


@pytest.fixture
def phone(box: socket.socket) -> Iterator[Phone]:
    """A phone that has heard a prompt at time 0 of its clock."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind(("127.0.0.1", 0))
        opened.setblocking(False)
        yield Phone(number=1, socket=opened, random=random.Random(1), remote=box.getsockname(), loud_ns=1)


def packets(box: socket.socket, count: int) -> list[tuple[int, int, int, bytes]]:
    """Marker, payload type, timestamp and payload of what arrived."""
    found = []
    for _ in range(count):
        data = box.recv(2048)
        _, kind, _, timestamp, _ = struct.unpack_from("!BBHII", data)
        found.append((kind >> 7, kind & 0x7F, timestamp, data[12:]))
    return found


def press(phone: Phone, now_ns: int) -> None:
    """All of a key from `now_ns` on."""
    phone.next_ns = now_ns
    for frame in range(5):
        phone.send(now_ns + frame * 20_000_000, may_press=True)


def test_key_when_pressed_then_an_event_as_rfc_4733_has_it(phone: Phone, box: socket.socket) -> None:
    press(phone, SECOND)
    sent = packets(box, 7)
    assert [marker for marker, *_ in sent] == [1, 0, 0, 0, 0, 0, 0]
    assert {(kind, timestamp) for _, kind, timestamp, _ in sent} == {(EVENT_TYPE, sent[0][2])}
    events = [struct.unpack("!BBH", payload) for *_, payload in sent]
    assert [(digit, flags >> 7, duration) for digit, flags, duration in events] == [
        (1, 0, 160),
        (1, 0, 320),
        (1, 0, 480),
        (1, 0, 640),
        (1, 1, 800),
        (1, 1, 800),
        (1, 1, 800),
    ]


def test_key_when_it_is_not_silent_long_enough_then_not_pressed(phone: Phone, box: socket.socket) -> None:
    phone.send(round(QUIET_S * SECOND / 2), may_press=True)
    assert packets(box, 1)[0][1] == 0
    assert phone.press is None


def test_key_when_no_answer_comes_then_lost_and_the_next_may_follow(phone: Phone) -> None:
    press(phone, SECOND)
    pressed = phone.press
    assert pressed is not None
    phone.send(pressed.left_ns + round(PATIENCE_S * SECOND) + 1, may_press=False)
    left: tuple[int, object, list[float]] = (phone.lost, phone.press, phone.answers_ms)
    assert left == (1, None, [])


def test_plant_when_a_prompt_answers_then_one_answer_a_key_and_silence_is_none(tmp_path: Path) -> None:
    with reserved_ports(4) as ports, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as box:
        port = ports.take_even()
        box.bind(("127.0.0.1", 0))
        box.settimeout(10)
        with KeyPlant([port], press_s=60, log=tmp_path / "keys.log") as plant:
            box.sendto(LOUD_PACKET, ("127.0.0.1", port))
            while box.recv(2048)[1] & 0x7F != EVENT_TYPE:
                box.sendto(SILENT_PACKET, ("127.0.0.1", port))
            assert plant.report()["answers_ms"] == []
            box.sendto(LOUD_PACKET, ("127.0.0.1", port))
            report = wait_until(
                lambda: found if (found := plant.report())["answers_ms"] else None, timeout_s=10, what="an answer"
            )
    assert len(report["answers_ms"]) == 1
    assert report["heard"] == [2]
