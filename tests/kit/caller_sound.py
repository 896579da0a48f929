"""Who calls, as an exchange sends it over an analog line: the very sound, by every standard that we read."""

from __future__ import annotations

import enum
import functools

from kit.fsk import mdmf, modulate, transmission

from hw.daa.fsk import BELL_202, V23, TonePlan
from hw.line.caller_id import Absence, CallerId
from hw.line.dtmf import dial_tones
from hw.line.g711 import to_mulaw

_LETTERS = {Absence.OUT_OF_AREA: b"O", Absence.PRIVATE: b"P"}
_KEYED = {Absence.OUT_OF_AREA: "B00#", Absence.PRIVATE: "B10#"}


class CallerStandard(enum.StrEnum):
    """bell: Bell 202, GR-30; v23: EN 300 659-1; dtmf: EN 300 659-1 annex A; none: the exchange doesn't tell."""

    BELL = "bell"
    V23 = "v23"
    DTMF = "dtmf"
    NONE = "none"


_PLANS: dict[CallerStandard, TonePlan] = {CallerStandard.BELL: BELL_202, CallerStandard.V23: V23}


@functools.lru_cache(maxsize=64)
def caller_sound(caller: CallerId, standard: CallerStandard, *, short: bool = False) -> bytes:
    """µ-law at 8 kHz, b"" where nothing is told. short: with the least seizure that a receiver must take."""
    if standard is CallerStandard.NONE or not caller:
        return b""
    if standard is CallerStandard.DTMF:
        keys = _KEYED[caller.no_number] if caller.no_number else f"A{caller.number}#"
        return to_mulaw(dial_tones(keys, key_s=0.07, gap_s=0.07))
    lengths = {"seizure_bits": 120, "mark_bits": 40} if short else {}
    samples = modulate(transmission(message_of(caller), **lengths), _PLANS[standard])
    return to_mulaw(round(sample) for sample in samples)


def message_of(caller: CallerId) -> bytes:
    """An MDMF message with date, number and name, or why there is none."""
    moment = f"{caller.month or 11:02}{caller.day or 22:02}{caller.hour or 18:02}{caller.minute or 30:02}".encode()
    number = (0x04, _LETTERS[caller.no_number]) if caller.no_number else (0x02, caller.number.encode())
    name = (0x08, _LETTERS[caller.no_name]) if caller.no_name else (0x07, caller.name.encode("latin-1"))
    return mdmf((0x01, moment), *(one for one in (number, name) if one[1]))
