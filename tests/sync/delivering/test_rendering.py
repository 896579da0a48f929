"""What events look like that are made of outbox rows."""

from __future__ import annotations

import msgspec
import pytest
from sync.clocks import Clock

from appliance.cloud import envelope
from appliance.cloud.recordings import RECORDING
from appliance.stamps import iso_utc
from appliance.store.contact_records import CONTACT_RECORD
from appliance.store.outbox import CONTACT_EVENT, OutboxRow
from appliance.sync.delivering.rendering import MOST_DATA_BYTES, facts_of, render


def row(kind: str, data: object, *, seq: int = 7, wall_s: float | None = 5.0, contact: str = "") -> OutboxRow:
    text = msgspec.json.encode(data).decode()
    return OutboxRow(seq=seq, kind=kind, json=text, wall_s=wall_s, synced=True, contact=contact)


@pytest.mark.parametrize(
    ("made", "subject"),
    [
        (row(CONTACT_EVENT, {"contact": "c1", "body": {}}, contact="c1"), "c1"),
        (row(CONTACT_RECORD, {"ContactId": "c2", "Queue": {"Name": "q"}}), "c2"),
        (row("agent_state", {"agent": "kim", "contact": None}), ""),
        (row("agent", {"agent": "kim"}), "kim"),
        (row("agent", {"agent": {"agent": "kim"}}), ""),
        (row("flow", {"flow": "menu", "sha256": "x"}), "menu"),
        (row("list", [1, 2]), ""),
    ],
)
def test_event_when_made_of_a_row_then_it_says_what_it_is_about(made: OutboxRow, subject: str, now: Clock) -> None:
    (event,) = render([made], box="box-1", after=41, now=now(), most_bytes=10**6).events
    found = envelope.decode(event)
    assert (found.number, found.kind, found.subject, found.time) == (42, made.kind, subject, "1970-01-01T00:00:05Z")
    assert msgspec.json.decode(found.data) == msgspec.json.decode(made.json)


def test_event_when_nobody_noted_its_time_then_now_and_unsure(now: Clock) -> None:
    (event,) = render([row("agent", {}, wall_s=None)], box="b", after=0, now=now(), most_bytes=10).events
    found = envelope.decode(event)
    assert (found.time, found.clocksynced) == (iso_utc(now.wall_s), False)


def test_event_when_too_large_to_travel_then_what_was_left_out_is_said(now: Clock) -> None:
    big = row("flow_bundle", {"contents": "x" * MOST_DATA_BYTES})
    (event,) = render([big], box="b", after=0, now=now(), most_bytes=10).events
    assert len(event) < 1000
    assert msgspec.json.decode(envelope.decode(event).data)["left_out"]["bytes"] == len(big.json)


def test_render_when_bytes_run_out_then_the_rows_that_fit_and_at_least_one(now: Clock) -> None:
    many = [row("agent", {"agent": "x" * 500}, seq=seq) for seq in range(20, 30)]
    few = render(many, box="b", after=0, now=now(), most_bytes=3000)
    assert (len(few.events), few.outbox, few.facts.counts) == (2, 21, {"agent": 2})
    assert len(render(many, box="b", after=0, now=now(), most_bytes=1).events) == 1


def test_facts_when_rows_are_counted_then_contacts_and_recordings_once_each() -> None:
    found = facts_of(
        [
            row(CONTACT_RECORD, {"ContactId": "c1"}),
            row(CONTACT_RECORD, {"ContactId": "c1"}),
            row(RECORDING, {"recording": "r1", "contact": "c1"}),
            row(RECORDING, {"contact": "c1"}),
        ]
    )
    assert found.counts == {CONTACT_RECORD: 2, RECORDING: 2}
    assert (found.contacts, found.recordings) == (("c1",), ("r1",))
