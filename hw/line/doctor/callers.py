"""By which standard an exchange says who calls, from the sound of the ringing line. Pure."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from hw.daa.caller_id_dtmf import KeyedCallerId
from hw.daa.fsk import BELL_202, V23, Demodulator, TonePlan
from hw.daa.keys import KeyReceiver
from hw.daa.messages import Messages
from hw.errors import SignalError
from hw.line.caller_id import CallerId
from hw.line.doctor.captures import NOBODY, RATE_HZ, Captures
from hw.line.doctor.measures import power_at

_PIECE = 160


class Standard(enum.StrEnum):
    BELL_202 = "Bell 202"
    V23 = "V.23"
    KEYS = "DTMF"
    DEVICE = "read by the device"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerSeen:
    """damaged: a message came and could not be believed; before_ring: None where nothing came."""

    standard: Standard = Standard.NONE
    caller: CallerId = NOBODY
    before_ring: bool | None = None
    damaged: bool = False


def caller_in(captures: Captures, ringing: Sequence[int]) -> CallerSeen:
    """The sound decides; without one, what the driver has read."""
    first_ring_s = min(captures.rings_s, default=0.0)
    damaged = False
    for plan in (BELL_202, V23):
        caller, at_s, bad = _by_fsk(ringing, plan)
        damaged |= bad
        if caller is not None:
            standard = _plan_of(ringing)
            return CallerSeen(standard=standard, caller=caller, before_ring=_before(at_s, first_ring_s, captures))
    keyed, at_s = _by_keys(ringing)
    if keyed is not None:
        before_ring = _before(at_s, first_ring_s, captures)
        return CallerSeen(standard=Standard.KEYS, caller=keyed, before_ring=before_ring)
    if captures.caller:
        before = captures.caller_before_ring
        return CallerSeen(standard=Standard.DEVICE, caller=captures.caller, before_ring=before)
    return CallerSeen(damaged=damaged)


def _before(at_s: float, first_ring_s: float, captures: Captures) -> bool:
    return at_s < first_ring_s if captures.rings_s else captures.caller_before_ring


def _by_fsk(samples: Sequence[int], plan: TonePlan) -> tuple[CallerId | None, float, bool]:
    """Who, when it was whole, and whether something came that was damaged."""
    sound, messages, damaged = Demodulator(plan), Messages(), False
    for at in range(0, len(samples), _PIECE):
        for byte in sound.feed(samples[at : at + _PIECE]):
            try:
                caller = messages.feed(byte)
            except SignalError:
                damaged = True
                continue
            if caller is not None:
                return caller, (at + _PIECE) / RATE_HZ, damaged
    return None, 0.0, damaged


def _by_keys(samples: Sequence[int]) -> tuple[CallerId | None, float]:
    receiver, keyed = KeyReceiver(), KeyedCallerId()
    for at in range(0, len(samples), _PIECE):
        for key in receiver.feed(samples[at : at + _PIECE]):
            try:
                caller = keyed.feed(key)
            except SignalError:
                continue
            if caller is not None:
                return caller, (at + _PIECE) / RATE_HZ
    return None, 0.0


def _plan_of(samples: Sequence[int]) -> Standard:
    """The two are 100 Hz apart, near enough for either receiver to read both: which tones are really there?"""
    blocks = [samples[at : at + 800] for at in range(0, len(samples) - 799, 800)]
    marks = {plan: max(power_at(block, plan.mark_hz) for block in blocks) for plan in (BELL_202, V23)}
    return Standard.BELL_202 if marks[BELL_202] >= marks[V23] else Standard.V23
