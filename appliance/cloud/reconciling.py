"""After an outage both sides count: the same events, records and recordings, none missing, none twice.

The box states what it sent between two chain positions; the console answers with what it holds of that stretch. Equal
heads prove the events; counts are for people, and recordings (which come later than their events) are compared by id.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from appliance.cloud.chain import Position

OUTAGE = "outage"  # outbox kind: Outage
RECONCILED = "reconciled"  # outbox kind: Verdict


class Outage(msgspec.Struct, frozen=True, kw_only=True):
    """No link from `began_s` to `ended_s` (wall time; lasted_s by the monotonic clock as far as it reaches). why: the
    first failure in words."""

    outage: str
    began_s: float
    ended_s: float
    lasted_s: float
    why: str


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """The box: events after `after` up to and including `until`. counts: by outbox kind; contacts: distinct contact ids
    that have a contact record in the stretch; recordings: ids of those finished in it."""

    outage: str
    after: Position
    until: Position
    counts: Mapping[str, int]
    contacts: int
    recordings: tuple[str, ...] = ()


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the console found. same_head: both chains agree at `until`; missing_*: announced and not there;
    twice: stored more than once (must be 0)."""

    outage: str
    same_head: bool
    contact_records: int
    recordings: int
    missing_records: int
    missing_recordings: tuple[str, ...] = ()
    twice: int = 0

    @property
    def agrees(self) -> bool:
        return self.same_head and not self.missing_records and not self.missing_recordings and not self.twice


def verdict(stated: Statement, *, head: str, contact_records: int, recordings: frozenset[str], twice: int) -> Verdict:
    """head: the console's at `stated.until.seq`, "" where it has none; contact_records: distinct contacts with a record
    of the stretch; recordings: ids that it has verified."""
    missing = tuple(one for one in stated.recordings if one not in recordings)
    return Verdict(
        outage=stated.outage,
        same_head=head == stated.until.head,
        contact_records=contact_records,
        recordings=len(stated.recordings) - len(missing),
        missing_records=max(0, stated.contacts - contact_records),
        missing_recordings=missing,
        twice=twice,
    )


def sentence(found: Verdict) -> str:
    """`214 contact records, 198 recordings, none missing, none twice`."""
    missing = found.missing_records + len(found.missing_recordings)
    words = [
        f"{found.contact_records} contact record{_s(found.contact_records)}",
        f"{found.recordings} recording{_s(found.recordings)}",
        f"{missing} missing" if missing else "none missing",
        f"{found.twice} twice" if found.twice else "none twice",
    ]
    return ", ".join(words) + ("" if found.same_head else "; the chains differ")


def _s(count: int) -> str:
    return "" if count == 1 else "s"
