"""The box's chain on disk: what is sealed, how far the console has it, what is kept for a console that was restored.

Events are rendered once; the bytes stay until they are acknowledged and for a while after. Every method is one
transaction. Must not know how anything is sent.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable

import msgspec

from appliance.cloud import batch as packing
from appliance.cloud import chain
from appliance.cloud.chain import Position
from appliance.stamps import Stamp
from appliance.store.connection import Connection, Row
from appliance.sync.delivering.rendering import Facts, Rendered, together

KEEP_S = 14 * 86_400.0  # how long acknowledged events are kept
KEEP_BYTES = 64_000_000  # and how many of them, packed


class Settled(enum.StrEnum):
    """How the console's position compares with the box's chain."""

    SAME = "same"
    AHEAD = "ahead"  # it had more than the box knew: an answer was lost
    BEHIND = "behind"  # it has lost some, which the box still has: they go out once more
    UNKNOWN = "unknown"  # it has more than the box has ever sealed: a copy of this box, or this box from a copy
    FORGOTTEN = "forgotten"  # it has lost some that the box has forgotten since
    FORKED = "forked"  # another history


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Sealed events `first` to `last`, which follow on `after`; outbox: the row that the last of them comes from."""

    first: int
    last: int
    after: Position
    head: str
    outbox: int
    events: tuple[bytes, ...]

    @property
    def end(self) -> Position:
        return Position(seq=self.last, head=self.head)

    def position_at(self, seq: int) -> Position:
        """In the chain, `first - 1 <= seq <= last`."""
        return chain.follow(self.after, self.events[: seq - self.first + 1])


class ChainStore:
    """Of one identity. Another box id begins another chain: what the console of the old one has is not sent again, what
    it hasn't is rendered anew."""

    def __init__(self, connection: Connection, box: str) -> None:
        """Raises StoreError."""
        self._connection = connection
        self.box = box
        with connection.transaction():
            row = connection.row("SELECT box, outbox FROM chain")
            if row is None or row["box"] != box:
                self._begin(0 if row is None else row["outbox"])
        self._read()

    def _begin(self, outbox: int) -> None:
        start = chain.genesis(self.box)
        self._connection.write("DELETE FROM batches")
        self._connection.write("DELETE FROM outages")
        self._connection.write(
            "INSERT OR REPLACE INTO chain (one, box, seq, head, outbox, halted) VALUES (1, ?, ?, ?, ?, '')",
            (self.box, start.seq, start.head, outbox),
        )

    def _read(self) -> None:
        row = self._connection.row("SELECT * FROM chain")
        assert row is not None
        self.position = Position(seq=row["seq"], head=row["head"])
        self.acknowledged_outbox: int = row["outbox"]
        self.halted: str = row["halted"]
        newest = self._connection.row("SELECT last, head, outbox FROM batches ORDER BY first DESC LIMIT 1")
        self.end = self.position if newest is None else Position(seq=newest["last"], head=newest["head"])
        self.sealed_outbox: int = row["outbox"] if newest is None else max(row["outbox"], newest["outbox"])

    def outbox_begins_anew(self) -> None:
        """The store was replaced: its numbers have begun again."""
        with self._connection.transaction():
            self._connection.write("UPDATE chain SET outbox = 0")
            self._connection.write("UPDATE batches SET outbox = 0")
        self._read()

    def halt(self, why: str) -> None:
        """Nothing is sent until a person has looked; "": go on."""
        self._connection.write("UPDATE chain SET halted = ?", (why,))
        self.halted = why

    def seal(self, rendered: Rendered, now: Stamp) -> None:
        """Add events to the end of the chain."""
        end = chain.follow(self.end, rendered.events)
        self._connection.write(
            "INSERT INTO batches (first, last, after, head, outbox, facts, body, sealed_wall_s)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self.end.seq + 1,
                end.seq,
                str(self.end),
                end.head,
                rendered.outbox,
                msgspec.json.encode(rendered.facts).decode(),
                packing.pack(rendered.events),
                float(now.wall_s),
            ),
        )
        self.end, self.sealed_outbox = end, rendered.outbox

    def next_batch(self) -> Batch | None:
        """The first one that the console doesn't have whole."""
        if self.position.seq >= self.end.seq:
            return None
        return self._batch_with(self.position.seq + 1)

    def settle(self, theirs: Position, now: Stamp) -> Settled:
        """The console stands there. Moves the box's position to it where both have the same history, else nothing."""
        compared = self._compared(theirs)
        if compared in {Settled.AHEAD, Settled.BEHIND}:
            self._move(theirs, now)
        return compared

    def _compared(self, theirs: Position) -> Settled:
        if theirs.seq == self.position.seq:
            return Settled.SAME if theirs.head == self.position.head else Settled.FORKED
        if theirs.seq > self.end.seq:
            return Settled.UNKNOWN
        ours = self._position_at(theirs.seq)
        if ours is None or self._is_forgotten_behind(theirs.seq):
            return Settled.FORGOTTEN
        if ours.head != theirs.head:
            return Settled.FORKED
        return Settled.AHEAD if theirs.seq > self.position.seq else Settled.BEHIND

    def _position_at(self, seq: int) -> Position | None:
        """None where the box can't go on from there any more."""
        found = self._batch_with(seq + 1)  # what would have to be sent next
        if found is not None:
            return found.position_at(seq)
        row = self._connection.row("SELECT last, head FROM batches WHERE last = ?", (seq,))
        return None if row is None or seq < self.end.seq else Position(seq=row["last"], head=row["head"])

    def _is_forgotten_behind(self, seq: int) -> bool:
        """Whether an event behind `seq` is kept no more."""
        row = self._connection.row("SELECT 1 FROM batches WHERE last > ? AND body IS NULL LIMIT 1", (seq,))
        return row is not None

    def _move(self, theirs: Position, now: Stamp) -> None:
        with self._connection.transaction():
            whole = self._connection.value("SELECT max(outbox) FROM batches WHERE last <= ?", (theirs.seq,))
            self._connection.write(
                "UPDATE chain SET seq = ?, head = ?, outbox = max(outbox, ?)", (theirs.seq, theirs.head, whole or 0)
            )
            self._connection.write(
                "UPDATE batches SET acknowledged_wall_s = ? WHERE acknowledged_wall_s IS NULL AND last <= ?",
                (float(now.wall_s), theirs.seq),
            )
            self._connection.write("UPDATE batches SET acknowledged_wall_s = NULL WHERE last > ?", (theirs.seq,))
        self.position = theirs
        self.acknowledged_outbox = max(self.acknowledged_outbox, whole or 0)

    def facts_between(self, after: Position, until: Position) -> Facts:
        """Of the batches that end behind `after` and not behind `until`."""
        rows = self._connection.rows(
            "SELECT facts FROM batches WHERE last > ? AND last <= ? ORDER BY first", (after.seq, until.seq)
        )
        return together([msgspec.json.decode(row["facts"], type=Facts) for row in rows])

    def boundary(self) -> Position:
        """The beginning of the first batch that the console doesn't have whole, else where it stands."""
        if self.position.seq >= self.end.seq:
            return self.position
        after = self._connection.value("SELECT after FROM batches WHERE last > ? ORDER BY first", (self.position.seq,))
        return chain.parse_position(after)

    def forget(self, now: Stamp, *, before_seq: int) -> None:
        """Acknowledged events that are old or too many; of batches that end behind `before_seq` only the bytes."""
        with self._connection.transaction():
            self._connection.write(
                "UPDATE batches SET body = NULL WHERE acknowledged_wall_s < ?", (now.wall_s - KEEP_S,)
            )
            self._connection.write(
                "UPDATE batches SET body = NULL WHERE acknowledged_wall_s IS NOT NULL AND first <="
                " (SELECT first FROM (SELECT first, sum(length(body)) OVER (ORDER BY first DESC) AS bytes FROM batches"
                " WHERE body IS NOT NULL AND acknowledged_wall_s IS NOT NULL) WHERE bytes > ?"
                " ORDER BY first DESC LIMIT 1)",
                (KEEP_BYTES,),
            )
            self._connection.write(
                "DELETE FROM batches WHERE body IS NULL AND last <= ? AND last < ?", (before_seq, self.end.seq)
            )

    def waiting(self) -> int:
        """How many sealed events the console doesn't have."""
        return self.end.seq - self.position.seq

    def _batch_with(self, seq: int) -> Batch | None:
        row = self._connection.row("SELECT * FROM batches WHERE first <= ? ORDER BY first DESC LIMIT 1", (seq,))
        return None if row is None or row["last"] < seq or row["body"] is None else _batch(row)


def _batch(row: Row) -> Batch:
    events: Iterable[bytes] = packing.unpack(row["body"])
    return Batch(
        first=row["first"],
        last=row["last"],
        after=chain.parse_position(row["after"]),
        head=row["head"],
        outbox=row["outbox"],
        events=tuple(events),
    )
