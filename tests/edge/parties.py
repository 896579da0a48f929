"""SIPp as phones, trunks and contact processes: the scenarios under `sipp/`, each with `$places` to fill."""

from __future__ import annotations

import itertools
import re
import string
from pathlib import Path

from kit.processes import Program, ProgramError, wait_until

SCENARIOS = Path(__file__).with_name("sipp")
DEFAULTS = {
    "status": "200",
    "headers": "",
    "user": "100",
    "password": "",
    "dialled": "101",
    "expires": "300",
    "provisional": "180",
    "ringing": "180 Ringing",
    "referred": "202 Accepted",
    "contact": "[local_ip]:[local_port];transport=[transport]",
}
PATIENCE_S = 25
_LINE = re.compile(r"^-{40,}.*\n", re.MULTILINE)
_TITLE = re.compile(r"(?:UDP|TCP) message received.*\n\n([\s\S]*)")
_numbers = itertools.count(1)


class Party:
    """One running SIPp and what it saw."""

    def __init__(self, program: Program, folder: Path, address: str, port: int) -> None:
        self.program = program
        self.folder = folder
        self.address = address
        self.port = port

    def done(self) -> Party:
        """Until the scenario has run; the test fails where a message was not the expected one."""
        status = self.program.wait(timeout_s=PATIENCE_S + 5)
        if status != 0:
            raise ProgramError(f"{self.folder.name} failed ({status})\n{self.errors()}\n{self.messages()[-4000:]}")
        return self

    def failed(self) -> Party:
        """Until the scenario has ended on a message it did not expect."""
        if self.program.wait(timeout_s=PATIENCE_S + 5) == 0:
            raise ProgramError(f"{self.folder.name} should have failed\n{self.messages()[-4000:]}")
        return self

    def stop(self) -> None:
        self.program.stop()

    def kill(self) -> None:
        self.program.kill_group()

    def messages(self) -> str:
        """Every message sent and received so far, headers as they were on the wire."""
        file = self.folder / "messages"
        return file.read_text(errors="replace") if file.exists() else ""

    def saw(self, text: str) -> None:
        """Until `text` stands in the messages."""
        wait_until(
            lambda: text in self.messages(), timeout_s=PATIENCE_S, what=f"{text!r} in the messages of {self.folder}"
        )

    def received(self, start: str) -> list[str]:
        """The messages that came in so far and start with `start` (a method, or "SIP/2.0 200")."""
        parts = (_TITLE.match(part) for part in _LINE.split(self.messages()))
        return [found[1] for found in parts if found and found[1].startswith(start)]

    def errors(self) -> str:
        file = self.folder / "errors"
        return file.read_text(errors="replace")[-3000:] if file.exists() else self.program.tail(15)


class Parties:
    """Starts SIPp in numbered folders, and stops what is left at the end of the test."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[Party] = []

    def start(
        self,
        scenario: str,
        *,
        port: int,
        to: str | None = None,
        address: str = "127.0.0.1",
        transport: str = "udp",
        calls: int = 1,
        pause_ms: int = 200,
        **places: str,
    ) -> Party:
        """`to` host:port makes a caller; without it the party waits for calls, and is ready when this returns."""
        folder = self._folder / f"{next(_numbers):03}-{scenario}"
        folder.mkdir(parents=True)
        template = string.Template((SCENARIOS / f"{scenario}.xml").read_text())
        (folder / "scenario.xml").write_text(template.substitute(DEFAULTS | places))
        argv = ["sipp", *([to] if to else []), "-sf", "scenario.xml", "-i", address, "-p", str(port), "-bind_local"]
        argv += ["-t", "t1" if transport == "tcp" else "u1", "-m", str(calls), "-l", "1", "-d", str(pause_ms)]
        argv += ["-nostdin", "-skip_rlimit", "-timer_resol", "1", "-timeout", f"{PATIENCE_S}s", "-timeout_error"]
        argv += ["-trace_msg", "-message_file", "messages", "-trace_err", "-error_file", "errors"]
        argv += ["-trace_stat", "-stf", "stat", "-fd", "1"]
        if password := places.get("password"):
            argv += ["-au", places.get("user", DEFAULTS["user"]), "-ap", password]
        party = Party(Program(argv, log=folder / "log", cwd=folder, env={"TERM": "dumb"}), folder, address, port)
        self._started.append(party)
        if to is None:
            self._wait_ready(party)
        return party

    def stop(self) -> None:
        for party in self._started:
            party.stop()

    @staticmethod
    def _wait_ready(party: Party) -> None:
        def ready() -> bool:
            if not party.program.running:
                raise ProgramError(f"{party.folder.name} ended at start\n{party.errors()}")
            return (party.folder / "stat").exists()

        wait_until(ready, timeout_s=10, what=f"{party.folder.name} listens")
