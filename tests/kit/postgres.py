"""A real PostgreSQL server of Debian's package for tests: in a folder of its own, on a Unix socket and a loopback port.

Started once a session, one database a test, each a copy of a template that has the console's tables already. Durable
writes are off (no test cuts the machine's power). Must not be used for figures: `Server(durable=True)` is for those.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kit.console import upgraded

from appliance.cli.softphone.ports import reserved_ports

_START_S = 60.0
_CHEAP = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
_TEMPLATE = "with_tables"


def programs() -> Path | None:
    """Where Debian's package has put the newest server's programs; None: not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return found[-1].parent if found else None


class Server:
    """`folder` must not be there yet; it is in a place that the user `postgres` may reach (see `server`)."""

    def __init__(self, folder: Path, *, port: int, durable: bool = False) -> None:
        bin_folder = programs()
        assert bin_folder is not None, "PostgreSQL is not installed: apt-get install postgresql"
        self._bin, self._folder, self._port, self._durable = bin_folder, folder, port, durable
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Make the cluster at the first time; returns when it answers."""
        data = self._folder / "data"
        if not data.exists():
            self._folder.mkdir(mode=0o755)
            if os.geteuid() == 0:
                shutil.chown(self._folder, "postgres")
            words = ("--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8")
            self._run("initdb", "--pgdata", str(data), *words)
        self._start(data)

    def _start(self, data: Path) -> None:
        options = [f"port={self._port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={self._folder}"]
        options += ["max_connections=200", *(() if self._durable else _CHEAP)]
        # The kernel stops it should this process die before it could.
        words = ["setpriv", "--pdeathsig", "INT", *_as_user(), str(self._bin / "postgres"), "-D", str(data)]
        words += [word for option in options for word in ("-c", option)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(words, stdout=log, stderr=log, cwd=self._folder)
        self._wait()

    def stop(self) -> None:
        """At once, without waiting for clients (SIGQUIT would leave a recovery to do, SIGINT does not)."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(30)
            self._process = None

    def kill(self) -> None:
        """Every process of the server ends without a word, as when the machine runs out of memory."""
        assert self._process is not None
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(30)
        self._process = None

    def database(self, *, empty: bool = False) -> str:
        """The address of a database of its own, with the console's tables unless `empty`."""
        name = f"test_{next(self._numbers)}"
        if empty:
            self._sql(f"CREATE DATABASE {name}")
        else:
            self._with_template(name)
        return self.url(name)

    def url(self, name: str) -> str:
        return f"postgresql+asyncpg://postgres@127.0.0.1:{self._port}/{name}"

    def _with_template(self, name: str) -> None:
        if not (self._folder / _TEMPLATE).exists():
            self._sql(f"CREATE DATABASE {_TEMPLATE}")
            asyncio.run(upgraded(self.url(_TEMPLATE)))
            (self._folder / _TEMPLATE).touch()
        self._sql(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")

    def _sql(self, statement: str) -> None:
        self._run("psql", "-h", str(self._folder), "-p", str(self._port), "-U", "postgres", "-qc", statement)

    def _run(self, program: str, *words: str) -> None:
        full = ["setpriv", *_as_user(), str(self._bin / program), *words]
        done = subprocess.run(full, capture_output=True, text=True, timeout=120, check=False, cwd=self._folder)
        assert done.returncode == 0, f"{program}: {done.stderr}"

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_S
        words = [str(self._bin / "pg_isready"), "-q", "-h", str(self._folder), "-p", str(self._port)]
        while subprocess.run(words, timeout=30, check=False).returncode != 0:
            assert self._process is not None
            log = (self._folder / "log").read_text()
            assert self._process.poll() is None, f"PostgreSQL ended: {log}"
            assert time.monotonic() < deadline, f"PostgreSQL doesn't answer: {log}"
            time.sleep(0.05)


@contextmanager
def server(*, durable: bool = False) -> Iterator[Server]:
    """A running server while this is entered, in a new folder of /tmp (pytest's own are closed to other users)."""
    with tempfile.TemporaryDirectory(prefix="linekeeper-postgres-") as folder, reserved_ports(1) as ports:
        Path(folder).chmod(0o711)
        one = Server(Path(folder) / "server", port=ports.first, durable=durable)
        try:
            one.start()
            yield one
        finally:
            one.stop()


def _as_user() -> tuple[str, ...]:
    """The server refuses to run as root."""
    if os.geteuid() != 0:
        return ()
    return ("--reuid", "postgres", "--regid", "postgres", "--init-groups")
