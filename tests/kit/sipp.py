"""Run SIPp scenarios: files under `sipp_scenarios/` with `$name` places, rows injected per call, results parsed.

SIPp speaks SIP only here; RTP is `kit.media`'s, whose ports stand in the rows. Passwords travel in the rows file,
never in argv.
"""

from __future__ import annotations

import csv
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kit.processes import Program, ProgramError, wait_until

SCENARIOS = Path(__file__).with_name("sipp_scenarios")
DEFAULTS = {"codecs": "0 8 101", "status": "200", "ring_ms": "0", "digit": "1"}


class SippError(AssertionError):
    """Calls failed; the text carries what SIPp wrote about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SippResult:
    """Counts at the end. `refused` counts calls that ended on an unexpected message."""

    successful: int
    failed: int
    refused: int
    retransmissions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SipLine:
    """One message of the short trace; `at` is wall-clock seconds, `cseq` like "1 INVITE"."""

    at: float
    sent: bool
    call_id: str
    cseq: str
    first_line: str


class Sipp:
    """One running SIPp. `wait()` ends it normally, `stop()` at once."""

    def __init__(
        self,
        folder: Path,
        scenario: str,
        *,
        port: int,
        remote: str | None = None,
        address: str = "127.0.0.1",
        rows: Sequence[Sequence[object]] = (),
        calls: int | None = None,
        rate: float = 10.0,
        limit: int | None = None,
        pause_ms: int = 1000,
        transport: str = "udp",
        domain: str = "linekeeper",
        fill: Mapping[str, str] | None = None,
        keys: Mapping[str, str] | None = None,
        trace: Literal["all", "times", "none"] = "all",
        timeout_s: int = 120,
    ) -> None:
        """`remote` host:port (None: wait for calls).

        `rows` of a caller: user, password, dialled number, RTP port, one per call. Rows of one that waits for calls:
        user, RTP port, looked up by the user that is called. `calls` None runs until `stop()`, `limit` is the most
        at a time; `fill` replaces the scenario's `$name` places.
        """
        self.folder = folder
        self.name = f"{scenario}_{port}"  # SIPp takes a dash in a file name of a field for an offset
        folder.mkdir(parents=True, exist_ok=True)
        xml = folder / f"{self.name}.xml"
        source = (SCENARIOS / f"{scenario}.xml").read_text()
        rows_name = f"{self.name}.csv"
        places = {**DEFAULTS, **(fill or {})}
        xml.write_text(string.Template(source.replace("rows.csv", rows_name)).substitute(places))
        is_caller = remote is not None
        _write_rows(folder / rows_name, [_with_credentials(row) for row in rows] if is_caller else rows)
        argv = [
            "sipp",
            *([remote] if remote else []),
            "-sf",
            xml.name,
            "-i",
            address,
            "-mi",
            "127.0.0.1",
            "-p",
            str(port),
        ]
        argv += ["-t", "t1" if transport == "tcp" else "u1", "-nostdin", "-skip_rlimit", "-d", str(pause_ms)]
        argv += ["-r", f"{rate:g}", "-timer_resol", "1", "-bind_local", "-aa"]
        argv += ["-timeout", f"{timeout_s}s", "-timeout_error"]
        argv += [
            "-trace_stat",
            "-stf",
            f"{self.name}.stat",
            "-fd",
            "1",
            "-trace_err",
            "-error_file",
            f"{self.name}.err",
        ]
        if rows:
            argv += ["-inf", rows_name]
        if rows and not is_caller:
            argv += ["-infindex", rows_name, "0"]
        if calls is not None:
            argv += ["-m", str(calls)]
        if limit is not None:
            argv += ["-l", str(limit)]
        if trace == "all":
            argv += ["-trace_msg", "-message_file", f"{self.name}.msg"]
        if trace != "none":
            argv += ["-trace_shortmsg", "-shortmessage_file", f"{self.name}.short"]
        for name, value in {"domain": domain, "expires": "3600", **(keys or {})}.items():
            argv += ["-key", name, value]
        self._timeout_s = timeout_s
        self.program = Program(argv, log=folder / f"{self.name}.log", cwd=folder, env={"TERM": "dumb"})

    def wait(self, *, failures: int = 0) -> SippResult:
        """Until SIPp has made its calls. Raises SippError when more than `failures` of them failed."""
        status = self.program.wait(timeout_s=self._timeout_s + 10)
        result = self.result()
        if result.failed > failures or status not in (0, 1):
            raise SippError(f"{self.name}: exit {status}, {result}\n{self.errors()}")
        return result

    def stop(self) -> SippResult:
        """End a waiting SIPp; calls under way are dropped."""
        self.program.stop()
        return self.result()

    def wait_ready(self, *, timeout_s: float = 10.0) -> None:
        """Until SIPp serves: its statistics file exists only then."""
        stat = self.folder / f"{self.name}.stat"

        def ready() -> bool:
            if not self.program.running:
                raise ProgramError(f"{self.name} ended at start\n{self.errors()}")
            return stat.exists()

        wait_until(ready, timeout_s=timeout_s, what=f"{self.name} starts")

    def result(self) -> SippResult:
        """The last line of the statistics so far."""
        with (self.folder / f"{self.name}.stat").open(newline="") as lines:
            rows = list(csv.DictReader(lines, delimiter=";"))
        if not rows:
            raise ProgramError(f"{self.name} wrote no statistics\n{self.errors()}")
        last = rows[-1]
        return SippResult(
            successful=int(last["SuccessfulCall(C)"]),
            failed=int(last["FailedCall(C)"]),
            refused=int(last["FailedUnexpectedMessage(C)"]),
            retransmissions=int(last["Retransmissions(C)"]),
        )

    def errors(self) -> str:
        """What SIPp says went wrong, shortened."""
        file = self.folder / f"{self.name}.err"
        text = file.read_text(errors="replace")[-4000:] if file.exists() else ""
        return text or self.program.tail(15)

    def messages(self) -> str:
        """The full trace of SIP messages."""
        return (self.folder / f"{self.name}.msg").read_text(errors="replace")

    def timeline(self) -> list[SipLine]:
        """Every message sent and received so far, with microsecond times."""
        text = (self.folder / f"{self.name}.short").read_text(errors="replace")
        return [_sip_line(line) for line in text.splitlines() if line.count("\t") >= 6]


def register(
    folder: Path,
    accounts: Sequence[tuple[str, str]],
    *,
    registrar: str,
    port: int,
    domain: str = "linekeeper",
    expires_s: int = 3600,
    status: int = 200,
    contact_port: int | None = None,
) -> SippResult:
    """Register `accounts` (user, password) from `port`, with that very port in the Contact if no other is given."""
    rows = [(user, password, contact_port or port) for user, password in accounts]
    run = Sipp(
        folder / "register",
        "register",
        port=port,
        remote=registrar,
        rows=rows,
        calls=len(rows),
        rate=50,
        domain=domain,
        fill={"status": str(status)},
        keys={"expires": str(expires_s)},
        timeout_s=30,
    )
    return run.wait()


def _sip_line(line: str) -> SipLine:
    _, _, at, direction, call_id, cseq, first_line = line.split("\t", 6)
    return SipLine(
        at=float(at),
        sent=direction == "S",
        call_id=call_id,
        cseq=cseq.removeprefix("CSeq:").strip(),
        first_line=first_line,
    )


def _with_credentials(row: Sequence[object]) -> Sequence[object]:
    """SIPp takes injected credentials only as a whole keyword inside a field."""
    user, password, *rest = row
    return (user, f"[authentication username={user} password={password}]", *rest)


def _write_rows(path: Path, rows: Sequence[Sequence[object]]) -> None:
    lines = ["SEQUENTIAL", *(";".join(str(field) for field in row) + ";" for row in rows)]
    path.write_text("\n".join(lines) + "\n")
