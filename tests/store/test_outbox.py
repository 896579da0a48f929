"""The outbox: numbers that only grow, times of writing, thinning that touches metric snapshots only."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from appliance.cloud.noted import HEALTH, METRICS
from appliance.errors import StoreError
from appliance.events import AnyBody, ContactEvent, ContactInitiated
from appliance.stamps import Stamp
from appliance.store import Store
from appliance.store.connection import Connection
from appliance.store.outbox import CONTACT_EVENT, Outbox

MakeEvent = Callable[..., ContactEvent]


class Wall:
    """A clock to be set."""

    def __init__(self) -> None:
        self.wall_s = 1_000_000.0

    def __call__(self) -> Stamp:
        return Stamp(boot="b", mono_s=1.0, wall_s=self.wall_s, synced=True)


def test_row_when_written_then_it_tells_when(store: Store, event: MakeEvent, initiated: AnyBody) -> None:
    assert isinstance(initiated, ContactInitiated)
    first = event(1, initiated, mono_s=5.0)
    store.events.append([first])
    seq = store.outbox.add(HEALTH, {"topic": "edge"})
    said, noted = store.outbox.pending()
    assert (said.kind, said.contact, said.wall_s, said.synced) == (CONTACT_EVENT, "contact-1", first.at.wall_s, True)
    assert msgspec.json.decode(said.json)["body"]["type"] == "ContactInitiated"
    assert (noted.seq, noted.contact) == (seq, "")
    assert noted.wall_s is not None
    assert noted.wall_s > 1_700_000_000


def test_number_when_rows_are_acknowledged_then_never_given_again(store: Store) -> None:
    last = [store.outbox.add(HEALTH, {}) for _ in range(3)][-1]
    assert store.outbox.acknowledge(last) == 3
    assert (store.outbox.depth(), store.outbox.last()) == (0, last)
    assert store.outbox.add(HEALTH, {}) == last + 1


def test_thinning_when_snapshots_are_old_then_one_a_stretch_stays_and_everything_else() -> None:
    wall = Wall()
    outbox = Outbox(Connection.memory(), wall)
    for minute in range(30):
        wall.wall_s = 900_000.0 + minute * 60
        outbox.add(METRICS, {"minute": minute})
        outbox.add(HEALTH, {"minute": minute})
    gone = outbox.thin(METRICS, before_wall_s=900_000.0 + 20 * 60, every_s=600)
    rows = outbox.pending()
    left = [msgspec.json.decode(row.json)["minute"] for row in rows if row.kind == METRICS]
    assert gone == 18
    assert left == [0, 10, *range(20, 30)]
    assert sum(row.kind == HEALTH for row in rows) == 30
    assert outbox.thin(METRICS, before_wall_s=900_000.0 + 20 * 60, every_s=600) == 0


@pytest.mark.parametrize("kind", [HEALTH, CONTACT_EVENT, "contact_record"])
def test_thinning_when_the_kind_must_be_kept_then_refused(store: Store, kind: str) -> None:
    store.outbox.add(kind, {})
    with pytest.raises(StoreError, match="never thinned out"):
        store.outbox.thin(kind, before_wall_s=9e12, every_s=3600)
    assert store.outbox.depth() == 1
