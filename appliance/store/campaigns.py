"""The campaigns repository: campaigns as configured, and how far each list is. The records are errands."""

from __future__ import annotations

import msgspec

from appliance.acd.campaigns import Campaign
from appliance.acd.errands import Errand
from appliance.store.connection import Connection
from appliance.store.outbox import Outbox

CAMPAIGN, CAMPAIGN_REMOVED = "campaign", "campaign_removed"
_decode = msgspec.json.Decoder(Campaign).decode
_decode_errand = msgspec.json.Decoder(Errand).decode


class Campaigns:
    def __init__(self, connection: Connection, outbox: Outbox) -> None:
        self._connection = connection
        self._outbox = outbox

    def put(self, campaign: Campaign) -> None:
        """Add the campaign or change it."""
        with self._connection.transaction():
            self._connection.write(
                "INSERT INTO campaigns (campaign, content) VALUES (?, ?)"
                " ON CONFLICT (campaign) DO UPDATE SET content = excluded.content",
                (campaign.campaign, msgspec.json.encode(campaign).decode()),
            )
            self._outbox.add(CAMPAIGN, campaign)

    def get(self, name: str) -> Campaign | None:
        content = self._connection.value("SELECT content FROM campaigns WHERE campaign = ?", (name,))
        return None if content is None else _decode(content)

    def all(self) -> list[Campaign]:
        """Every campaign by name."""
        return [_decode(row["content"]) for row in self._connection.rows("SELECT content FROM campaigns ORDER BY 1")]

    def remove(self, name: str) -> bool:
        """Remove the campaign, its list and its do-not-call list; False if there was none. Contacts' records stay."""
        with self._connection.transaction():
            removed = self._connection.write("DELETE FROM campaigns WHERE campaign = ?", (name,)) > 0
            self._connection.write("DELETE FROM errands WHERE campaign = ?", (name,))
            self._connection.write("DELETE FROM do_not_call WHERE campaign = ?", (name,))
            if removed:
                self._outbox.add(CAMPAIGN_REMOVED, {"campaign": name})
        return removed

    # ── its list ─────────────────────────────────────────────────────────────────────────────────────────────────

    def numbers(self, name: str) -> set[str]:
        """Every number on the list."""
        rows = self._connection.rows("SELECT number FROM errands WHERE campaign = ?", (name,))
        return {row["number"] for row in rows}

    def due(self, name: str, wall_s: float, limit: int) -> list[Errand]:
        """Records that may be called from `wall_s` on or before, the longest due first."""
        rows = self._connection.rows(
            "SELECT content FROM errands WHERE campaign = ? AND state = 'scheduled' AND contact IS NULL"
            " AND due_wall_s <= ? ORDER BY due_wall_s, rowid LIMIT ?",
            (name, wall_s, limit),
        )
        return [_decode_errand(row["content"]) for row in rows]

    def records(self, name: str, *, limit: int) -> list[Errand]:
        """The list in its order."""
        rows = self._connection.rows(
            "SELECT content FROM errands WHERE campaign = ? ORDER BY rowid LIMIT ?", (name, limit)
        )
        return [_decode_errand(row["content"]) for row in rows]

    def of_number(self, number: str, name: str) -> list[Errand]:
        """Records with this number that are not over, of one campaign, or of all where `name` is empty."""
        rows = self._connection.rows(
            "SELECT content FROM errands WHERE kind = 'campaign' AND over = 0 AND number = ?"
            " AND (? = '' OR campaign = ?)",
            (number, name, name),
        )
        return [_decode_errand(row["content"]) for row in rows]

    def progress(self, name: str) -> dict[str, int]:
        """How many records are in each state, and by their last outcome ("outcome:busy")."""
        states = self._connection.rows(
            "SELECT state, count(*) AS records FROM errands WHERE campaign = ? GROUP BY state", (name,)
        )
        outcomes = self._connection.rows(
            "SELECT json_extract(content, '$.outcomes[#-1]') AS outcome, count(*) AS records FROM errands"
            " WHERE campaign = ? AND outcome IS NOT NULL GROUP BY outcome",
            (name,),
        )
        found = {str(row["state"]): int(row["records"]) for row in states}
        return found | {f"outcome:{row['outcome']}": int(row["records"]) for row in outcomes}
