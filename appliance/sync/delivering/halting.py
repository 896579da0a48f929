"""Why nothing may be sent any more, and what a person can do about it. Pure."""

from __future__ import annotations

from appliance.cloud.chain import Position
from appliance.sync.delivering.chain_store import ChainStore, Settled


def reason(settled: Settled, theirs: Position, ours: ChainStore) -> str:
    """For a settlement that a person has to look at."""
    if settled is Settled.UNKNOWN:
        return (
            f"the console has {theirs.seq} events of this box, which has made {ours.end.seq} only: a copy of this box "
            "is at work, or this box was restored from a copy; take the copy away, or enrol this box anew"
        )
    if settled is Settled.FORGOTTEN:
        return (
            f"the console has {theirs.seq} events of this box only (restored from a copy?), and this box keeps some "
            f"of those up to {ours.position.seq} no longer; enrol this box anew"
        )
    return (
        f"the console has other events up to {theirs.seq} than this box: a copy of this box is at work, or the console "
        "was restored from a copy of another; find out which, then enrol this box anew"
    )
