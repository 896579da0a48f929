"""A console in a process of its own, perhaps behind a bad link, and a box's way to join it.

    with FarConsole(folder, address=link.CONSOLE, prefix=link.console) as console:
        console.enrol("seoul", data, prefix=link.box)

It may be killed and started again; what it stores is read from its database.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from kit.console import add_branch, console, sqlite_with_tables
from kit.guest import patience
from kit.processes import Program, wait_until

from appliance.console.authority import codes
from appliance.console.context import Console
from appliance.console.database.tables import Branch

_MAIN = "import sys; from appliance.cli.main import main; sys.exit(main(sys.argv[1:]))"
_ENROL = """
import asyncio, sys
from pathlib import Path
from appliance.sync.identity import enrolling
from appliance.sync.identity.machine import machine_id
url, code, data = sys.argv[1:]
async def run():
    authority = await enrolling.ask_authority(url)
    joining = enrolling.Joining(code=code, name="box", machine=machine_id(), version="1.0", box="")
    await enrolling.enrol(Path(data), url=url, authority=authority, joining=joining)
asyncio.run(run())
"""


class FarConsole:
    """`url`: where boxes reach it. database: "" for SQLite in its folder."""

    def __init__(
        self,
        folder: Path,
        *,
        address: str = "127.0.0.1",
        prefix: Sequence[str] = (),
        ports: tuple[int, int] = (8080, 8443),
        database: str = "",
        processes: int = 1,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.database = database or sqlite_with_tables(folder / "console.db")
        self._people, boxes = ports
        self._prefix, self._address, self._processes = tuple(prefix), address, processes
        self._boxes = boxes
        self.url = f"https://{address}:{boxes}"
        self.program: Program | None = None

    def __enter__(self) -> FarConsole:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.program is not None:
            self.program.stop(timeout_s=patience(30))

    def start(self) -> None:
        """Until it says where it is."""
        log = self.folder / "console.log"
        said = len(log.read_text()) if log.exists() else 0
        words = (
            *("console", "--json", "--listen", f"{self._address}:{self._people}"),
            *("--box-listen", f"{self._address}:{self._boxes}", "--data-dir", str(self.folder), "--box-url", self.url),
            *("--processes", str(self._processes), "--log-level", "warning"),
        )
        env = {"LINEKEEPER_CONSOLE_DATABASE": self.database}
        self.program = program = Program((*self._prefix, sys.executable, "-c", _MAIN, *words), log=log, env=env)

        def ready() -> bool:
            assert program.running, program.tail(40)
            return '"boxes"' in program.text()[said:]

        wait_until(ready, timeout_s=patience(60), what=f"the console serves; {log}")

    def kill(self) -> None:
        """SIGKILL, as a power cut."""
        assert self.program is not None
        self.program.kill_group()

    def enrol(self, branch: str, data: Path, *, prefix: Sequence[str] = ()) -> None:
        """A box of that branch whose identity lies under `data`; `prefix`: where the box is."""

        async def work(one: Console) -> str:
            async with one.database.reading() as session:
                there = await session.get(Branch, branch)
            if there is None:
                await add_branch(one, branch)
            async with one.database.writing() as session:
                return await codes.make_code(session, branch=branch, made_by="person:test", now_s=time.time())

        code = self.ask(work)
        words = (*prefix, sys.executable, "-c", _ENROL, self.url, code, str(data))
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=patience(60))
        assert done.returncode == 0, done.stderr

    def ask(self, work: Callable[[Console], Any]) -> Any:
        """Run `work` (a coroutine function) beside it on its database."""

        async def run() -> Any:
            async with console(self.database, self.folder) as one:
                return await work(one)

        return asyncio.run(run())
