"""Snapshots of the metrics, and how old ones are thinned out while the console is away."""

from __future__ import annotations

import asyncio
from typing import Any

from sync.clocks import Clock

from appliance.cloud.noted import METRICS
from appliance.store.connection import Connection
from appliance.store.outbox import Outbox
from appliance.sync.noting import snapshots
from appliance.sync.noting.snapshots import DAY_S, thin


class Asked:
    """A switchboard with this outbox, as far as thinning goes."""

    def __init__(self, outbox: Outbox, now: Clock) -> None:
        self._outbox, self._now = outbox, now

    async def call(self, op: str, **args: Any) -> Any:
        assert op == "outbox.thin"
        before_s = self._now.wall_s - args["older_than_s"]
        gone = self._outbox.thin(args["kind"], before_wall_s=before_s, every_s=args["every_s"])
        return {"gone": gone}


class Offline:
    """What `thin` needs of the ground."""

    def __init__(self, outbox: Outbox, now: Clock) -> None:
        self.switchboard = Asked(outbox, now)


def test_months_when_the_console_is_away_then_what_waits_stays_small() -> None:
    now = Clock()
    outbox = Outbox(Connection.memory(), now)
    days, every_s = 100, 600.0
    for _ in range(int(days * DAY_S / every_s)):
        outbox.add(METRICS, {"CONTACTS_IN_QUEUE": 1})
        now.pass_time(every_s)
    assert outbox.depth() == 14_400
    gone = asyncio.run(thin(Offline(outbox, now)))
    newest, quarters, hours, quarter_days = 144, 6 * 96, 53 * 24, 40 * 4
    assert abs(outbox.depth() - (newest + quarters + hours + quarter_days)) < 10
    assert gone == 14_400 - outbox.depth()
    assert asyncio.run(thin(Offline(outbox, now))) == 0
    assert snapshots.POLICY[0] == (DAY_S, 900.0)
