"""`linekeeper console` as its user starts it: one process on SQLite, several on PostgreSQL, stopped by a signal."""

from __future__ import annotations

import asyncio
import os
import re
import select
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from kit.console import console as a_console
from kit.console_process import BOUND_S, MAIN, started
from kit.people import add_person, browser_of
from kit.ports import reserved_ports
from kit.proc import tree

from appliance.cli.notices import NoticeSocket
from appliance.console.serving.orders import Orders, decode, encode
from appliance.console.serving.ports import address_of, bound
from appliance.console.settings import Settings
from appliance.errors import ConsoleError


def asked(url: str) -> int:
    """The status."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with urllib.request.urlopen(url, timeout=BOUND_S, context=context if url.startswith("https") else None) as one:
            return int(one.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.fixture
def service_manager() -> Iterator[NoticeSocket]:
    with closing(NoticeSocket("console")) as one:
        yield one


def watched(manager: NoticeSocket) -> dict[str, str]:
    """The environment of a process that this service manager has started."""
    return {"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "600000"}


def heard(manager: NoticeSocket, pid: int, word: str) -> bool:
    """Whether the process itself says `word`=1 in time."""
    while select.select([manager], [], [], BOUND_S)[0]:
        if (manager.read(pid) or {}).get(word) == "1":
            return True
    return False


def test_console_when_started_alone_then_both_ports_answer_and_a_signal_ends_it(
    tmp_path: Path, service_manager: NoticeSocket
) -> None:
    with started(tmp_path / "data", **watched(service_manager)) as (process, said):
        assert heard(service_manager, process.pid, "READY")
        assert heard(service_manager, process.pid, "WATCHDOG")
        assert asked(f"{said['people']}/api/v1/openapi.json") == 200
        assert asked(f"{said['people']}/api/v1/branches") == 401
        assert asked(f"{said['boxes']}/box/v1/position") == 401
        assert asked(f"{said['boxes']}/api/v1/openapi.json") == 404
        folder = tmp_path / "data"
        assert folder.stat().st_mode & 0o077 == 0
        assert not list(folder.glob(".server-*"))
        assert (folder / "console.db").stat().st_mode & 0o077 == 0


BAD_REQUESTS = (
    b"\x00garbage\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    b"GET /box/v1/down HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
)  # each of which uvicorn has a line for


def say(url: str, request: bytes) -> bytes:
    """The first line of the answer to whatever is said to the boxes' port."""
    parts = urlsplit(url)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    plain = socket.create_connection((parts.hostname or "", parts.port or 0), BOUND_S)
    with plain, context.wrap_socket(plain) as secured:
        secured.sendall(request)
        return secured.recv(2000).split(b"\r\n")[0]


def test_console_when_a_stranger_scans_it_then_the_log_has_counts_instead_of_lines(tmp_path: Path) -> None:
    times = 15
    with (tmp_path / "log").open("w+") as log:
        with started(tmp_path / "data", errors=log) as (_, said):
            for request in BAD_REQUESTS * times:
                assert say(said["boxes"], request).startswith(b"HTTP/1.1 4")
        lines = (tmp_path / "log").read_text().splitlines()
    whole = [line for line in lines if " uvicorn.error: " in line and " more lines like it" not in line]
    counts = [int(match[1]) for line in lines if (match := re.search(r": (\d+) more lines like it in 60 s: ", line))]
    assert len(whole) + sum(counts) == times * len(BAD_REQUESTS)
    assert len(whole) + len(counts) < times * len(BAD_REQUESTS) / 2  # two a kind and minute


def test_console_when_one_of_its_processes_is_killed_then_another_takes_its_place(
    postgresql_url: str, tmp_path: Path, service_manager: NoticeSocket
) -> None:
    environment = {"LINEKEEPER_CONSOLE_DATABASE": postgresql_url, "LINEKEEPER_CONSOLE_PROCESSES": "2"}
    with started(tmp_path / "data", **environment, **watched(service_manager)) as (process, said):
        assert heard(service_manager, process.pid, "READY")
        assert heard(service_manager, process.pid, "WATCHDOG")
        workers = [member.pid for member in tree(process.pid) if member.pid != process.pid]
        assert (len(workers), said["processes"]) == (2, 2)
        assert postgresql_url not in Path(f"/proc/{workers[0]}/cmdline").read_text()
        os.kill(workers[0], signal.SIGKILL)
        assert asked(f"{said['people']}/api/v1/openapi.json") == 200
        deadline = time.monotonic() + BOUND_S
        while not (len(now := _workers(process)) == 2 and workers[0] not in now):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert asked(f"{said['boxes']}/box/v1/position") == 401


def _workers(process: subprocess.Popen[str]) -> list[int]:
    return [member.pid for member in tree(process.pid) if member.pid != process.pid]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--processes", "2"), "several processes need PostgreSQL"),
        (("--database", "mysql://h/n"), "no driver"),
        (("--listen", "here"), "no address to listen on"),
        (("--data-dir", "/proc/none"), "the folder /proc/none can't be made"),
        (("--database", "postgresql://nobody@127.0.0.1:1/none"), "the database can't be used"),
    ],
)
def test_console_when_it_cannot_begin_then_it_says_why(tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    full = [sys.executable, "-c", MAIN, "console", "--data-dir", str(tmp_path / "data"), *words]
    done = subprocess.run(full, capture_output=True, text=True, timeout=BOUND_S, check=False)
    assert (done.returncode, sentence in done.stderr) == (1, True), done.stderr


def test_address_when_a_person_writes_it_then_host_and_port() -> None:
    assert address_of("127.0.0.1:8080") == ("127.0.0.1", 8080)
    assert address_of("[::1]:8080") == ("::1", 8080)
    assert address_of(":8080") == ("0.0.0.0", 8080)
    for wrong in ("8080", "host:", "host:99999", "host:x"):
        with pytest.raises(ConsoleError, match="give HOST:PORT"):
            address_of(wrong)


def test_port_when_it_is_taken_then_said_before_anything_starts() -> None:
    with (
        reserved_ports(1) as ports,
        bound(f"127.0.0.1:{ports.first}"),
        pytest.raises(ConsoleError, match="nothing can"),
    ):
        bound(f"127.0.0.1:{ports.first}")


def test_orders_when_handed_over_then_the_same() -> None:
    settings = Settings(database="d", data_dir=Path("/x"), public_url="p", box_url="b", processes=3)
    orders = Orders(settings=settings, people=3, boxes=4, certificate="c")
    assert decode(encode(orders)) == orders


@pytest.mark.slow
def test_console_when_with_demo_data_then_filled_before_it_is_ready_and_somebody_may_sign_in(tmp_path: Path) -> None:
    with started(tmp_path / "data", "--demo-data") as (_, said):
        assert asked(f"{said['people']}/api/v1/branches") == 401
    url = f"file:{tmp_path / 'data' / 'console.db'}?mode=ro"
    with closing(sqlite3.connect(url, uri=True)) as database:
        assert database.execute("SELECT count(*) FROM branches").fetchone() == (5,)
        assert database.execute("SELECT person FROM people").fetchall() == [("demo",)]
        assert database.execute("SELECT count(*) FROM contacts").fetchone()[0] > 1000


def test_console_when_demo_data_for_several_processes_then_refused(tmp_path: Path) -> None:
    words = [sys.executable, "-c", MAIN, "console", "--demo-data", "--processes", "2", "--data-dir", str(tmp_path)]
    words += ["--database", "postgresql://nobody@127.0.0.1/nowhere"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=BOUND_S, check=False)
    assert done.returncode != 0
    assert "leave --processes out" in done.stderr


async def a_cookie(data_dir: Path) -> str:
    """Of somebody who has signed in to the console that serves from there."""
    async with a_console(f"sqlite+aiosqlite:///{data_dir}/console.db", data_dir) as console:
        await add_person(console, "kim", "admin@*")
        return (await browser_of(console, "kim"))["Cookie"]


def test_console_when_stopped_while_a_page_is_open_then_its_stream_ends_by_itself(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("w") as errors, started(tmp_path / "data", errors=errors) as (_, said):
        headers = {"Cookie": asyncio.run(a_cookie(tmp_path / "data"))}
        asking = urllib.request.Request(f"{said['people']}/live/changes", headers=headers)
        stream = urllib.request.urlopen(asking, timeout=BOUND_S)
        assert stream.headers["content-type"].startswith("text/event-stream")
    with stream:
        assert b"event" not in stream.read()
    assert "ERROR" not in log.read_text()
