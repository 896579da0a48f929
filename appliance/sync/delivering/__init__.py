"""How events reach the console: sealed once, sent in order until they are acknowledged, reconciled after an outage.

    outbox row ─ rendering ─► event ─ chain_store ─► batch ─ courier ─► request     `wire` carries it
                                                        ▲        │
                                        acknowledged ───┘        └─ outbox forgets its rows

`courier` is a machine without I/O of its own but for the box's files: the clock comes in, actions go out, what became
of them comes back. `link`, `backoff` and `sizing` are pure.
"""
