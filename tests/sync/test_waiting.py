"""Before a box belongs to a console: the process waits in little memory, ends on SIGTERM, goes on when enrolled."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.config.load import load
from appliance.sync.waiting import DEFAULT_DATA, data_folder


def test_data_folder_when_the_file_says_nothing_then_that_of_the_schema(tmp_path: Path) -> None:
    file = tmp_path / "box.toml"
    file.write_text("")
    assert data_folder(file) == load(file).box.data_dir == Path(DEFAULT_DATA)
    file.write_text('[box]\ndata_dir = "here"\n')
    assert data_folder(file) == load(file).box.data_dir == tmp_path / "here"


@pytest.mark.parametrize("text", ["box = 5", "[box", ""])
def test_data_folder_when_the_file_is_broken_then_others_say_so(tmp_path: Path, text: str) -> None:
    file = tmp_path / "box.toml"
    if text:
        file.write_text(text)
    assert data_folder(file) is None


def test_process_when_the_box_belongs_to_no_console_then_ready_small_and_ends_well(tmp_path: Path) -> None:
    file = tmp_path / "box.toml"
    file.write_text('[box]\ndata_dir = "data"\n')
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(20)
        words = [sys.executable, "-m", "appliance.sync", "--config", str(file)]
        with subprocess.Popen(words, env={**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")}) as process:
            assert b"READY=1" in manager.recv(1000)
            loaded = Path(f"/proc/{process.pid}/maps").read_text()
            process.terminate()
            assert process.wait(20) == 0
    assert "cryptography" not in loaded
    assert "pydantic" not in loaded
