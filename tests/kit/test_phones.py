"""The real phones of the kit, tried on each other and on a plain Kamailio, without the box."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.baresip import Baresip
from kit.ports import PortBlock, reserved_ports
from kit.processes import ProgramError
from kit.registrar import Registrar
from kit.sipp import Sipp, SippError, register

pytestmark = pytest.mark.scenario
PASSWORD = "s3cret"


@pytest.fixture
def ports() -> Iterator[PortBlock]:
    with reserved_ports(100) as block:
        yield block


@pytest.fixture
def registrar(tmp_path: Path, ports: PortBlock) -> Iterator[Registrar]:
    with Registrar(tmp_path / "registrar", ports, password=PASSWORD) as running:
        yield running


@pytest.fixture
def pair(tmp_path: Path, ports: PortBlock, registrar: Registrar) -> Iterator[tuple[Baresip, Baresip]]:
    """Two registered phones: the caller talks at 440 Hz, the other at 700 Hz over TCP."""
    address = registrar.address
    with (
        Baresip(tmp_path / "a", ports, user="101", password=PASSWORD, registrar=address, tone_hz=440) as caller,
        Baresip(
            tmp_path / "b", ports, user="102", password=PASSWORD, registrar=address, tone_hz=700, transport="tcp"
        ) as called,
    ):
        caller.wait_registered()
        called.wait_registered()
        yield caller, called


def _connect(caller: Baresip, called: Baresip) -> None:
    caller.dial("102")
    called.wait_for("CALL_INCOMING")
    called.answer()
    caller.wait_for("CALL_ESTABLISHED")
    called.wait_for("CALL_ESTABLISHED")


def test_baresip_when_call_is_answered_then_each_hears_the_other(pair: tuple[Baresip, Baresip]) -> None:
    caller, called = pair
    _connect(caller, called)
    caller.wait_heard(lambda sound: sound.has_tone(700), what="700 Hz")
    called.wait_heard(lambda sound: sound.has_tone(440), what="440 Hz")
    called.hang_up()
    caller.wait_for("CALL_CLOSED")


def test_baresip_when_digits_are_sent_then_far_end_sees_them_in_order(pair: tuple[Baresip, Baresip]) -> None:
    caller, called = pair
    _connect(caller, called)
    caller.send_digits("1*#5")
    assert [called.wait_for("CALL_DTMF_START").param for _ in range(4)] == ["1", "*", "#", "5"]


def test_baresip_when_held_and_resumed_then_both_hear_again(pair: tuple[Baresip, Baresip]) -> None:
    caller, called = pair
    _connect(caller, called)
    called.wait_heard(lambda sound: sound.duration_s > 1.0, what="a second of sound")
    caller.hold()
    called.wait_for("CALL_REMOTE_SDP", text="offer")
    caller.resume()
    called.wait_for("CALL_REMOTE_SDP", text="offer")
    at = called.heard().duration_s
    called.wait_heard(lambda sound: sound.duration_s > 0.5 and sound.has_tone(440), since_s=at, what="440 Hz again")
    caller.wait_heard(lambda sound: sound.part(-0.3).has_tone(700), what="700 Hz again")


def test_baresip_when_call_is_rejected_then_caller_sees_486(pair: tuple[Baresip, Baresip]) -> None:
    caller, called = pair
    caller.dial("102")
    called.wait_for("CALL_INCOMING")
    called.reject()
    caller.wait_for("CALL_CLOSED", text="486")


def test_baresip_when_password_is_wrong_then_registration_fails(
    tmp_path: Path, ports: PortBlock, registrar: Registrar
) -> None:
    with Baresip(tmp_path / "x", ports, user="103", password="wrong", registrar=registrar.address) as phone:
        phone.wait_for("REGISTER_FAIL")


def test_wait_for_when_nothing_happens_then_error_names_the_phone_and_what_it_saw(
    pair: tuple[Baresip, Baresip],
) -> None:
    with pytest.raises(ProgramError, match="phone 101: no CALL_INCOMING"):
        pair[0].wait_for("CALL_INCOMING", timeout_s=0.1)


@pytest.fixture
def agent(tmp_path: Path, ports: PortBlock, registrar: Registrar) -> Iterator[Sipp]:
    """SIPp as two registered extensions that answer after a short ring, on one port."""
    port = ports.take()
    register(tmp_path, [("201", PASSWORD), ("202", PASSWORD)], registrar=registrar.address, port=port)
    running = Sipp(tmp_path, "uas_agent", port=port, rows=[("201", 30000), ("202", 30002)], fill={"ring_ms": "150"})
    running.wait_ready()
    yield running
    running.stop()


@pytest.mark.parametrize("scenario", ["uac_call", "uac_info_dtmf"])
def test_sipp_when_agent_answers_then_call_succeeds(
    tmp_path: Path, ports: PortBlock, registrar: Registrar, agent: Sipp, scenario: str
) -> None:
    rows = [("777", PASSWORD, "202", 30100)]
    caller = Sipp(
        tmp_path, scenario, port=ports.take(), remote=registrar.address, rows=rows, calls=1, pause_ms=100, timeout_s=20
    )
    assert caller.wait().successful == 1
    assert "m=audio 30002 " in agent.messages()


def test_sipp_when_caller_gives_up_then_ringing_ends(tmp_path: Path, ports: PortBlock, registrar: Registrar) -> None:
    port = ports.take()
    register(tmp_path, [("201", PASSWORD)], registrar=registrar.address, port=port)
    ringing = Sipp(tmp_path, "uas_ringing", port=port, rows=[("201", 30000)], calls=1, timeout_s=20)
    ringing.wait_ready()
    rows = [("777", PASSWORD, "201", 30100)]
    caller = Sipp(
        tmp_path,
        "uac_cancel",
        port=ports.take(),
        remote=registrar.address,
        rows=rows,
        calls=1,
        pause_ms=100,
        timeout_s=20,
    )
    assert caller.wait().successful == 1
    assert ringing.wait().successful == 1


def test_sipp_when_far_end_refuses_otherwise_than_expected_then_error_shows_the_message(
    tmp_path: Path, ports: PortBlock, registrar: Registrar
) -> None:
    rows = [("777", PASSWORD, "999", 30100)]
    caller = Sipp(tmp_path, "uac_call", port=ports.take(), remote=registrar.address, rows=rows, calls=1, timeout_s=20)
    with pytest.raises(SippError, match="404 Not Found"):
        caller.wait()
