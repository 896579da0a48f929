"""What the courier does about single answers; everything at once is in test_courier_faults."""

from __future__ import annotations

import pytest
from sync.clocks import Clock
from sync.model_console import ModelConsole

from appliance.cloud.chain import Position
from appliance.cloud.delivery import Conflict, Disagreement
from appliance.cloud.noted import HEALTH
from appliance.cloud.reconciling import OUTAGE, RECONCILED
from appliance.cloud.recordings import RECORDING
from appliance.errors import StoreError
from appliance.store.connection import Connection
from appliance.store.contact_records import CONTACT_RECORD
from appliance.store.failures import StoreFullError
from appliance.store.outbox import Outbox
from appliance.sync.delivering import courier as module
from appliance.sync.delivering.actions import (
    Action,
    AskPosition,
    Disagreed,
    Done,
    Heard,
    Hindered,
    Judged,
    Note,
    SendBatch,
    SendStatement,
    TellOutbox,
    Unreached,
)
from appliance.sync.delivering.chain_store import ChainStore
from appliance.sync.delivering.courier import Courier
from appliance.sync.delivering.link import LinkMemory
from appliance.sync.delivering.outage_store import OutageStore, Reconciliation

CUT = Unreached(why="the line was cut")


class Box:
    """A courier with its files, an outbox and a console that can be asked."""

    def __init__(self, state: Connection, now: Clock) -> None:
        self.state, self.now = state, now
        self.outbox = Outbox(Connection.memory(), now)
        self.console = ModelConsole("box-1")
        self.begin()

    def begin(self) -> None:
        self.courier = Courier(
            chain_store=ChainStore(self.state, "box-1"),
            outages=OutageStore(self.state),
            feed=self.outbox,
            chance=lambda: 1.0,
            outage_s=60.0,
        )

    def next(self) -> Action | None:
        return self.courier.next(self.now())

    def handle(self, action: Action, outcome: Heard | Disagreed | Judged | Unreached | Done | Hindered) -> None:
        self.courier.handle(action, outcome, self.now())

    def do(self, action: Action) -> None:
        """As it should go."""
        match action:
            case SendBatch(after=after, events=events):
                answer = self.console.take(after, events)
                assert not isinstance(answer, Conflict)
                self.handle(action, Heard(position=answer.acknowledged))
            case AskPosition():
                self.handle(action, Heard(position=self.console.position))
            case SendStatement(statement=statement):
                self.handle(action, Judged(verdict=self.console.judge(statement)))
            case Note(kind=kind, content=content):
                self.handle(action, Done(seq=self.outbox.add(kind, content)))
            case TellOutbox(seq=seq):
                self.outbox.acknowledge(seq)
                self.handle(action, Done())

    def work(self) -> list[Action]:
        """Everything that is due, all of it going well."""
        done: list[Action] = []
        while (action := self.next()) is not None:
            self.do(action)
            done.append(action)
            assert len(done) < 1000
        return done

    def batch(self) -> SendBatch:
        self.work_locally()
        action = self.next()
        assert isinstance(action, SendBatch)
        return action

    def work_locally(self) -> None:
        while isinstance(action := self.next(), TellOutbox | Note):
            self.do(action)


@pytest.fixture
def box(state: Connection, now: Clock) -> Box:
    return Box(state, now)


def test_courier_when_nothing_waits_then_it_asks_whether_the_console_is_there_and_rests(box: Box, now: Clock) -> None:
    assert [type(action) for action in box.work()] == [TellOutbox, AskPosition]
    now.pass_time(module.CHECK_S - 1)
    assert box.work() == []
    now.pass_time(2)
    assert [type(action) for action in box.work()] == [AskPosition]


def test_courier_when_rows_were_acknowledged_then_the_outbox_forgets_them_a_little_later(box: Box, now: Clock) -> None:
    box.work()
    box.outbox.add(HEALTH, {})
    assert [type(action) for action in box.work()] == [SendBatch]
    assert box.outbox.depth() == 1
    now.pass_time(module.TELL_S)
    assert [type(action) for action in box.work()] == [TellOutbox]
    assert box.outbox.depth() == 0


def test_courier_when_the_line_is_cut_then_it_waits_and_sends_less(box: Box, now: Clock) -> None:
    for _ in range(600):
        box.outbox.add(HEALTH, {})
    first = box.batch()
    assert len(first.events) == 250
    box.handle(first, CUT)
    assert box.next() is None
    assert box.courier.retry_at == now.mono_s + 1.0
    now.pass_time(1.0)
    second = box.batch()
    assert second.events == first.events[:125]
    box.handle(second, Unreached(why="503", retry_s=77.0, answered=True))
    assert box.courier.retry_at == now.mono_s + 77.0


def test_courier_when_others_reach_the_console_then_it_tries_at_once_unless_it_is_what_the_console_cannot_take(
    box: Box, now: Clock
) -> None:
    box.outbox.add(HEALTH, {})
    action = box.batch()
    box.handle(action, CUT)
    box.courier.reached(now())
    assert isinstance(box.next(), SendBatch)
    box.handle(action, Unreached(why="400", retry_s=60.0, answered=True))
    box.courier.reached(now())
    assert box.next() is None
    assert not box.courier.memory.up


@pytest.mark.parametrize(
    ("acknowledged", "words"),
    [
        (Position(seq=9, head="ab" * 32), "a copy of this box is at work"),
        (Position(seq=1, head="ab" * 32), "other events up to 1"),
    ],
)
def test_courier_when_histories_differ_then_it_stops_until_a_person_has_looked(
    box: Box, now: Clock, acknowledged: Position, words: str
) -> None:
    box.outbox.add(HEALTH, {})
    action = box.batch()
    box.handle(action, Disagreed(conflict=Conflict(disagreement=Disagreement.FORK, acknowledged=acknowledged)))
    assert words in box.courier.chain.halted
    now.pass_time(3600)
    assert box.next() is None
    box.begin()
    assert words in box.courier.chain.halted
    box.courier.hurry(now())
    assert box.courier.chain.halted == ""
    box.work()
    assert len(box.console.events) == 1


def test_courier_when_the_console_takes_nothing_and_says_so_then_that_is_a_failure_not_a_loop(box: Box) -> None:
    box.outbox.add(HEALTH, {})
    action = box.batch()
    box.handle(action, Heard(position=action.after))
    assert box.next() is None
    assert "took nothing behind event 0" in box.courier.memory.last_why


def test_courier_when_the_store_was_replaced_then_its_rows_go_out_from_the_first(
    box: Box, now: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(5):
        box.outbox.add(HEALTH, {"old": True})
    box.work()
    box.outbox = Outbox(Connection.memory(), now)
    box.begin()
    box.outbox.add(HEALTH, {"new": True})
    box.work()
    assert box.console.contents()[-1] == {"new": True}
    assert len(box.console.events) == 6
    assert "the store was replaced" in caplog.text


def test_courier_when_the_switchboard_is_away_then_the_console_is_served_all_the_same(box: Box, now: Clock) -> None:
    box.outbox.add(HEALTH, {})
    first = box.next()
    assert isinstance(first, TellOutbox)
    box.handle(first, Hindered(why="away"))
    assert isinstance(box.next(), SendBatch)
    now.pass_time(module.LOCAL_RETRY_S)
    assert isinstance(box.next(), TellOutbox)


def test_courier_when_the_console_is_back_then_outage_noted_compared_and_verdict_noted(box: Box, now: Clock) -> None:
    box.work()
    box.outbox.add(RECORDING, {"recording": "r1", "contact": "c1"})
    box.handle(box.batch(), CUT)
    now.pass_time(300)
    box.work()
    now.pass_time(module.TELL_S)
    box.work()
    kinds = [event.kind for event in box.console.decoded()]
    assert kinds == [RECORDING, OUTAGE]  # the recording is still on its way: that is no verdict yet
    box.console.uploaded.add("r1")
    now.pass_time(70)
    box.work()
    now.pass_time(module.TELL_S)
    box.work()
    assert [event.kind for event in box.console.decoded()] == [RECORDING, OUTAGE, RECONCILED]
    assert box.console.contents(RECONCILED)[0]["recordings"] == 1
    assert OutageStore(box.state).open() == []


def test_courier_when_a_recording_never_comes_then_that_is_noted_in_the_end(box: Box, now: Clock) -> None:
    box.work()
    box.outbox.add(RECORDING, {"recording": "r1", "contact": "c1"})
    box.handle(box.batch(), CUT)
    for _ in range(20):
        now.pass_time(1800)
        box.work()
    (verdict,) = box.console.contents(RECONCILED)
    assert verdict["missing_recordings"] == ["r1"]
    assert len(OutageStore(box.state).open()) == 1  # asked again until it gives up
    now.pass_time(31 * 86_400)
    box.work()
    assert OutageStore(box.state).open() == []


class FullOnce(OutageStore):
    """The disk is full when the first outage is to be written down."""

    full = True

    def put_with(self, one: Reconciliation, memory: LinkMemory) -> None:
        if self.full:
            self.full = False
            raise StoreFullError("the disk is full")
        super().put_with(one, memory)


def test_courier_when_the_disk_is_full_as_the_console_comes_back_then_the_outage_is_not_forgotten(
    box: Box, now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "OutageStore", FullOnce)
    box.begin()
    box.work()
    box.outbox.add(HEALTH, {})
    box.handle(box.batch(), CUT)
    now.pass_time(300)
    with pytest.raises(StoreError):
        box.do(box.batch())
    assert not box.courier.memory.up
    now.pass_time(10)
    box.work()
    assert [outage["lasted_s"] for outage in box.console.contents(OUTAGE)] == [310.0]


def test_courier_when_the_service_starts_again_in_an_outage_then_it_is_one_outage(box: Box, now: Clock) -> None:
    box.work()
    box.outbox.add(HEALTH, {})
    box.handle(box.batch(), CUT)
    now.pass_time(300)
    box.begin()
    box.handle(box.batch(), CUT)
    now.pass_time(300)
    box.work()
    now.pass_time(module.TELL_S)
    box.work()
    assert [(outage["lasted_s"], outage["why"]) for outage in box.console.contents(OUTAGE)] == [(600.0, CUT.why)]


def test_courier_when_an_outage_is_compared_then_all_that_waited_during_it_is_stated(box: Box, now: Clock) -> None:
    box.work()
    box.outbox.add(CONTACT_RECORD, {"ContactId": "c1"})
    box.handle(box.batch(), CUT)
    for number in range(2, 7):
        now.pass_time(60)
        box.outbox.add(CONTACT_RECORD, {"ContactId": f"c{number}"})
        if isinstance(action := box.next(), SendBatch):
            box.handle(action, CUT)
    now.pass_time(60)
    done = box.work()
    now.pass_time(module.TELL_S)
    (statement,) = [one.statement for one in (*done, *box.work()) if isinstance(one, SendStatement)]
    assert (statement.contacts, statement.counts[CONTACT_RECORD]) == (6, 6)
    assert statement.until.seq >= 7  # the outage's own event among them
    assert box.console.contents(RECONCILED)[0]["contact_records"] == 6
