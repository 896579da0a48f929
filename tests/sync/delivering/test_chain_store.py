"""The chain on disk: what the console may say of its position, and what is kept how long."""

from __future__ import annotations

import pytest
from sync.clocks import Clock

from appliance.cloud import chain
from appliance.cloud.chain import Position
from appliance.store.connection import Connection
from appliance.store.outbox import OutboxRow
from appliance.sync.delivering import chain_store
from appliance.sync.delivering.chain_store import ChainStore, Settled
from appliance.sync.delivering.rendering import render


def rows(first: int, count: int) -> list[OutboxRow]:
    return [
        OutboxRow(seq=seq, kind="agent", json=f'{{"agent":"a{seq}"}}', wall_s=5.0)
        for seq in range(first, first + count)
    ]


def sealed(state: Connection, now: Clock, *sizes: int, box: str = "box-1") -> ChainStore:
    """One batch of each size, of outbox rows 11, 12, …"""
    store, first = ChainStore(state, box), 11
    for size in sizes:
        store.seal(render(rows(first, size), box=box, after=store.end.seq, now=now(), most_bytes=10**6), now())
        first += size
    return store


def position(store: ChainStore, seq: int) -> Position:
    events = [event for row in _bodies(store) for event in row]
    return chain.follow(chain.genesis(store.box), events[:seq])


def _bodies(store: ChainStore) -> list[tuple[bytes, ...]]:
    found, seq = [], 1
    while (batch := store._batch_with(seq)) is not None:
        found.append(batch.events)
        seq = batch.last + 1
    return found


def test_seal_when_sealed_then_the_same_bytes_after_a_restart(state: Connection, now: Clock) -> None:
    before = sealed(state, now, 3, 2)
    first = before.next_batch()
    again = ChainStore(state, "box-1")
    assert again.next_batch() == first
    assert (again.end, again.sealed_outbox, again.acknowledged_outbox) == (before.end, 15, 0)


def test_settle_when_the_console_has_part_of_a_batch_then_outbox_waits_for_the_whole(
    state: Connection, now: Clock
) -> None:
    store = sealed(state, now, 3, 2)
    assert store.settle(position(store, 2), now()) is Settled.AHEAD
    assert (store.position.seq, store.acknowledged_outbox, store.boundary().seq) == (2, 0, 0)
    assert store.settle(position(store, 4), now()) is Settled.AHEAD
    assert (store.acknowledged_outbox, store.boundary().seq, store.waiting()) == (13, 3, 1)
    assert store.settle(store.end, now()) is Settled.AHEAD
    assert (store.acknowledged_outbox, store.next_batch()) == (15, None)
    assert store.settle(store.end, now()) is Settled.SAME


def test_settle_when_the_console_was_restored_then_what_it_lost_goes_out_again(state: Connection, now: Clock) -> None:
    store = sealed(state, now, 3, 2, 4)
    store.settle(store.end, now())
    assert store.settle(position(store, 4), now()) is Settled.BEHIND
    batch = store.next_batch()
    assert batch is not None
    assert (batch.first, batch.last, store.position.seq) == (4, 5, 4)
    assert store.acknowledged_outbox == 19  # those rows are gone from the outbox for good
    assert store.settle(chain.genesis("box-1"), now()) is Settled.BEHIND


def test_settle_when_histories_differ_then_nothing_moves(state: Connection, now: Clock) -> None:
    store = sealed(state, now, 3)
    for theirs, found in (
        (Position(seq=2, head="ab" * 32), Settled.FORKED),
        (Position(seq=0, head="ab" * 32), Settled.FORKED),
        (Position(seq=4, head="ab" * 32), Settled.UNKNOWN),
    ):
        assert store.settle(theirs, now()) is found
        assert store.position == chain.genesis("box-1")


def test_forget_when_events_are_old_then_they_go_and_the_end_stays(state: Connection, now: Clock) -> None:
    store = sealed(state, now, 3, 2)
    old = position(store, 3)
    store.settle(store.end, now())
    now.pass_time(chain_store.KEEP_S - 60)
    store.forget(now(), before_seq=5)
    assert store.settle(old, now()) is Settled.BEHIND
    store.settle(store.end, now())
    now.pass_time(chain_store.KEEP_S + 60)
    store.forget(now(), before_seq=5)
    assert store.settle(old, now()) is Settled.FORGOTTEN
    assert ChainStore(state, "box-1").end == store.end
    assert state.value("SELECT count(*) FROM batches") == 1


def test_forget_when_events_are_too_many_then_the_oldest_go(
    state: Connection, now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = sealed(state, now, 30, 30, 30)
    one = int(state.value("SELECT max(length(body)) FROM batches"))
    unacknowledged = position(store, 60)
    store.settle(unacknowledged, now())
    monkeypatch.setattr(chain_store, "KEEP_BYTES", one + one // 2)
    store.forget(now(), before_seq=0)
    kept = state.rows("SELECT first, body IS NOT NULL AS there FROM batches ORDER BY first")
    assert [(row["first"], row["there"]) for row in kept] == [(1, 0), (31, 1), (61, 1)]


def test_forget_when_never_acknowledged_then_kept_however_old(state: Connection, now: Clock) -> None:
    store = sealed(state, now, 3)
    now.pass_time(chain_store.KEEP_S * 20)
    store.forget(now(), before_seq=3)
    assert store.next_batch() is not None


def test_identity_when_it_is_another_then_another_chain_from_what_was_not_acknowledged(
    state: Connection, now: Clock
) -> None:
    store = sealed(state, now, 3, 2)
    store.settle(position(store, 3), now())
    store.halt("a clone")
    other = ChainStore(state, "box-2")
    assert (other.position, other.end) == (chain.genesis("box-2"), chain.genesis("box-2"))
    assert (other.acknowledged_outbox, other.sealed_outbox, other.halted) == (13, 13, "")
    assert ChainStore(state, "box-2").sealed_outbox == 13


def test_facts_when_a_stretch_is_asked_for_then_of_its_batches_only(state: Connection, now: Clock) -> None:
    store = sealed(state, now, 3, 2, 4)
    found = store.facts_between(position(store, 3), position(store, 9))
    assert found.counts == {"agent": 6}
