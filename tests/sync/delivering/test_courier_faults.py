"""Everything goes wrong in any order; afterwards box and console agree exactly.

The courier with its real files against a model console: requests and answers are lost, doubled, delayed and overtaken,
the sync service is killed between any two steps, its disk fills up, the switchboard is away, the clock jumps, the box
is booted, the console is restored from a copy.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sync.model_console import ModelConsole

from appliance.cloud.delivery import Conflict
from appliance.cloud.noted import METRICS
from appliance.cloud.reconciling import OUTAGE, RECONCILED, Verdict
from appliance.cloud.recordings import RECORDING
from appliance.errors import StoreError
from appliance.stamps import Stamp
from appliance.store.connection import Connection
from appliance.store.contact_records import CONTACT_RECORD
from appliance.store.outbox import Outbox
from appliance.sync.delivering.actions import (
    Action,
    AskPosition,
    Disagreed,
    Done,
    Heard,
    Hindered,
    Judged,
    Note,
    Outcome,
    SendBatch,
    SendStatement,
    TellOutbox,
    Unreached,
)
from appliance.sync.delivering.chain_store import ChainStore
from appliance.sync.delivering.courier import Courier
from appliance.sync.delivering.outage_store import OutageStore
from appliance.sync.state.state_thread import open_state

BOX = "box-1"
OUTAGE_S = 60.0
FEW = 8  # events in a courier's first request: batches are sent in parts
EXCHANGES = ("works", "works", "works", "request lost", "answer lost", "doubled", "delayed", "killed", "bad")
TROUBLES = (
    "killed",
    "rebooted",
    "the_switchboard_comes_or_goes",
    "the_disk_fills_up",
    "the_disk_has_room_again",
    "the_console_is_copied",
    "metrics_are_thinned",
    "the_clock_goes_back",
    "the_clock_is_set",
)
LOST = Unreached(why="the line was cut")


class Faults(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="lk-faults-"))
        self.mono_s, self.wall_s, self.boots = 1000.0, 1_795_000_000.0, 1
        self.outbox = Outbox(Connection.memory(), self.now)
        self.console = ModelConsole(BOX)
        self.written: dict[int, tuple[str, object]] = {}  # by outbox row
        self.thinned: set[int] = set()
        self.copies: list[list[bytes]] = []
        self.on_their_way: list[SendBatch] = []
        self.outages_begun = 0
        self.switchboard = True
        self.full = False
        self.contacts = 0

    @initialize()
    def boot(self) -> None:
        self.state = open_state(self.folder / "sync.db")
        self.begin()

    def teardown(self) -> None:
        try:
            if hasattr(self, "state"):
                self.everything_heals()
                self.state.close()
        finally:
            shutil.rmtree(self.folder)

    # ── the box ──────────────────────────────────────────────────────────────────────────────────────────────────

    def now(self) -> Stamp:
        return Stamp(boot=f"boot-{self.boots}", mono_s=self.mono_s, wall_s=self.wall_s, synced=True)

    def begin(self) -> None:
        """The sync service starts; on a full disk it can't, and is started again until it can."""
        self.courier: Courier | None = None
        with contextlib.suppress(StoreError):
            self.courier = Courier(
                chain_store=ChainStore(self.state, BOX),
                outages=OutageStore(self.state),
                feed=self.outbox,
                chance=lambda: 0.0,
                outage_s=OUTAGE_S,
            )
            self.courier.sizing.events = FEW

    def add(self, kind: str, content: dict[str, Any]) -> int:
        seq = self.outbox.add(kind, content)
        self.written[seq] = (kind, msgspec.json.decode(msgspec.json.encode(content)))
        return seq

    # ── faults and work ──────────────────────────────────────────────────────────────────────────────────────────

    @rule(count=st.integers(1, 30))
    def contacts_end(self, count: int) -> None:
        for _ in range(count):
            self.contacts += 1
            self.add(CONTACT_RECORD, {"ContactId": f"contact-{self.contacts}", "Text": "x" * (self.contacts % 50)})

    @rule()
    def a_recording_is_sealed_and_uploaded(self) -> None:
        self.contacts += 1
        recording = f"recording-{self.contacts}"
        self.add(RECORDING, {"recording": recording, "contact": f"contact-{self.contacts}"})
        self.console.uploaded.add(recording)

    @rule(count=st.integers(1, 10))
    def metrics_are_noted(self, count: int) -> None:
        for _ in range(count):
            self.add(METRICS, {"at": self.wall_s})
            self.pass_time(60.0)

    @rule(what=st.sampled_from(TROUBLES))
    def trouble(self, what: str) -> None:
        getattr(self, what)()

    def the_clock_goes_back(self) -> None:
        self.the_clock_jumps(-86_400.0)

    def the_clock_is_set(self) -> None:
        self.the_clock_jumps(7200.0)

    def metrics_are_thinned(self) -> None:
        before = {row.seq for row in self.outbox.pending(limit=100_000)}
        self.outbox.thin(METRICS, before_wall_s=self.wall_s, every_s=600)
        self.thinned |= before - {row.seq for row in self.outbox.pending(limit=100_000)}

    @rule(seconds=st.sampled_from([0.5, 4.0, 40.0, 100.0, 700.0]))
    def pass_time(self, seconds: float) -> None:
        self.mono_s += seconds
        self.wall_s += seconds

    def the_clock_jumps(self, seconds: float) -> None:
        self.wall_s += seconds

    def killed(self) -> None:
        self.begin()

    def rebooted(self) -> None:
        self.boots += 1
        self.mono_s = 20.0
        self.begin()

    def the_switchboard_comes_or_goes(self) -> None:
        self.switchboard = not self.switchboard

    def the_disk_fills_up(self) -> None:
        self.full = True
        pages = int(self.state.value("PRAGMA page_count"))
        self.state.value(f"PRAGMA max_page_count = {pages}")

    def the_disk_has_room_again(self) -> None:
        self.full = False
        self.state.value("PRAGMA max_page_count = 1000000")

    def the_console_is_copied(self) -> None:
        self.copies.append(list(self.console.events))

    @rule(data=st.data())
    def the_console_is_restored(self, data: st.DataObject) -> None:
        """From a copy of this very history (it was never another one), or from nothing."""
        self.console.events = list(data.draw(st.sampled_from([[], *self.copies])))

    @rule(exchanges=st.lists(st.sampled_from(EXCHANGES), min_size=1, max_size=10))
    def exchanges_go(self, exchanges: list[str]) -> None:
        for what in exchanges:
            self.step(what)

    @precondition(lambda self: self.on_their_way)
    @rule(data=st.data())
    def a_late_batch_arrives(self, data: st.DataObject) -> None:
        """Behind others that were sent after it; nobody waits for its answer any more."""
        late = data.draw(st.sampled_from(range(len(self.on_their_way))))
        batch = self.on_their_way.pop(late)
        self.console.take(batch.after, batch.events)

    # ── one action ───────────────────────────────────────────────────────────────────────────────────────────────

    def step(self, what: str) -> bool:
        """What is due at the switchboard, up to one exchange with the console, which goes as `what` says. Whether there
        was anything to do."""
        did = False
        for _ in range(4):
            action = self.once(what)
            did = did or action is not None
            if action is None or not isinstance(action, TellOutbox | Note):
                break
        return did

    def once(self, what: str) -> Action | None:
        self.pass_time(1.0)
        if self.courier is None:
            self.begin()
        if self.courier is None:
            return None
        try:
            action = self.courier.next(self.now())
            if action is None:
                return None
            outcome = self.outcome(action, what)
            if what == "killed":
                self.begin()
            else:
                self.courier.handle(action, outcome, self.now())
        except StoreError:
            assert self.full
            return None
        return action

    def outcome(self, action: Action, what: str) -> Outcome:
        if isinstance(action, TellOutbox | Note):
            return self.local(action, what)
        if what == "delayed" and isinstance(action, SendBatch):
            self.on_their_way.append(action)
        if what in {"request lost", "delayed"}:
            return LOST
        if what == "bad":
            return Unreached(why="503", retry_s=5.0, answered=True)
        answer = self.remote(action)
        if what == "doubled":
            answer = self.remote(action)
        return LOST if what == "answer lost" else answer

    def local(self, action: TellOutbox | Note, what: str) -> Outcome:
        if not self.switchboard:
            return Hindered(why="nobody listens")
        if isinstance(action, Note):
            done = Done(seq=self.add(action.kind, dict(action.content)))
        else:
            self.outbox.acknowledge(action.seq)
            done = Done()
        return Hindered(why="it went away") if what == "bad" else done

    def remote(self, action: Action) -> Outcome:
        match action:
            case SendBatch():
                answer = self.console.take(action.after, action.events)
                return (
                    Disagreed(conflict=answer) if isinstance(answer, Conflict) else Heard(position=answer.acknowledged)
                )
            case AskPosition():
                return Heard(position=self.console.position)
            case SendStatement():
                return Judged(verdict=self.console.judge(action.statement))
        raise AssertionError(action)

    # ── what must hold ───────────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def nothing_has_stopped(self) -> None:
        if getattr(self, "courier", None) is not None:
            assert self.courier is not None
            assert self.courier.chain.halted == ""

    @invariant()
    def nothing_is_lost(self) -> None:
        """What the console doesn't have waits in the outbox or is sealed."""
        if not hasattr(self, "state"):
            return
        waiting = {row.seq for row in self.outbox.pending(limit=100_000)}
        sealed = int(self.state.value("SELECT ifnull(max(outbox), 0) FROM batches"))
        gone = set(self.written) - waiting - self.thinned
        assert all(seq <= sealed for seq in gone)

    def everything_heals(self) -> None:
        self.the_disk_has_room_again()
        self.switchboard = True
        for batch in self.on_their_way:
            self.console.take(batch.after, batch.events)
        self.begin()
        idle = 0
        for _ in range(5000):
            idle = 0 if self.step("works") else idle + 1
            self.pass_time(5.0)
            if idle > 3 and self.outbox.depth() == 0 and self.is_reconciled():
                break
        else:
            raise AssertionError(f"never came to rest: {self.outbox.depth()} rows wait")
        self.both_agree()

    def is_reconciled(self) -> bool:
        return not OutageStore(self.state).open()

    def both_agree(self) -> None:
        assert self.courier is not None
        assert self.courier.chain.position == self.console.position
        said = [(event.kind, msgspec.json.decode(event.data)) for event in self.console.decoded()]
        wanted = [(kind, content) for seq, (kind, content) in sorted(self.written.items()) if seq not in self.thinned]
        thinned = [self.written[seq] for seq in sorted(self.thinned)]  # some had been sealed before
        assert [one for one in said if one not in thinned] == [one for one in wanted if one not in thinned]
        assert self._is_within(wanted, said)
        verdicts = [msgspec.convert(content, type=Verdict) for kind, content in said if kind == RECONCILED]
        latest = {verdict.outage: verdict for verdict in verdicts}  # a console restored just then had disagreed before
        assert all(verdict.agrees for verdict in latest.values())
        ended = {content["outage"] for kind, content in said if kind == OUTAGE}
        assert ended == set(latest)

    @staticmethod
    def _is_within(part: list[Any], whole: list[Any]) -> bool:
        rest = iter(whole)
        return all(any(one == other for other in rest) for one in part)


TestFaults = Faults.TestCase
TestFaults.settings = settings(max_examples=60, stateful_step_count=40)
