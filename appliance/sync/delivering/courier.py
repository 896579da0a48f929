"""Decides what is sent next, and what an answer means. A machine: it touches the box's own files and nothing else.

    action = courier.next(now)         # None: nothing to do just now
    outcome = …                        # whoever has the network does it
    courier.handle(action, outcome, now)

One action at a time. It may be killed between any two lines: whatever it did stands in its files, and what it asked for
may be asked for again, because everybody else takes the same thing twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from appliance.cloud import chain
from appliance.stamps import Stamp
from appliance.store.outbox import OutboxRow
from appliance.sync.delivering import link
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
    TellOutbox,
    Unreached,
)
from appliance.sync.delivering.backoff import wait_s
from appliance.sync.delivering.chain_store import ChainStore, Settled
from appliance.sync.delivering.halting import reason
from appliance.sync.delivering.outage_store import OutageStore
from appliance.sync.delivering.reconciler import Reconciler
from appliance.sync.delivering.rendering import render
from appliance.sync.delivering.sizing import MOST_BATCH_BYTES, Sizing

logger = logging.getLogger(__name__)

CHECK_S = 30.0  # without any answer for so long: ask whether the console is still there
REMEMBER_S = 60.0  # how often a link that stays as it is is written down
TELL_S = 3.0  # how long acknowledged rows may wait for company before the outbox forgets them
TELL_ROWS = 2000
LOCAL_RETRY_S = 2.0
FORGET_S = 600.0
_NEVER = float("-inf")


class Feed(Protocol):
    """What waits for the console: the outbox, read beside its writer."""

    def pending(self, *, after: int, limit: int) -> Sequence[OutboxRow]: ...

    def last(self) -> int: ...


class Courier:
    """chance: a number from 0 to 1, anew at each call; outage_s: how long an outage lasts at least."""

    def __init__(
        self,
        *,
        chain_store: ChainStore,
        outages: OutageStore,
        feed: Feed,
        chance: Callable[[], float],
        outage_s: float,
        check_s: float = CHECK_S,
    ) -> None:
        """Raises StoreError."""
        self.chain = chain_store
        self.memory = outages.link()
        self._outages = outages
        self._feed = feed
        self._chance = chance
        self._outage_s = outage_s
        self._check_s = check_s
        self.sizing = Sizing()
        self._stuck = False
        self._reconciler = Reconciler(chain_store, outages)
        self._retry_at = _NEVER
        self._local_retry_at = _NEVER
        self._heard_at = _NEVER
        self._remembered_at = _NEVER
        self._forgotten_at = _NEVER
        self._told_outbox = -1
        self._untold_since: float | None = None

    # ── what to do ───────────────────────────────────────────────────────────────────────────────────────────────

    def next(self, now: Stamp) -> Action | None:
        """Raises StoreError: nothing was lost, ask again later."""
        self._look_whether_the_store_is_another()
        if now.mono_s >= self._local_retry_at and (local := self._local(now)) is not None:
            return local
        if self.chain.halted or now.mono_s < self._retry_at:
            return None
        return self._batch(now) or self._reconciler.statement(now) or self._check(now)

    def hurry(self, now: Stamp) -> None:
        """A person wants it tried now, whatever has gone wrong before."""
        self._retry_at = self._local_retry_at = now.mono_s
        self._heard_at = _NEVER
        self._reconciler.hurry()
        if self.chain.halted:
            self.chain.halt("")

    @property
    def retry_at(self) -> float:
        """Monotonic time before which the console isn't asked again."""
        return self._retry_at

    def _local(self, now: Stamp) -> Action | None:
        untold = self.chain.acknowledged_outbox - self._told_outbox
        due = self._untold_since is not None and now.mono_s - self._untold_since >= TELL_S
        if self._told_outbox < 0 or untold >= TELL_ROWS or (untold > 0 and due):
            return TellOutbox(seq=self.chain.acknowledged_outbox)
        return self._reconciler.note()

    def _look_whether_the_store_is_another(self) -> None:
        """Before anything is acknowledged to it: its numbers have begun again, and mean other rows."""
        last = self._feed.last()
        if last < self.chain.sealed_outbox:
            logger.warning("the outbox begins anew at row %d: the store was replaced", last)
            self.chain.outbox_begins_anew()
            self._told_outbox = 0

    def _batch(self, now: Stamp) -> SendBatch | None:
        found = self.chain.next_batch()
        if found is None:
            if not self._seal(now):
                return None
            found = self.chain.next_batch()
            assert found is not None
        start = self.chain.position.seq + 1 - found.first
        events = found.events[start : start + self.sizing.events]
        whole = start + len(events) == len(found.events)
        until = found.end if whole else chain.follow(self.chain.position, events)
        return SendBatch(after=self.chain.position, until=until, events=events)

    def _seal(self, now: Stamp) -> bool:
        """Whether there was anything to seal."""
        if self._feed.last() <= self.chain.sealed_outbox:
            return False
        rows = self._feed.pending(after=self.chain.sealed_outbox, limit=self.sizing.events)
        if not rows:
            return False
        rendered = render(rows, box=self.chain.box, after=self.chain.end.seq, now=now, most_bytes=MOST_BATCH_BYTES)
        self.chain.seal(rendered, now)
        return True

    def _check(self, now: Stamp) -> AskPosition | None:
        return AskPosition() if now.mono_s - self._heard_at >= self._check_s else None

    # ── what became of it ────────────────────────────────────────────────────────────────────────────────────────

    def handle(self, action: Action, outcome: Outcome, now: Stamp) -> None:
        """Raises StoreError: as if there had been no answer."""
        match outcome:
            case Heard(position=position):
                self._answered(now)
                self._settle(action, position, now)
            case Disagreed(conflict=conflict):
                self._answered(now)
                self._settle(action, conflict.acknowledged, now)
            case Judged(verdict=verdict):
                self._answered(now)
                self._reconciler.judged(verdict, now)
            case Unreached():
                self._broke(action, outcome, now)
            case Done(seq=seq):
                self._local_retry_at = _NEVER
                self._done(action, seq)
            case Hindered(why=why):
                self._local_retry_at = now.mono_s + LOCAL_RETRY_S
                logger.info("the switchboard did not take it: %s", why)

    def reached(self, now: Stamp) -> None:
        """The console answered somebody else. That is no help where it answers, but can't take what the courier has."""
        if not self._stuck:
            self._link_is_up(now)

    def _answered(self, now: Stamp) -> None:
        self._stuck = False
        self._link_is_up(now)

    def _link_is_up(self, now: Stamp) -> None:
        self._heard_at, self._retry_at = now.mono_s, _NEVER
        memory, ended = link.succeeded(self.memory, now, outage_s=self._outage_s)
        if ended is not None:
            self._reconciler.begin(ended, memory)
            logger.warning("the console is back after %.0f s (%s)", ended.lasted_s, ended.why)
            self._remembered_at = now.mono_s
        elif not self.memory.up or now.mono_s - self._remembered_at >= REMEMBER_S:
            self._outages.remember(memory)
            self._remembered_at = now.mono_s
        self.memory = memory  # only now: an outage that couldn't be written down has not ended yet

    def missed(self, now: Stamp, why: str, retry_s: float = 0.0) -> None:
        """The console did not answer, whoever asked."""
        first = self.memory.failing_since is None
        self.memory = link.failed(self.memory, now, why, after=self.chain.boundary())
        pause_s = max(retry_s, wait_s(self.memory.failures, self._chance()))
        self._retry_at = now.mono_s + pause_s
        if first:
            logger.warning("the console can't be reached: %s", why)
        if first or now.mono_s - self._remembered_at >= REMEMBER_S:
            self._outages.remember(self.memory)
            self._remembered_at = now.mono_s

    def _broke(self, action: Action, found: Unreached, now: Stamp) -> None:
        self._stuck = found.answered
        if isinstance(action, SendBatch):
            self.sizing.broke()
        self.missed(now, found.why, found.retry_s)

    def _settle(self, action: Action, theirs: chain.Position, now: Stamp) -> None:
        before = self.chain.position
        settled = self.chain.settle(theirs, now)
        if settled in {Settled.UNKNOWN, Settled.FORGOTTEN, Settled.FORKED}:
            self.chain.halt(reason(settled, theirs, self.chain))
            logger.error("nothing is sent to the console any more: %s", self.chain.halted)
            return
        if settled is Settled.BEHIND:
            logger.warning("the console has lost events %d to %d; they are sent again", theirs.seq + 1, before.seq)
        if isinstance(action, SendBatch):
            if theirs.seq >= action.until.seq:
                self.sizing.went_well()
            elif settled is Settled.SAME:
                why = f"the console took nothing behind event {theirs.seq}"
                self._broke(action, Unreached(why=why, answered=True), now)
        if self.chain.acknowledged_outbox > self._told_outbox and self._untold_since is None:
            self._untold_since = now.mono_s
        if now.mono_s - self._forgotten_at >= FORGET_S:
            self.chain.forget(now, before_seq=self._reconciler.needed_from(self.chain.position.seq))
            self._forgotten_at = now.mono_s

    def _done(self, action: Action, seq: int) -> None:
        if isinstance(action, TellOutbox):
            self._told_outbox = max(self._told_outbox, action.seq)
            self._untold_since = None
        elif isinstance(action, Note):
            self._reconciler.noted(action, seq)
