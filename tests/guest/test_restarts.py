"""Restarts that the console asks for, under the real systemd: by a helper of root's that can do nothing else."""

from __future__ import annotations

import json
import subprocess

import pytest
from kit.guest import patience
from kit.systemd_unit import Unit, told

SOCKET = "/run/linekeeper/restart.sock"
PYTHON = "/opt/linekeeper/bin/python"
ASK = f"""
import socket, sys
with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one:
    one.connect({SOCKET!r})
    one.sendall(sys.argv[1].encode() + b"\\n")
    print(one.makefile().readline())
"""
pytestmark = pytest.mark.timeout(1200)


def asked(service: str, *, account: str = "linekeeper") -> subprocess.CompletedProcess[str]:
    """As the sync service asks, which runs under that account."""
    question = json.dumps({"op": "service.restart", "args": {"service": service, "order": 7}})
    words = ("runuser", "-u", account, "--", PYTHON, "-I", "-c", ASK, question)
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=patience(60.0))


def test_edge_when_its_restart_is_asked_for_then_a_new_one_serves_and_the_contacts_go_on(box: None) -> None:
    edge, contact = Unit("linekeeper-edge.service"), Unit("linekeeper-contact.service")
    before, calls = edge.seen().pid, contact.seen().pid
    answer = json.loads(asked("edge").stdout)
    assert (answer["ok"], answer["result"]) == (True, "edge serves again (linekeeper-edge.service)")
    assert edge.seen().active == "active" and edge.seen().pid not in (0, before)
    assert contact.seen().pid == calls
    journal = told("journalctl", "-t", "linekeeper-restart", "-o", "cat", "--no-pager")
    assert "restart of edge, order 7 of the console, asked by user" in journal


@pytest.mark.parametrize(
    ("service", "why"), [("gateway", "gateway does not serve after its restart"), ("ssh", "no service of")]
)
def test_restart_when_there_is_none_or_it_is_not_ours_then_told(box: None, service: str, why: str) -> None:
    answer = json.loads(asked(service).stdout)
    assert (answer["ok"], why in answer["error"]["message"]) == (False, True)


def test_restart_when_somebody_else_asks_then_the_socket_does_not_let_them(box: None) -> None:
    done = asked("edge", account="nobody")
    assert done.returncode != 0
    assert "PermissionError" in done.stderr
