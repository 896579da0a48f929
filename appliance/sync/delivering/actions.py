"""What the courier wants done, and what became of it. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from appliance.cloud.chain import Position
from appliance.cloud.delivery import Conflict
from appliance.cloud.reconciling import Statement, Verdict


class SendBatch(msgspec.Struct, frozen=True, kw_only=True):
    """POST these events, which follow on `after` and lead to `until`."""

    after: Position
    until: Position
    events: tuple[bytes, ...]


class AskPosition(msgspec.Struct, frozen=True, kw_only=True):
    """GET how far the console has heard this box."""


class SendStatement(msgspec.Struct, frozen=True, kw_only=True):
    """POST what lies in an outage's stretch."""

    statement: Statement


class TellOutbox(msgspec.Struct, frozen=True, kw_only=True):
    """Have the switchboard forget the outbox rows up to `seq`."""

    seq: int


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """Have the switchboard add an outbox row; `outage`: the one it tells of."""

    kind: str
    content: Mapping[str, Any]
    outage: str


Action = SendBatch | AskPosition | SendStatement | TellOutbox | Note


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """The console has everything up to there."""

    position: Position


class Disagreed(msgspec.Struct, frozen=True, kw_only=True):
    """The console took nothing: the batch doesn't follow on what it has."""

    conflict: Conflict


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What the console finds in the stretch."""

    verdict: Verdict


class Unreached(msgspec.Struct, frozen=True, kw_only=True):
    """No answer, or none that can be used (`answered`). retry_s: not to be tried before."""

    why: str
    retry_s: float = 0.0
    answered: bool = False


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """The switchboard did it; seq: of the new outbox row."""

    seq: int = 0


class Hindered(msgspec.Struct, frozen=True, kw_only=True):
    """The switchboard didn't, or isn't there."""

    why: str


Outcome = Heard | Disagreed | Judged | Unreached | Done | Hindered
