"""The errands repository: customers whom the box has to call, one row each; the row is also the lease.

A callback's row is made in the transaction that stores the wish for it, so that none is lost. All else is written by
whoever steps the errand (`appliance.acd.errands`).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from appliance import events as ev
from appliance.acd.callbacks import callback_of
from appliance.acd.campaigns import called_again
from appliance.acd.errands import Errand
from appliance.events import ErrandKind
from appliance.ids import ContactId, ErrandId, QueueId
from appliance.stamps import Stamp
from appliance.store.campaigns import Campaigns
from appliance.store.connection import Connection, Value
from appliance.store.do_not_call import DoNotCall
from appliance.store.outbox import Outbox

ERRAND = "errand"
_decode = msgspec.json.Decoder(Errand).decode


class Errands:
    def __init__(self, connection: Connection, campaigns: Campaigns, do_not_call: DoNotCall, outbox: Outbox) -> None:
        self._connection = connection
        self._campaigns = campaigns
        self._do_not_call = do_not_call
        self._outbox = outbox

    def put(self, errand: Errand) -> None:
        """Add the errand or write how it stands."""
        with self._connection.transaction():
            self._connection.write(
                "INSERT INTO errands (errand, kind, campaign, state, over, contact, number, due_wall_s, asked_wall_s,"
                " content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (errand) DO UPDATE SET"
                " state = excluded.state, over = excluded.over, contact = excluded.contact,"
                " due_wall_s = excluded.due_wall_s, content = excluded.content",
                _values(errand),
            )
            self._outbox.add(ERRAND, errand)

    def get(self, errand: ErrandId) -> Errand | None:
        content = self._connection.value("SELECT content FROM errands WHERE errand = ?", (errand,))
        return None if content is None else _decode(content)

    def under_way(self) -> list[Errand]:
        """Every callback that is not over, and the records of campaigns whose contact has begun; the oldest first."""
        return self._of(
            "SELECT content FROM errands WHERE over = 0 AND (kind = ? OR contact IS NOT NULL)"
            " ORDER BY asked_wall_s, errand",
            ErrandKind.CALLBACK.value,
        )

    def latest(self, kind: ErrandKind, limit: int = 100, *, only_open: bool = False) -> list[Errand]:
        """The newest first."""
        return self._of(
            "SELECT content FROM errands WHERE kind = ? AND over <= ? ORDER BY asked_wall_s DESC, errand LIMIT ?",
            kind.value,
            0 if only_open else 1,
            limit,
        )

    def derive(self, event: ev.ContactEvent) -> None:
        """Fold an event in; called by the events repository inside its transaction."""
        if isinstance(event.body, ev.DispositionChosen):
            self._disposed(event.contact, event.body.code, event.at)
        if not isinstance(event.body, ev.CallbackRequested) or event.body.queue is None:
            return
        errand = callback_of(event.body, event.contact, QueueId(event.body.queue), event.at)
        if self.get(errand.errand) is None:
            self.put(errand)

    def dispose(self, contact: ContactId) -> None:
        """The contact's attempt is over: what was said about it before counts now."""
        row = self._connection.row(
            "SELECT body, boot, mono_s, wall_s, synced FROM events WHERE contact = ? AND type = 'DispositionChosen'"
            " ORDER BY id DESC LIMIT 1",
            (contact,),
        )
        if row is not None:
            at = Stamp(boot=row["boot"], mono_s=row["mono_s"], wall_s=row["wall_s"], synced=bool(row["synced"]))
            self._disposed(contact, msgspec.json.decode(row["body"])["code"], at)

    def _disposed(self, contact: ContactId, code: str, at: Stamp) -> None:
        """By the campaign's rules the number is called again, or never."""
        row = self._connection.row("SELECT content FROM errands WHERE kind = 'campaign' AND contact = ?", (contact,))
        errand = None if row is None else _decode(row["content"])
        campaign = None if errand is None else self._campaigns.get(errand.campaign)
        if errand is None or campaign is None:
            return
        if code in campaign.never:
            self._do_not_call.add([errand.number], campaign.campaign, at, note=code)
        elif (again := called_again(campaign, errand, code, at)) is not None:
            self.put(again)

    def _of(self, sql: str, *parameters: Value) -> list[Errand]:
        return [_decode(row["content"]) for row in self._connection.rows(sql, parameters)]


def _values(errand: Errand) -> Sequence[Value]:
    return (
        errand.errand,
        errand.kind.value,
        errand.campaign,
        errand.state.value,
        int(errand.over),
        errand.contact,
        errand.number,
        errand.due.wall_s,
        errand.asked.wall_s,
        msgspec.json.encode(errand).decode(),
    )
