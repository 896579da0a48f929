"""What a line's driver tells of it (past tense) and is told to do (imperative). Frozen, pure data.

A driver says which of these it can tell: a modem hears no polarity, a gateway box knows everything by SIP.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from hw.line.caller_id import CallerId


class Tone(enum.StrEnum):
    """Call progress (ITU-T E.180)."""

    DIAL = "dial"
    RINGBACK = "ringback"
    BUSY = "busy"
    CONGESTION = "congestion"
    SPECIAL_INFORMATION = "special_information"
    FAX = "fax"


# ── told by the driver ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Base."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rang(Signal):
    """A ring began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerted(Signal):
    """Polarity reversal or dual-tone alert on an idle line: a caller id follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerRead(Signal):
    caller: CallerId


@dataclass(frozen=True, slots=True, kw_only=True)
class ToneHeard(Signal):
    """`cycles` of it so far, for tones with a cadence."""

    tone: Tone
    cycles: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSeen(Signal):
    """The far end picked up: polarity reversal, voice, or the chip's own judgement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopBroken(Signal):
    """No loop current for `duration_s` while off-hook."""

    duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceLasted(Signal):
    """Nobody has said anything for as long as the driver allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionPickedUp(Signal):
    """A telephone beside us on the same line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceFailed(Signal):
    """Off-hook, but the device doesn't carry voice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoltageGone(Signal):
    """No voltage: cable out, or the wrong socket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoltageBack(Signal):
    """There is a line again."""


# ── asked by whoever uses the line ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Base."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Request):
    """Take the call that rings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial(Request):
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flash(Request):
    """Hook flash, for a second call of the exchange."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendKeys(Request):
    """Keys for the far end, in talk."""

    keys: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp(Request):
    """End it, whatever it is."""


# ── what comes out ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Base of orders to the driver and news for the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoOffHook(Outcome):
    """Order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoOnHook(Outcome):
    """Order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendDigits(Outcome):
    """Order: DTMF (or pulses) of `number`."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakLoop(Outcome):
    """Order: on-hook for `duration_s`, then off-hook again."""

    duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallArrived(Outcome):
    """News: somebody calls; `caller` is empty where the exchange has not said."""

    caller: CallerId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallConnected(Outcome):
    """News: both ends talk; `certain` False: assumed, because nothing else was heard."""

    certain: bool = True


class EndReason(enum.StrEnum):
    CALLER_GAVE_UP = "caller_gave_up"
    HUNG_UP = "hung_up"  # by us
    FAR_END = "far_end"
    BUSY = "busy"
    NOT_DIALABLE = "not_dialable"  # congestion or special information
    NO_LINE = "no_line"
    GLARE = "glare"  # a call came in as we dialled out
    EXTENSION = "extension"  # somebody beside us has taken the line
    SILENCE = "silence"
    NO_VOICE = "no_voice"  # the device can't carry voice, or gave up
    REFUSED = "refused"  # asked for what the line can't do now


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(Outcome):
    reason: EndReason


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLost(Outcome):
    """News."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFound(Outcome):
    """News."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPressed(Outcome):
    """News: a key of the far end."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceGone(Outcome):
    """News, and the last: the device was unplugged, or its driver gave up. `reason`: in words, after "is"."""

    reason: str
