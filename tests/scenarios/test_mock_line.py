"""LINEKEEPER_HW=mock: an analog line that isn't there, with a real box around it; and who may use a line's port."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.box import BoxSettings, RunningBox
from kit.device_agent import DeviceAgent
from kit.line_service import SUBSCRIBER, line_toml
from kit.ports import reserved_ports
from kit.processes import wait_until
from kit.talk import CUSTOMER_HZ, PhoneMaker, hears

from appliance.devices.agent.settings import AgentSettings

pytestmark = pytest.mark.scenario


@pytest.fixture(scope="module")
def sip_port() -> Iterator[int]:
    with reserved_ports(1) as block:
        yield block.take()


@pytest.fixture(scope="module")
def box_settings(sip_port: int) -> BoxSettings:
    return {"capacity": 3, "extra": line_toml("front", "", sip_port)}


class MockService:
    """The line's service with a mock; its far end does what the test says."""

    def __init__(self, box: RunningBox, log: Path) -> None:
        words = [sys.executable, "-m", "appliance.devices.line", "front", "--config", str(box.config), "--far-end"]
        environment = {**os.environ, "LINEKEEPER_HW": "mock"}
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=environment
            )
        self._board = box.run / "lines/front.json"
        wait_until(self.serves, timeout_s=20, what=f"the line is served; {log}")

    def serves(self) -> bool:
        """And idle."""
        return self._board.exists() and bool(json.loads(self._board.read_text())["state"] == "idle")

    def far_end(self, text: str) -> str:
        """Its state afterwards."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(text.encode() + b"\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().decode().strip()

    def stop(self) -> int:
        self._process.terminate()
        code = self._process.wait(15)
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()
        return code


@pytest.fixture
def service(box: RunningBox, tmp_path: Path) -> Iterator[MockService]:
    running = MockService(box, tmp_path / "line.log")
    yield running
    assert running.stop() == 0


def test_mock_line_when_called_both_ways_then_as_a_real_one(
    box: RunningBox, service: MockService, phone: PhoneMaker
) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    caller.dial(f"+{SUBSCRIBER}")
    caller.wait_for("CALL_ESTABLISHED", timeout_s=20)
    hears(caller, CUSTOMER_HZ)  # the mock's far end echoes
    caller.hang_up()
    wait_until(service.serves, timeout_s=15, what="on-hook, and free again")
    assert service.far_end("call 2125550123 KIM") == "ringing"
    row = box.wait_contact(lambda row: row["source"] == "trunk:front")
    wait_until(lambda: service.far_end("hang up") == "releasing", timeout_s=10, what="the far end hangs up")
    record = box.wait_closed(row["contact"])
    assert record["CustomerEndpoint"]["Address"] == "+12125550123"


def test_line_when_a_program_of_this_machine_calls_its_port_then_refused(
    box: RunningBox, service: MockService, sip_port: int, tmp_path: Path
) -> None:
    """It could dial out without the box."""
    settings = AgentSettings(user="x", edge=f"127.0.0.1:{sip_port}")
    with DeviceAgent(tmp_path / "stranger", settings, tone_hz=500.0) as stranger:
        stranger.ask("dial", number=SUBSCRIBER)
        stranger.until("ended 403")
    assert service.far_end("ring") == "caller_id"  # it was idle
