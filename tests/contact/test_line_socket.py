"""Lines over a Unix socket whose other end is in the test's hands."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.processes import wait_until

from appliance.contact.line_socket import LineSocket


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "lines.sock"))
        server.listen(1)
        server.settimeout(10)
        yield server


def read(lines: LineSocket, count: int) -> list[bytes]:
    """The next `count` lines."""
    found: list[bytes] = []

    def enough() -> bool:
        found.extend(lines.lines())
        return len(found) >= count

    wait_until(enough, timeout_s=10, what=f"{count} lines")
    return found


def test_lines_when_the_connection_breaks_in_one_then_the_next_connection_begins_anew(
    listening: socket.socket, tmp_path: Path
) -> None:
    lines = LineSocket(str(tmp_path / "lines.sock"))
    assert lines.connect()
    with listening.accept()[0] as first:
        first.sendall(b"whole\nhal")
        assert read(lines, 1) == [b"whole"]
    wait_until(lambda: not list(lines.lines()) and not lines.connected, timeout_s=10, what="the loss is seen")
    assert lines.connect()
    with listening.accept()[0] as second:
        second.sendall(b"again\n")
        assert read(lines, 1) == [b"again"]
    lines.close()


def test_connect_when_nobody_listens_then_false(tmp_path: Path) -> None:
    assert not LineSocket(str(tmp_path / "nobody.sock")).connect()
