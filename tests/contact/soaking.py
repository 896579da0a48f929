"""Many contacts one after the other through each slot of a stage, SIPp as the caller, and what they leave behind."""

from __future__ import annotations

import shutil
import string
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from contact.stage import Stage
from kit.proc import threads
from kit.processes import Program, wait_until

from appliance.ids import ContactId

SCENARIO = Path(__file__).with_name("sipp") / "short_caller.xml"
PAUSE_MS = 200  # a process is free 0.1 s after its last leg is down


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One process at one time. Sizes in kB (/proc/PID/smaps_rollup); `sounds` are open WAV files, `files` the rest."""

    pid: int
    rss_kb: int
    pss_kb: int
    private_kb: int
    files: int
    sounds: int
    threads: int


def figures(pid: int) -> Figures:
    """What the kernel says of a process now."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in rollup if line.endswith("kB")}
    links = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()]
    sounds = sum(link.endswith(".wav") for link in links)
    return Figures(
        pid=pid,
        rss_kb=sizes["Rss"],
        pss_kb=sizes["Pss"],
        private_kb=sizes["Private_Clean"] + sizes["Private_Dirty"],
        files=len(links) - sounds,
        sounds=sounds,
        threads=threads(pid),
    )


class Sweeper:
    """Takes the files of finished contacts away, as the switchboard does once they are stored. A context manager."""

    def __init__(self, stage: Stage) -> None:
        self.swept = 0
        self._stage = stage
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(10)

    def _run(self) -> None:
        while not self._stopping.wait(0.2):
            released: list[ContactId] = self._stage.switchboard.released
            while self.swept < len(released):
                shutil.rmtree(self._stage.spool / released[self.swept])
                self.swept += 1


class Callers:
    """One SIPp per slot, each making one call after the other."""

    def __init__(self, stage: Stage, folder: Path, *, dialled: str, media_port: int, ports: int) -> None:
        self._stage = stage
        self._folder = folder
        self._places = {"dialled": dialled, "media": str(media_port), "pause_ms": str(PAUSE_MS)}
        self._ports = ports
        self._rounds = 0

    def make(self, calls: int, *, timeout_s: float) -> None:
        """`calls` contacts in all, shared out over the slots. Raises AssertionError where one of them failed."""
        self._rounds += 1
        each = calls // self._stage.capacity
        before = len(self._stage.switchboard.released)
        programs = [self._start(slot, each, timeout_s) for slot in range(self._stage.capacity)]
        for program in programs:
            status = program.wait(timeout_s=timeout_s + 5)
            assert status == 0, f"SIPp ended with {status}: {program.tail(20)}"
        wait_until(
            lambda: len(self._stage.switchboard.released) >= before + each * self._stage.capacity,
            timeout_s=10,
            what=f"{each * self._stage.capacity} contacts are released",
        )

    def _start(self, slot: int, calls: int, timeout_s: float) -> Program:
        folder = self._folder / f"{self._rounds}-{slot}"
        folder.mkdir(parents=True)
        xml = string.Template(SCENARIO.read_text()).substitute(self._places)
        (folder / "scenario.xml").write_text(xml)
        argv = ["sipp", f"127.0.0.1:{self._stage.sip_port + slot}", "-sf", "scenario.xml", "-i", "127.0.0.1"]
        argv += ["-p", str(self._ports + slot), "-bind_local", "-nostdin", "-skip_rlimit", "-m", str(calls)]
        argv += ["-l", "1", "-r", "100", "-timeout", f"{timeout_s:.0f}s", "-timeout_error", "-trace_err"]
        argv += ["-error_file", "errors"]
        return Program(argv, log=folder / "log", cwd=folder, env={"TERM": "dumb"})
