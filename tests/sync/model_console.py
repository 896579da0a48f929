"""A console in a few lines: what any honest one does with batches, positions and statements, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from appliance.cloud import chain, envelope
from appliance.cloud.chain import Position
from appliance.cloud.delivery import Conflict, Disagreement, Receipt
from appliance.cloud.reconciling import Statement, Verdict, verdict
from appliance.cloud.recordings import RECORDING
from appliance.store.contact_records import CONTACT_RECORD


class ModelConsole:
    """Of one box. `events`: their bytes, in order; `uploaded`: recordings that are there."""

    def __init__(self, box: str) -> None:
        self.box = box
        self.events: list[bytes] = []
        self.uploaded: set[str] = set()

    @property
    def position(self) -> Position:
        return self.at(len(self.events))

    def at(self, seq: int) -> Position:
        return chain.follow(chain.genesis(self.box), self.events[:seq])

    def take(self, after: Position, events: Sequence[bytes]) -> Receipt | Conflict:
        """As the endpoint for events does."""
        if after.seq > len(self.events):
            return Conflict(disagreement=Disagreement.GAP, acknowledged=self.position)
        known = self.events[after.seq : after.seq + len(events)]
        if self.at(after.seq) != after or known != list(events[: len(known)]):
            return Conflict(disagreement=Disagreement.FORK, acknowledged=self.position)
        for seq, event in enumerate(events[len(known) :], start=len(self.events) + 1):
            decoded = envelope.decode(event)
            assert decoded.number == seq, f"event {decoded.number} came as number {seq}"
            assert decoded.source == envelope.source_of(self.box)
            self.events.append(event)
        return Receipt(acknowledged=self.position)

    def judge(self, stated: Statement) -> Verdict:
        """As the endpoint for reconciliations does."""
        stretch = self.decoded()[stated.after.seq : stated.until.seq]
        records = [event.subject for event in stretch if event.kind == CONTACT_RECORD]
        announced = [msgspec.json.decode(event.data)["recording"] for event in stretch if event.kind == RECORDING]
        head = self.at(stated.until.seq).head if stated.until.seq <= len(self.events) else ""
        there = frozenset(announced) & frozenset(self.uploaded)
        return verdict(stated, head=head, contact_records=len(set(records)), recordings=there, twice=0)

    def decoded(self) -> list[envelope.CloudEvent]:
        return [envelope.decode(event) for event in self.events]

    def contents(self, kind: str | None = None) -> list[Any]:
        """What the events say, all or those of one kind."""
        return [msgspec.json.decode(event.data) for event in self.decoded() if kind in (None, event.kind)]
