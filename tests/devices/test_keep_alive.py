"""What the service manager hears of a device's process."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.devices.keep_alive import KeepAlive


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield listener


def test_keep_alive_when_a_watchdog_is_set_then_a_third_of_its_time(
    manager: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "9000000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    keep_alive = KeepAlive()
    keep_alive.ready("idle")
    assert manager.recv(100) == b"READY=1\nSTATUS=idle"
    for now in (10.0, 11.0, 12.9, 13.1):
        keep_alive.turn(now)
    assert [manager.recv(100), manager.recv(100)] == [b"WATCHDOG=1"] * 2
    keep_alive.stopping()
    assert manager.recv(100) == b"STOPPING=1"


@pytest.mark.parametrize(("limit_us", "pid"), [("", ""), ("9000000", "1")])
def test_keep_alive_when_nobody_asks_this_process_then_silence(
    manager: socket.socket, monkeypatch: pytest.MonkeyPatch, limit_us: str, pid: str
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", limit_us)
    monkeypatch.setenv("WATCHDOG_PID", pid)
    keep_alive = KeepAlive()
    keep_alive.turn(10.0)
    keep_alive.status("idle")
    assert manager.recv(100) == b"STATUS=idle"
