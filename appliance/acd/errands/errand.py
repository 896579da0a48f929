"""One errand as it stands: the row of the store. What changes it is in `machine`."""

from __future__ import annotations

import enum

import msgspec
from msgspec.structs import replace

from appliance.events import ErrandKind
from appliance.ids import AgentId, ContactId, ErrandId, FlowId, OfferId, QueueId
from appliance.stamps import Stamp


class ErrandState(enum.StrEnum):
    """Where an errand is. The last three are final."""

    SCHEDULED = "scheduled"  # waits for its time: initial delay, pause between attempts, calling hours
    QUEUED = "queued"  # its contact holds a place in the queue
    OFFERED = "offered"  # a process has the lease and rings an agent
    DIALLED = "dialled"  # an agent has taken it: the customer is being called, once
    CONNECTED = "connected"  # the customer has answered
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL = frozenset({ErrandState.DONE, ErrandState.FAILED, ErrandState.CANCELLED})


class Outcome(enum.StrEnum):
    """What became of one attempt."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    INVALID = "invalid"  # there is no such number
    UNREACHABLE = "unreachable"
    AGENT_LEFT = "agent_left"  # the agent hung up before the customer answered
    SKIPPED = "skipped"  # the agent, having heard who it is, would not call
    LOST = "lost"  # the contact process died after an agent had taken the attempt
    DO_NOT_CALL = "do_not_call"  # the number came onto a do-not-call list


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """One errand as it stands; the row of the store.

    due: when it enters the queue (SCHEDULED). waiting_since: its place there. contact: of the attempt under way or
    planned, None while a record of a campaign waits; previous, initial: the chain behind it. attempt: its number, from
    1. lease: the offer whose process may dial. outcomes: of the attempts so far. retry_s: pauses by outcome, where they
    differ from retry_delay_s; final: outcomes after which nobody tries again. redone, skips: how often an attempt was
    made again because a process had died, or an agent would not call. zones: where the customer may be (IANA names).
    """

    errand: ErrandId
    kind: ErrandKind
    number: str  # E.164, or an extension
    queue: QueueId
    agent: AgentId | None = None
    campaign: str = ""
    name: str = ""
    state: ErrandState = ErrandState.SCHEDULED
    asked: Stamp
    due: Stamp
    waiting_since: Stamp
    priority: int = 5
    time_adjustment_s: int = 0
    contact: ContactId | None = None
    previous: ContactId | None = None
    initial: ContactId | None = None
    attempt: int = 1
    max_attempts: int = 1
    retry_delay_s: float = 600.0
    retry_s: dict[Outcome, float] = msgspec.field(default_factory=dict)
    final: tuple[Outcome, ...] = (Outcome.ANSWERED, Outcome.INVALID)
    lease: OfferId | None = None
    redone: int = 0
    skips: int = 0
    zones: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    caller_id: str = ""
    flow: FlowId | None = None
    attributes: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Nobody will be called for it any more."""
        return self.state in FINAL


def later(at: Stamp, seconds: float) -> Stamp:
    """The instant `seconds` after `at`."""
    return replace(at, mono_s=at.mono_s + seconds, wall_s=at.wall_s + seconds)
