"""A device's user agent against real parties: a Kamailio as registrar, a baresip, a second agent of its kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.baresip import Baresip
from kit.device_agent import DeviceAgent
from kit.ports import PortBlock, reserved_ports
from kit.registrar import Registrar

from appliance.devices.agent.settings import AgentSettings

pytestmark = pytest.mark.scenario
PASSWORD = "s3cret"
DEVICE_HZ, PHONE_HZ = 440.0, 700.0


@pytest.fixture(scope="module")
def ports() -> Iterator[PortBlock]:
    with reserved_ports(200) as block:
        yield block


@pytest.fixture(scope="module")
def registrar(tmp_path_factory: pytest.TempPathFactory, ports: PortBlock) -> Iterator[Registrar]:
    with Registrar(tmp_path_factory.mktemp("registrar"), ports, password=PASSWORD) as running:
        yield running


@pytest.fixture
def agent(tmp_path: Path, registrar: Registrar) -> Iterator[DeviceAgent]:
    settings = AgentSettings(user="201", edge=registrar.address, password=PASSWORD)
    with DeviceAgent(tmp_path / "agent", settings, tone_hz=DEVICE_HZ) as running:
        running.until("registered 200")
        yield running


@pytest.fixture
def phone(tmp_path: Path, ports: PortBlock, registrar: Registrar) -> Iterator[Baresip]:
    with Baresip(
        tmp_path / "phone", ports, user="101", password=PASSWORD, registrar=registrar.address, tone_hz=PHONE_HZ
    ) as running:
        running.wait_registered()
        yield running


def test_incoming_call_when_answered_then_both_hear_and_keys_arrive(agent: DeviceAgent, phone: Baresip) -> None:
    phone.dial("201")
    agent.until("offered 101")
    agent.ask("reply", status=200)
    phone.wait_for("CALL_ESTABLISHED")
    agent.hears(PHONE_HZ)
    phone.wait_heard(lambda sound: sound.part(-0.3).has_tone(DEVICE_HZ), what="the device's tone")
    phone.send_digits("5")
    agent.until("digit 5")
    phone.hang_up()
    agent.until("ended 200")
    assert agent.ask("show")["calls"] == 0


def test_outgoing_call_when_muted_and_held_then_phone_hears_less(agent: DeviceAgent, phone: Baresip) -> None:
    agent.ask("dial", number="101")
    phone.wait_for("CALL_INCOMING")
    agent.until("ringing 180")
    phone.answer()
    agent.until("answered")
    agent.hears(PHONE_HZ)
    phone.wait_heard(lambda sound: sound.part(-0.3).has_tone(DEVICE_HZ), what="the device's tone")
    agent.ask("mute", muted=True)
    phone.wait_heard(lambda sound: sound.part(-0.3).rms() < 50, what="silence of a muted device")
    agent.ask("mute", muted=False)
    phone.wait_heard(lambda sound: sound.part(-0.3).has_tone(DEVICE_HZ), what="the device's tone again")
    phone.hold()
    agent.until("held")
    phone.resume()
    agent.until("resumed")
    agent.ask("hang_up")
    phone.wait_for("CALL_CLOSED")
    agent.until("ended 200")


def test_calls_when_one_after_another_then_each_has_sound(agent: DeviceAgent, phone: Baresip) -> None:
    for turn in (1, 2, 3):
        phone.dial("201")
        agent.until("offered 101", times=turn)
        before_s = agent.heard().duration_s
        agent.ask("reply", status=200)
        phone.wait_for("CALL_ESTABLISHED")
        agent.hears(PHONE_HZ, since_s=before_s)
        agent.ask("hang_up")
        phone.wait_for("CALL_CLOSED")


def test_call_when_refused_then_phone_is_told(agent: DeviceAgent, phone: Baresip) -> None:
    phone.dial("201")
    agent.until("offered 101")
    agent.ask("reply", status=486)
    assert phone.wait_for("CALL_CLOSED").param.startswith("486")


def test_registration_when_password_is_wrong_then_owner_hears_it_and_it_is_tried_again(
    tmp_path: Path, registrar: Registrar
) -> None:
    settings = AgentSettings(user="201", edge=registrar.address, password="wrong")
    with DeviceAgent(tmp_path / "agent", settings, tone_hz=DEVICE_HZ) as agent:
        agent.until("registered 401", times=2)


def test_trunk_when_it_calls_then_caller_is_the_one_it_names(tmp_path: Path, ports: PortBlock) -> None:
    """No registration: two agents on addresses of their own call each other directly."""
    port = ports.take()
    settings = AgentSettings(user="exchange", edge="127.0.0.3:9", address="127.0.0.2", sip_port=port)
    with DeviceAgent(tmp_path / "called", settings, tone_hz=PHONE_HZ) as called:
        called.ask("show")
        settings = AgentSettings(user="line", edge=f"127.0.0.2:{port}", address="127.0.0.3")
        with DeviceAgent(tmp_path / "line", settings, tone_hz=DEVICE_HZ) as line:
            line.ask("dial", number="+12125550100", caller="+12125550123", name='Kim "the" Minsu')
            called.until('offered +12125550123 Kim "the" Minsu')
            called.ask("reply", status=183)
            line.until("ringing 183")
            line.hears(PHONE_HZ)
            called.ask("reply", status=200)
            line.until("answered")
            called.hears(DEVICE_HZ)
            line.ask("digits", digits="12")
            called.until("digit 2")
        called.until("ended 200")
