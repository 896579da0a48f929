"""The media plant counts what really arrived: a bridge made of two sockets drops known frames."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kit.marks import PAYLOAD, read_marks
from kit.media import MediaPlant, Phone
from kit.ports import PortBlock, reserved_ports

SILENCE = bytes([0x80, 0]) + bytes(10) + b"\xff" * PAYLOAD


@pytest.fixture
def ports() -> Iterator[PortBlock]:
    with reserved_ports(50) as block:
        yield block


@pytest.fixture
def phones(ports: PortBlock) -> tuple[Phone, Phone]:
    return Phone(number=1, port=ports.take_even()), Phone(number=2, port=ports.take_even())


def _bound() -> socket.socket:
    end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    end.bind(("127.0.0.1", 0))
    end.settimeout(5)
    return end


def _bridge(phones: tuple[Phone, Phone], *, frames: int, dropped: frozenset[int]) -> None:
    """Carry `frames` frames each way between the two phones; frames of phone 1 in `dropped` are lost."""
    with _bound() as one, _bound() as two:
        ends = (one, two)
        for end, phone in zip(ends, phones, strict=True):
            end.sendto(SILENCE, ("127.0.0.1", phone.port))
        for _ in range(frames):
            packets = [end.recv(2048) for end in ends]
            for packet, end, phone in zip(packets, reversed(ends), reversed(phones), strict=True):
                ((stream, frame),) = read_marks(packet[12:])
                if stream != 1 or frame not in dropped:
                    end.sendto(packet, ("127.0.0.1", phone.port))


def _heard(report: dict[str, Any], listener: int, sender: int) -> dict[str, int]:
    stream = next(each for each in report["streams"] if each["stream"] == listener)
    facts: dict[str, int] = stream["heard"][str(sender)]
    return facts


def test_media_plant_when_frames_are_dropped_then_the_count_misses_exactly_these(
    tmp_path: Path, phones: tuple[Phone, Phone]
) -> None:
    with MediaPlant(phones, log=tmp_path / "plant.log") as plant:
        _bridge(phones, frames=40, dropped=frozenset({10, 11, 30}))
        report = plant.report()
    assert _heard(report, 1, 2) == {"first": 0, "last": 39, "distinct": 40, "repeated": 0}
    assert _heard(report, 2, 1) == {"first": 0, "last": 39, "distinct": 37, "repeated": 0}


def test_media_plant_when_bridge_cuts_frames_elsewhere_then_marks_are_still_counted(
    tmp_path: Path, phones: tuple[Phone, Phone]
) -> None:
    """Sound of phone 1 reaches phone 2 in frames that begin 90 samples later than it sent them."""
    with MediaPlant(phones, log=tmp_path / "plant.log") as plant, _bound() as one, _bound() as two:
        one.sendto(SILENCE, ("127.0.0.1", phones[0].port))
        before = one.recv(2048)
        for _ in range(30):
            now = one.recv(2048)
            two.sendto(now[:12] + before[12 + 90 :] + now[12 : 12 + 90], ("127.0.0.1", phones[1].port))
            before = now
        report = plant.report()
    assert _heard(report, 2, 1) == {"first": 1, "last": 30, "distinct": 30, "repeated": 0}


def test_media_plant_when_mark_is_split_by_a_lost_packet_then_it_is_lost(
    tmp_path: Path, phones: tuple[Phone, Phone]
) -> None:
    """Frames are cut in the middle of the mark, and one packet is missing: two marks are."""
    with MediaPlant(phones, log=tmp_path / "plant.log") as plant, _bound() as one, _bound() as two:
        one.sendto(SILENCE, ("127.0.0.1", phones[0].port))
        before = one.recv(2048)
        for number in range(30):
            now = one.recv(2048)
            if number != 15:
                two.sendto(now[:12] + before[12 + 10 :] + now[12 : 12 + 10], ("127.0.0.1", phones[1].port))
            before = now
        report = plant.report()
    heard = _heard(report, 2, 1)
    assert (heard["first"], heard["last"], heard["distinct"]) == (1, 29, 27)


def test_media_plant_when_silence_arrives_then_it_is_no_mark(tmp_path: Path, phones: tuple[Phone, Phone]) -> None:
    with MediaPlant(phones, log=tmp_path / "plant.log") as plant:
        _bridge(phones, frames=1, dropped=frozenset())
        report = plant.report()
    assert [each["unmarked"] for each in report["streams"]] == [1, 1]


def test_media_plant_when_port_is_taken_then_start_fails_with_the_reason(
    tmp_path: Path, phones: tuple[Phone, Phone]
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.bind(("127.0.0.1", phones[0].port))
        with pytest.raises(RuntimeError, match="Address already in use"):
            MediaPlant(phones, log=tmp_path / "plant.log")
