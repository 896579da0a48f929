"""After an outage: note it, wait until everything of it is sent, compare counts with the console, note the verdict."""

from __future__ import annotations

import logging
from typing import Any

import msgspec

from appliance.cloud.reconciling import OUTAGE, RECONCILED, Outage, Statement, Verdict, sentence
from appliance.stamps import Stamp
from appliance.sync.delivering.actions import Note, SendStatement
from appliance.sync.delivering.chain_store import ChainStore
from appliance.sync.delivering.link import Interruption, LinkMemory
from appliance.sync.delivering.outage_store import GIVE_UP_S, OutageStore, Reconciliation

logger = logging.getLogger(__name__)

FIRST_RETRY_S = 60.0
LONGEST_RETRY_S = 3600.0
PATIENT_TRIES = 6  # so often recordings may be missing (they come later) before that is noted as a verdict


class Reconciler:
    """Of one chain. What is due stands in the store; when it was asked last only in memory."""

    def __init__(self, chain_store: ChainStore, outages: OutageStore) -> None:
        """Raises StoreError."""
        self._chain = chain_store
        self._outages = outages
        self._open = {one.outage.outage: one for one in outages.open()}
        self._due: dict[str, float] = {}

    def begin(self, ended: Interruption, memory: LinkMemory) -> None:
        """An outage is over; kept together with what the link remembers."""
        name = f"{self._chain.box}.{ended.after.seq}.{int(ended.ended_s)}"
        outage = Outage(
            outage=name,
            began_s=ended.began_s,
            ended_s=ended.ended_s,
            lasted_s=round(ended.lasted_s, 1),
            why=ended.why,
        )
        one = Reconciliation(outage=outage, after=ended.after)
        self._outages.put_with(one, memory)
        self._open[name] = one

    def note(self) -> Note | None:
        """An outage or a verdict that no event tells of yet."""
        for one in self._open.values():
            if one.noted is None:
                return _note(OUTAGE, one.outage, one)
            if one.verdict is not None and one.verdict != one.told and _is_final(one):
                return _note(RECONCILED, one.verdict, one)
        return None

    def noted(self, note: Note, seq: int) -> None:
        """It stands in the outbox."""
        one = self._open.get(note.outage)
        if one is None:
            return
        if note.kind == OUTAGE:
            self._put(msgspec.structs.replace(one, noted=seq))
        else:
            agreed = one.verdict is not None and one.verdict.agrees
            self._put(msgspec.structs.replace(one, told=one.verdict, done=agreed))

    def statement(self, now: Stamp) -> SendStatement | None:
        """The first stretch that the console has whole and wasn't asked about lately."""
        for one in tuple(self._open.values()):
            ready = self._with_end(one)
            if ready.until is None or self._chain.position.seq < ready.until.seq or _has_agreed(ready):
                continue
            if now.wall_s - ready.outage.ended_s > GIVE_UP_S:
                self._put(msgspec.structs.replace(ready, done=True))
            elif now.mono_s >= self._due.get(ready.outage.outage, 0.0):
                return SendStatement(statement=self._stated(ready))
        return None

    def judged(self, verdict: Verdict, now: Stamp) -> None:
        one = self._open.get(verdict.outage)
        if one is None:
            return
        logger.info("outage of %.0f s: %s", one.outage.lasted_s, sentence(verdict))
        self._put(msgspec.structs.replace(one, verdict=verdict, tries=one.tries + 1))
        pause_s = min(LONGEST_RETRY_S, FIRST_RETRY_S * 2.0 ** min(one.tries, 10))
        self._due[verdict.outage] = now.mono_s + pause_s

    def hurry(self) -> None:
        """Compare at once, whenever that was done last."""
        self._due.clear()

    def needed_from(self, seq: int) -> int:
        """Of what lies before this event nothing is needed for comparing."""
        return min([seq, *(one.after.seq for one in self._open.values())])

    def _with_end(self, one: Reconciliation) -> Reconciliation:
        """With the stretch's end, as soon as the console has the event that tells of the outage."""
        if one.until is not None or one.noted is None or self._chain.acknowledged_outbox < one.noted:
            return one
        ended = msgspec.structs.replace(one, until=self._chain.boundary())
        self._put(ended)
        return ended

    def _stated(self, one: Reconciliation) -> Statement:
        assert one.until is not None
        facts = self._chain.facts_between(one.after, one.until)
        return Statement(
            outage=one.outage.outage,
            after=one.after,
            until=one.until,
            counts=facts.counts,
            contacts=len(facts.contacts),
            recordings=facts.recordings,
        )

    def _put(self, one: Reconciliation) -> None:
        self._outages.put(one)
        if one.done:
            self._open.pop(one.outage.outage, None)
        else:
            self._open[one.outage.outage] = one


def _note(kind: str, content: Outage | Verdict, one: Reconciliation) -> Note:
    plain: dict[str, Any] = msgspec.to_builtins(content)
    return Note(kind=kind, content=plain, outage=one.outage.outage)


def _has_agreed(one: Reconciliation) -> bool:
    return one.verdict is not None and one.verdict.agrees


def _is_final(one: Reconciliation) -> bool:
    """Recordings come later than their records: that some are missing is no news for a while."""
    found = one.verdict
    assert found is not None
    only_recordings = found.same_head and not found.missing_records and not found.twice
    return found.agrees or not only_recordings or one.tries >= PATIENT_TRIES
