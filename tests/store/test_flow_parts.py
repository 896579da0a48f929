"""Hours, bots, prompts, the resource map, and the sets they made."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlite_utils import Database

from appliance.acd.model import QueuePlan
from appliance.ids import QueueId
from appliance.stamps import Stamp
from appliance.store import Store, StoredQueue, migrations
from appliance.store.flow_parts import Part

MakeStamp = Callable[[float], Stamp]
HOURS = {"Resource": {"TimeZone": "Asia/Seoul", "Config": []}, "Overrides": []}


def test_part_when_put_then_comes_back_by_kind_and_the_console_hears_of_it(store: Store, stamp: MakeStamp) -> None:
    store.flow_parts.put(Part.HOURS, "office", HOURS, stamp(1))
    store.flow_parts.put(Part.MAP, "arn:q", "sales", stamp(1))
    assert store.flow_parts.all(Part.HOURS) == {"office": HOURS}
    assert store.flow_parts.all(Part.MAP) == {"arn:q": "sales"}
    assert [row.kind for row in store.outbox.pending()] == ["flow_part", "flow_part"]


def test_part_when_put_again_then_only_a_change_counts(store: Store, stamp: MakeStamp) -> None:
    for local in ("sales", "sales", "aid"):
        store.flow_parts.put(Part.MAP, "arn:q", local, stamp(1))
    assert store.flow_parts.all(Part.MAP) == {"arn:q": "aid"}
    assert len(store.outbox.pending()) == 2


def test_part_when_removed_then_gone_and_only_once(store: Store, stamp: MakeStamp) -> None:
    store.flow_parts.put(Part.MAP, "arn:q", "sales", stamp(1))
    assert store.flow_parts.remove(Part.MAP, "arn:q")
    assert not store.flow_parts.remove(Part.MAP, "arn:q")
    assert store.flow_parts.all(Part.MAP) == {}
    assert store.outbox.pending()[-1].kind == "flow_part_removed"


def test_set_when_remembered_then_found_by_the_hash_a_record_names(store: Store, stamp: MakeStamp) -> None:
    for sha256, contents in (("a" * 64, {"n": 1}), ("a" * 64, {"n": 1}), ("b" * 64, {"n": 2})):
        store.flow_parts.remember(sha256, contents, stamp(1))
    assert store.flow_parts.contents("a" * 64) == {"n": 1}
    assert store.flow_parts.contents("c" * 64) is None
    assert [row.kind for row in store.outbox.pending()] == ["flow_bundle"] * 2


def test_queue_when_it_has_hours_and_caller_id_then_kept(store: Store) -> None:
    queue = StoredQueue(plan=QueuePlan(queue=QueueId("sales")), hours="office", caller_id="+8225550100")
    store.queues.put(queue)
    assert store.queues.get(QueueId("sales")) == queue


def test_migration_when_a_queue_was_there_before_then_it_has_neither_hours_nor_caller_id() -> None:
    with Database(memory=True) as db:
        for step in list(migrations.STEPS.pending(db)):
            if step.name == "0006_flow_resources":
                db.execute("INSERT INTO queues VALUES ('sales', '', NULL, NULL, 20.0, 30.0, 1)")
            step.fn(db)
        row = db.execute("SELECT hours, caller_id FROM queues").fetchone()
    assert row == ("", "")


@pytest.mark.parametrize("part", list(Part))
def test_part_when_kind_is_any_then_empty_at_first(part: Part, store: Store) -> None:
    assert store.flow_parts.all(part) == {}
