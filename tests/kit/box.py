"""A whole box on free loopback ports, run by the real command `linekeeper up`, and what tests ask of it.

Everything goes through public doors: the TOML file, the local API, SIP. Killing and inspecting processes is done by
process id. Data lies in the test's folder, sockets in a short one of their own (a Unix path holds 107 characters).
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from kit import flows, proc
from kit.api import Api, ApiError
from kit.audio import write_tone
from kit.ports import PortBlock, reserve_ports
from kit.processes import Program, wait_until

RTP_PER_SLOT = 16
PASSWORD = "test-pass-1"
TRUNK_ADDRESS = "127.0.0.2"  # phones come from 127.0.0.1; a static trunk is known by its address only
Json = dict[str, Any]
BoxSettings = dict[str, Any]  # what `RunningBox` is made with

_CONFIG = """\
[box]
name = "test"
region = "US"
data_dir = "{data}"
run_dir = "{run}"

[edge]
address = "127.0.0.1"
port = {port}
internal_port = {internal}
flood_requests = 100000

[contacts]
capacity = {capacity}
sip_port = {sip}
rtp_port = {rtp}
recycle_after = {recycle_after}

[recording]
internal = {internal_recording}
outbound = true
reserve_mb = {reserve_mb}

[[numbers]]
number = "+12125550100"
flow = "straight"

[[numbers]]
number = "600"
flow = "straight"

[[numbers]]
number = "601"
flow = "menu"
"""


class RunningBox:
    """One box. A context manager: it serves inside, and nothing of it is left afterwards."""

    def __init__(
        self,
        folder: Path,
        *,
        capacity: int = 4,
        reserve_mb: int = 0,
        record_internal: bool = True,
        recycle_after: int = 200,
        extra: str = "",
    ) -> None:
        """`extra`: more TOML, e.g. `[[trunks]]`. Numbers: 600 and +12125550100 → `straight`, 601 → `menu`."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.data = folder / "data"
        self.run = Path(tempfile.mkdtemp(prefix="lk-"))
        self.ports: PortBlock = reserve_ports(10 + capacity * (1 + RTP_PER_SLOT))
        self.port = self.ports.take()
        self.config = folder / "linekeeper.toml"
        places = {
            "data": self.data,
            "run": self.run,
            "port": self.port,
            "internal": self.ports.take(),
            "sip": self.ports.take(capacity),
            "rtp": self.ports.take_even(capacity * RTP_PER_SLOT),
            "capacity": capacity,
            "recycle_after": recycle_after,
            "reserve_mb": reserve_mb,
            "internal_recording": "true" if record_internal else "false",
        }
        self.config.write_text(_CONFIG.format(**places) + extra)
        self.api = Api(self.run / "api.sock")
        self.program: Program | None = None
        self._make_prompts()

    def __enter__(self) -> RunningBox:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ── life ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def address(self) -> str:
        """Where phones register: host:port."""
        return f"127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """Everything the box's processes said."""
        return self.folder / "box.log"

    def start(self) -> None:
        """`linekeeper up`, until calls can come in."""
        argv = [str(Path(sys.executable).with_name("linekeeper")), "up", "--config", str(self.config)]
        said = len(self.log.read_text(errors="replace")) if self.log.exists() else 0
        self.program = Program(argv, log=self.log, cwd=self.folder)
        program = self.program

        def ready() -> bool:
            if not program.running:
                raise AssertionError(f"the box did not start:\n{program.tail(40)}")
            return "ready: phones reach" in program.text()[said:]

        wait_until(ready, timeout_s=40, what=f"the box is ready; {self.log}")
        wait_until(self._all_free, timeout_s=10, what=f"every contact process is free; {self.log}")

    def _all_free(self) -> bool:
        processes = self.api.call("status")["processes"]
        return bool(processes["free"] == processes["capacity"])

    def stop(self) -> None:
        """SIGTERM to the supervisor, as Ctrl-C; the data stays."""
        if self.program is not None:
            self.program.stop(timeout_s=30)

    def close(self) -> None:
        """Stop, and give ports and sockets back."""
        self.stop()
        self.ports.release()
        shutil.rmtree(self.run, ignore_errors=True)

    # ── processes ────────────────────────────────────────────────────────────────────────────────────────────────

    def members(self) -> list[proc.Member]:
        """Every process of the box, the supervisor included."""
        return proc.tree(self.program.pid) if self.program is not None else []

    def pid_of(self, what: str) -> int:
        """The process whose command line holds `what`, the topmost one: `appliance.switchboard`, `kamailio` …"""
        found = [member for member in self.members() if what in member.command]
        own = {member.pid for member in found}
        return next(member.pid for member in found if member.parent not in own)

    def contact_pid(self, contact: str) -> int:
        """The process that holds a contact, by the folder it writes its journal to."""
        for member in self.members():
            folder = Path(f"/proc/{member.pid}/fd")
            if any(contact in str(entry.readlink()) for entry in folder.iterdir() if entry.is_symlink()):
                return member.pid
        raise AssertionError(f"no process of the box has a file of contact {contact} open")

    def kill_everything(self) -> None:
        """SIGKILL to every process at once: a power cut."""
        pids = [member.pid for member in self.members()]
        proc.kill_all(pids)
        wait_until(lambda: all(proc.gone(pid) for pid in pids), timeout_s=10, what="all processes are gone")
        if self.program is not None:
            self.program.kill_group()

    # ── set-up through the API ───────────────────────────────────────────────────────────────────────────────────

    def add_extension(self, extension: str, *, password: str = PASSWORD, name: str = "") -> None:
        self.api.call("extension.add", extension=extension, name=name, password=password)

    def add_agent(self, agent: str, extension: str, *queues: str, available: bool = True) -> None:
        """An extension with an agent on it, who is Available if so wanted."""
        self.add_extension(extension, name=agent)
        self.api.call("agent.add", agent=agent, extension=extension, queues=list(queues))
        if available:
            self.set_status(agent, "Available")

    def set_status(self, agent: str, status: str) -> None:
        self.api.call("agent.status", agent=agent, status=status)

    def install_flows(self, queue: str = "sales", **queue_args: Any) -> None:
        """Queue `queue` with a tone for waiting, and both entry flows."""
        self.api.call("flow.install", name="waiting", document=flows.waiting())
        settings = {"ring_timeout_s": 20.0, "wrap_up_s": 1.0, "max_contacts": 1000, **queue_args}
        self.api.call("queue.add", queue=queue, flow="waiting", **settings)
        self.api.call("flow.install", name="straight", document=flows.straight(queue))
        self.api.call("flow.install", name="menu", document=flows.menu(queue))

    # ── what happened ────────────────────────────────────────────────────────────────────────────────────────────

    def contacts(self, *, open_only: bool | None = None) -> list[Json]:
        """Contacts, newest first."""
        rows: list[Json] = self.api.call("contact.list", limit=1000, open=open_only)
        return rows

    def show(self, contact: str) -> Json:
        """`contact`, `record` (None until closed) and `events`."""
        shown: Json = self.api.call("contact.show", contact=contact)
        return shown

    def events(self, contact: str, kind: str | None = None) -> list[Json]:
        """The events so far, or those of one type."""
        events: list[Json] = self.show(contact)["events"]
        return [event for event in events if kind is None or event["type"] == kind]

    def wait_contact(self, wanted: Callable[[Json], bool], *, timeout_s: float = 10.0, what: str = "a contact") -> Json:
        """The first contact row (newest first) that fits. Waits through a restart of the switchboard."""

        def found() -> Json | None:
            try:
                return next((row for row in self.contacts() if wanted(row)), None)
            except (OSError, ApiError):
                return None

        row = wait_until(found, timeout_s=timeout_s, what=f"{what}; {self.log}")
        assert row is not None
        return row

    def wait_event(self, contact: str, kind: str, *, timeout_s: float = 10.0, **fields: object) -> Json:
        """The first event of that type with these fields."""

        def found() -> Json | None:
            try:
                events = self.events(contact, kind)
            except (OSError, ApiError):
                return None
            return next((e for e in events if fields.items() <= e.items()), None)

        event = wait_until(found, timeout_s=timeout_s, what=f"event {kind} {fields} of {contact}; {self.log}")
        assert event is not None
        return event

    def wait_closed(self, contact: str, *, timeout_s: float = 20.0) -> Json:
        """The contact record, built when the contact has closed."""
        self.wait_event(contact, "ContactClosed", timeout_s=timeout_s)
        record: Json | None = wait_until(
            lambda: self.show(contact)["record"], timeout_s=timeout_s, what=f"the record of {contact}; {self.log}"
        )
        assert record is not None
        return record

    def agents(self) -> Mapping[str, Json]:
        """Agent rows by name."""
        rows: list[Json] = self.api.call("agent.list")
        return {str(row["agent"]): row for row in rows}

    def recordings(self, contact: str | None = None) -> list[Json]:
        """Finished recordings, of one contact or all; `file` is where the sound is."""
        rows: list[Json] = self.api.call("recording.list", limit=1000)
        return [
            {**row, "file": Path(row["path"])}
            for row in rows
            if row["state"] == "finished" and contact in (None, row["contact"])
        ]

    def wait_recording(self, contact: str, *, timeout_s: float = 20.0) -> Json:
        """The contact's first recording, once its stereo file is finished."""
        found = wait_until(
            lambda: self.recordings(contact), timeout_s=timeout_s, what=f"a recording of {contact}; {self.log}"
        )
        return found[0]

    def be_quiet(self, *, timeout_s: float = 20.0) -> None:
        """Send every agent home and wait until no contact is under way: the box as the next test wants it."""
        for agent in self.agents():
            self.set_status(agent, "Offline")
        wait_until(lambda: not self.contacts(open_only=True), timeout_s=timeout_s, what=f"no open contact; {self.log}")

    def _make_prompts(self) -> None:
        prompts = self.data / "prompts"
        prompts.mkdir(parents=True, exist_ok=True)
        for name, frequency_hz in flows.TONES_HZ.items():
            write_tone(prompts / f"{name}.wav", frequency_hz=frequency_hz, duration_s=flows.TONE_S[name])
