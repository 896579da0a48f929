"""The demonstration's console: a real one on loopback, which the box joins, and what it shows of a contact.

Everything is done by the commands that a person would use. Must not look into the console's database.
"""

from __future__ import annotations

import importlib.util
import json
import secrets
import subprocess
import sys
import urllib.error
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from appliance.cli.demo.visitor import Visitor
from appliance.cli.softphone.ports import PortBlock
from appliance.cli.softphone.processes import Program, ProgramError, wait_until

BRANCH, PERSON, CHECKER = "demo", "demo", "demo-check"
_MAIN = "import sys; from appliance.cli.main import main; sys.exit(main(sys.argv[1:]))"
_COMMAND_S = 120.0


def is_installed() -> bool:
    """Whether the package has its extra `console`."""
    return importlib.util.find_spec("fastapi") is not None


class DemoConsole:
    """`url`: where people reach it; `password`: of the person `demo`, who may look at everything afterwards."""

    def __init__(self, folder: Path, ports: PortBlock) -> None:
        self._folder = folder / "console"
        self._listen, self._box_listen = (f"127.0.0.1:{ports.take()}" for _ in range(2))
        self._log = folder / "console.log"
        self.url = f"http://{self._listen}"
        self.password = secrets.token_urlsafe(12)
        self._program: Program | None = None
        self._visitor = Visitor(self.url)

    def __enter__(self) -> DemoConsole:
        self._folder.mkdir(parents=True)
        self._run("add-branch", BRANCH, "--name", "Demonstration")
        self._run("add-person", PERSON, "--password-stdin", words=self.password)
        checker = secrets.token_urlsafe(12)
        self._run("add-person", CHECKER, "--password-stdin", words=checker)
        self._program = Program([sys.executable, "-c", _MAIN, *self._serving()], log=self._log)
        self._program.wait_for_text("console ready", timeout_s=_COMMAND_S)
        self._visitor.sign_in(CHECKER, checker)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._program is not None:
            self._program.stop()

    @property
    def serving(self) -> bool:
        return self._program is not None and self._program.running

    @property
    def command(self) -> str:
        """With which a person looks at it again later."""
        return " ".join(["linekeeper", *self._serving()])

    def enrol(self, config: Path) -> dict[str, Any]:
        """The box joins: what `linekeeper enroll` says."""
        made = json.loads(self._run("code", BRANCH, "--json"))
        words = ["enroll", f"https://{self._box_listen}", "--fingerprint", made["fingerprint"]]
        said = _done([*words, "--config", str(config), "--json"], made["code"])
        joined: dict[str, Any] = json.loads(said)
        return joined

    def contact(self, contact: str, *, when: Callable[[dict[str, Any]], bool], timeout_s: float) -> dict[str, Any]:
        """What /api/v1 tells of it, once `when` is true. Raises ProgramError."""

        def shown() -> dict[str, Any] | None:
            found = self._visitor.document(f"/api/v1/contacts/{contact}")
            return found if found is not None and when(found) else None

        return wait_until(shown, timeout_s=timeout_s, what=f"contact {contact} on the console") or {}

    def address(self, contact: str) -> str:
        """Of the contact's page."""
        return f"{self.url}/contacts/{contact}"

    def shows(self, contact: str) -> bool:
        """Whether the page is there for who is signed in, and names the contact."""
        try:
            return contact in self._visitor.read(f"/contacts/{contact}")
        except urllib.error.HTTPError:
            return False

    def _serving(self) -> list[str]:
        where = ["--listen", self._listen, "--box-listen", self._box_listen]
        return ["console", *where, "--data-dir", str(self._folder)]

    def _run(self, name: str, *arguments: str, words: str = "") -> str:
        return _done(["console", name, *arguments, "--data-dir", str(self._folder)], words)


def _done(arguments: list[str], words: str) -> str:
    """Standard output of a command that gets `words` on standard input. Raises ProgramError."""
    done = subprocess.run(
        [sys.executable, "-c", _MAIN, *arguments],
        input=words + "\n",
        capture_output=True,
        text=True,
        timeout=_COMMAND_S,
        check=False,
    )
    if done.returncode != 0:
        raise ProgramError(f"linekeeper {arguments[0]} {arguments[1]}: {done.stderr.strip()}")
    return done.stdout
