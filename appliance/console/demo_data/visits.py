"""What one contact was, in plain numbers: the plan from which its events are told. Times: seconds since the epoch."""

from __future__ import annotations

import msgspec


class Ring(msgspec.Struct, frozen=True, kw_only=True):
    """An agent is rung from `at`; outcome: connected, no_answer, abandoned."""

    agent: str
    extension: str
    at: float
    until: float
    outcome: str


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """customer: number; said: keys pressed and steps taken are told from `key` ("": none was); queued None: hung up in
    the menu or came outside opening hours (`closed`). left: the customer's or agent's hanging up; worked_until: end of
    after-contact work; away_until: the agent was with somebody at the desk after it. outbound: the agent dialled."""

    contact: str
    recording: str
    customer: str
    name: str
    began: float
    left: float
    closed: bool = False
    outbound: bool = False
    key: str = ""
    queue: str = ""
    queued: float | None = None
    rings: tuple[Ring, ...] = ()
    agent: str = ""
    extension: str = ""
    connected: float | None = None
    holds: tuple[tuple[float, float], ...] = ()
    agent_hung_up: bool = False
    worked_until: float | None = None
    away_until: float | None = None
    disposition: str = ""
    note: str = ""
    loss: float = 0.0
    jitter_ms: float = 3.0
    rtt_ms: float = 22.0

    @property
    def ended(self) -> float:
        """When the last thing of it happened."""
        return max(self.left, self.worked_until or 0.0) + 1.0
