"""A device's program that finds nothing to serve: for the service manager it has served before it ends, not failed."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.devices.gateway.__main__ import main as gateway
from appliance.devices.line.__main__ import NO_LINE
from appliance.devices.line.__main__ import main as line
from appliance.devices.panel.__main__ import main as panel
from appliance.devices.seat.__main__ import NO_ENTRY
from appliance.devices.seat.__main__ import main as seat

PROGRAMS: dict[str, tuple[Callable[[list[str]], int], list[str], int]] = {
    "seat": (seat, ["--device", "MOCK1"], NO_ENTRY),
    "line": (line, ["ttyACM7"], NO_LINE),
    "gateway": (gateway, [], 0),
    "panel": (panel, [], 0),
}


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_program_when_there_is_nothing_to_serve_then_it_is_ready_before_it_ends(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.logs.set_up", lambda *_args, **_more: None)
    if name == "seat":
        monkeypatch.setenv("LINEKEEPER_HW", "mock")
    file = tmp_path / "linekeeper.toml"
    file.write_text(f'[box]\ndata_dir = "{tmp_path}"\nrun_dir = "{tmp_path}"\n')
    program, words, status = PROGRAMS[name]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        assert program([*words, "--config", str(file)]) == status
        assert manager.recv(200).startswith(b"READY=1\nSTATUS=no ")
        assert manager.recv(200) == b"STOPPING=1"
