"""A made-up branch that lives: what it has to send by now goes in, and how it is at this instant."""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence

import msgspec

from appliance.cloud.reconciling import Outage, Statement
from appliance.cloud.recordings import RECORDING
from appliance.console.context import Console
from appliance.console.demo_data.annals import Annals
from appliance.console.demo_data.present import live_state
from appliance.console.demo_data.sending import MadeUpBox
from appliance.console.demo_data.tapes import Tape, tape_of, upload
from appliance.console.live.states import keep
from appliance.console.notices import Topic
from appliance.console.reconciling.noting import reconcile

TICK_S = 5.0
_COUNTED_AFTER_S = 60.0


class MadeUpBranch:
    """`sent`: how many of its rows the console has."""

    def __init__(self, annals: Annals, box: MadeUpBox) -> None:
        self.annals, self.box = annals, box
        self.sent = box.position.seq
        self._rows = annals.rows()
        self._visits = {visit.recording: visit for visit in annals.visits}
        self._fallen_silent = False

    async def send_what_was(self, console: Console) -> None:
        """Up to now, with what both sides counted after each outage, and the state of now."""
        now_s = console.now_s()
        for cut, outage in self.annals.outages():
            if self._place(outage.ended_s) > self.sent:
                await self._outage(console, outage, lacking=cut.lacking)
        await self.bring_up_to_date(console, now_s)

    async def bring_up_to_date(self, console: Console, now_s: float) -> None:
        """Nothing from a branch that is cut off, but how it was then."""
        if self._fallen_silent:
            return
        heard_s = self.annals.heard_at(now_s)
        await self._upload(console, await self._send(console, self._place(heard_s)))
        state = live_state(self.annals, now=now_s, number=int(now_s))
        async with console.database.writing() as session:
            await keep(session, branch=self.box.branch, box=self.box.box, state=state, now_s=heard_s)
        console.notices.tell(Topic.LIVE, self.box.branch)
        self._fallen_silent = bool(self.annals.practice.mute_h)

    def _place(self, until: float) -> int:
        return bisect_right(self._rows, until, key=lambda row: row.at)

    async def _outage(self, console: Console, outage: Outage, *, lacking: int) -> None:
        """Its stretch of events in one go, then both sides count."""
        before = bisect_left(self._rows, outage.began_s, key=lambda row: row.at)
        await self._upload(console, await self._send(console, before))
        after, first = self.box.position, self.sent
        tapes = await self._send(console, self._place(outage.ended_s + 5.0))
        stretch = self._rows[first : self.sent]
        await self._upload(console, tapes[: max(0, len(tapes) - lacking)])
        stated = Statement(
            outage=outage.outage,
            after=after,
            until=self.box.position,
            counts=Counter(row.kind for row in stretch),
            contacts=len({row.subject for row in stretch if row.kind == "contact_record"}),
            recordings=tuple(row.subject for row in stretch if row.kind == RECORDING),
        )
        await self._count(console, stated, outage.ended_s + _COUNTED_AFTER_S)

    async def _count(self, console: Console, stated: Statement, now_s: float) -> None:
        async with console.database.writing() as session:
            await reconcile(session, box=self.box.box, branch=self.box.branch, stated=stated, now_s=now_s)

    async def _send(self, console: Console, until: int) -> list[Tape]:
        """The rows up to that place; returns the recordings among them."""
        rows, tapes = self._rows[self.sent : until], []
        for place, row in enumerate(rows):
            if row.kind == RECORDING:
                visit = self._visits[row.subject]
                tape = await tape_of(visit, self.box, kept=self.annals.keeps(visit))
                rows[place] = msgspec.structs.replace(row, data=msgspec.json.encode(tape.facts))
                tapes.append(tape)
        if rows:
            await self.box.send(console, rows)
        self.sent = max(self.sent, until)
        return tapes

    async def _upload(self, console: Console, tapes: Sequence[Tape]) -> None:
        for tape in tapes:
            if tape.audio:
                await upload(console, self.box, tape)


async def play(console: Console, branches: Sequence[MadeUpBranch]) -> None:
    """Ends only when it is cancelled."""
    while True:
        for branch in branches:
            await branch.bring_up_to_date(console, console.now_s())
        await asyncio.sleep(TICK_S)
