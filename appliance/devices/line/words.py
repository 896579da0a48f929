"""What the box's side of a line tells (past tense), and what the line's service is told to do (imperative). Pure data.

The line's side speaks `hw.line.signals`.
"""

from __future__ import annotations

from dataclasses import dataclass

from hw.line.caller_id import CallerId
from hw.line.signals import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxDialled:
    """The box wants to call `number` by this line."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxAnswered:
    """The call that we brought was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxEnded:
    """The box's side is over; status: why, as SIP has it, where it was never answered."""

    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxPressed:
    """A key for the far end; R is a hook flash (event 16 of RFC 4733)."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSent:
    """The line has dialled: from now on the exchange is heard."""


BoxEvent = BoxDialled | BoxAnswered | BoxEnded | BoxPressed | NumberSent


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBox:
    """Bring the call to the box."""

    caller: CallerId


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerBox:
    """To the call that the box has dialled: 183 with sound, 200, or a refusal."""

    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUpBox:
    """End the box's side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PressBox:
    """A key of the far end, for the box."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskLine:
    request: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class CarryVoice:
    """Between both sides, or no more."""

    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """The device is gone: the process ends. why: in words."""

    why: str


Command = CallBox | AnswerBox | HangUpBox | PressBox | AskLine | CarryVoice | GiveUp
