"""The lasting part of `linekeeper up`: starts what it is told, says how it went, and is small."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from appliance.cli.edge_probe import EdgeProbe
from appliance.cli.foreground import Orders
from appliance.cli.service import Service

SAYS_READY = "import signal; from systemd.daemon import notify; notify('READY=1'); signal.pause()"


def orders(folder: Path, *, as_json: bool, program: str) -> Path:
    service = Service(name="only", command=(sys.executable, "-c", program))
    file = folder / "up.json"
    told = Orders(services=(service,), restart_socket=str(folder / "r.sock"), ready="ready: yes", as_json=as_json)
    file.write_bytes(msgspec.json.encode(told))
    return file


def started(file: Path) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "appliance.cli.foreground", str(file)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("as_json", [False, True])
def test_foreground_when_it_serves_and_is_told_to_stop_then_says_so_and_exits_0(tmp_path: Path, as_json: bool) -> None:
    with started(orders(tmp_path, as_json=as_json, program=SAYS_READY)) as program:
        assert program.stdout is not None
        lines = []
        for line in program.stdout:
            lines.append(json.loads(line)["event"] if as_json else line.rstrip())
            if lines[-1] == "ready: yes":
                program.send_signal(signal.SIGTERM)
        assert program.wait(30) == 0
    assert lines[0].startswith("only serves after ")
    assert lines[-1] == "only stopped"


@pytest.mark.parametrize("as_json", [False, True])
def test_foreground_when_a_service_does_not_start_then_error_and_exit_1(tmp_path: Path, as_json: bool) -> None:
    with started(orders(tmp_path, as_json=as_json, program="raise SystemExit(7)")) as program:
        out, err = program.communicate(timeout=30)
        assert program.returncode == 1
    assert "only did not start: exit status 7" in (json.loads(out)["error"]["message"] if as_json else err)


BECOME = f"""
import os, signal, sys
from pathlib import Path
from appliance.cli.foreground import Orders, become
from appliance.cli.service import Service

signal.pthread_sigmask(signal.SIG_BLOCK, {{signal.SIGTERM}})
os.kill(os.getpid(), signal.SIGTERM)  # before anybody listens
service = Service(name="only", command=(sys.executable, "-c", {SAYS_READY!r}))
folder = Path(sys.argv[1])
become(Orders(services=(service,), restart_socket=str(folder / "r.sock"), ready="ready: yes"), folder)
"""


def test_become_when_told_to_stop_meanwhile_then_the_signal_is_not_lost(tmp_path: Path) -> None:
    words = [sys.executable, "-c", BECOME, str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")
    assert "ready" not in done.stdout
    assert json.loads((tmp_path / "up.json").read_text())["services"][0]["name"] == "only"


def test_foreground_when_imported_then_nothing_large_is() -> None:
    program = (
        "import sys, appliance.cli.foreground as it;"
        "print(sorted({'pydantic', 'click', 'asyncio', 'phonenumbers', 'sqlite3'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"


def test_service_when_it_has_a_probe_then_the_probe_is_asked(tmp_path: Path) -> None:
    probe = EdgeProbe(rpc_socket=str(tmp_path / "none.sock"), address="127.0.0.1", port=5060, transport="udp")
    plan = Service(name="edge", command=("kamailio",), probe=probe).plan()
    assert plan.serves is not None
    assert plan.serves() is False
    assert Service(name="other", command=("true",)).plan().serves is None
