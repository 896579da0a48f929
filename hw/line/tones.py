"""Call-progress tones by country, as data: which frequencies, in which rhythm.

Source: ITU-T E.180 Supplement 2 (Various tones used in national networks). cadence: seconds on, off, on, off …;
empty: a continuous tone. A country that isn't here gets the tones that fit most of Europe.
"""

from __future__ import annotations

from dataclasses import dataclass

from hw.line.signals import Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class ToneSpec:
    """One tone. frequencies_hz: heard at the same time; order: one after the other (special information)."""

    tone: Tone
    frequencies_hz: tuple[float, ...]
    cadence_s: tuple[float, ...] = ()


def _plan(  # one country
    dial: tuple[float, ...],
    ringback: tuple[tuple[float, ...], tuple[float, ...]],
    busy: tuple[tuple[float, ...], tuple[float, ...]],
    congestion: tuple[tuple[float, ...], tuple[float, ...]],
) -> tuple[ToneSpec, ...]:
    return (
        ToneSpec(tone=Tone.DIAL, frequencies_hz=dial),
        ToneSpec(tone=Tone.RINGBACK, frequencies_hz=ringback[0], cadence_s=ringback[1]),
        ToneSpec(tone=Tone.BUSY, frequencies_hz=busy[0], cadence_s=busy[1]),
        ToneSpec(tone=Tone.CONGESTION, frequencies_hz=congestion[0], cadence_s=congestion[1]),
        ToneSpec(tone=Tone.FAX, frequencies_hz=(1100.0,), cadence_s=(0.5, 3.0)),
    )


_DIAL, _RING, _LOW = (350.0, 440.0), (440.0, 480.0), (480.0, 620.0)
_CEPT = (425.0,)
TONES: dict[str, tuple[ToneSpec, ...]] = {
    "": _plan(_CEPT, (_CEPT, (1.0, 4.0)), (_CEPT, (0.5, 0.5)), (_CEPT, (0.25, 0.25))),
    "US": _plan(_DIAL, (_RING, (2.0, 4.0)), (_LOW, (0.5, 0.5)), (_LOW, (0.25, 0.25))),
    "KR": _plan(_DIAL, (_RING, (1.0, 2.0)), (_LOW, (0.5, 0.5)), (_LOW, (0.3, 0.2))),
    "GB": _plan(
        _DIAL, ((400.0, 450.0), (0.4, 0.2, 0.4, 2.0)), ((400.0,), (0.375, 0.375)), ((400.0,), (0.4, 0.35, 0.225, 0.525))
    ),
    "DE": _plan(_CEPT, (_CEPT, (1.0, 4.0)), (_CEPT, (0.48, 0.48)), (_CEPT, (0.24, 0.24))),
    "FR": _plan((440.0,), ((440.0,), (1.5, 3.5)), ((440.0,), (0.5, 0.5)), ((440.0,), (0.25, 0.25))),
    "NL": _plan(_CEPT, (_CEPT, (1.0, 4.0)), (_CEPT, (0.5, 0.5)), (_CEPT, (0.25, 0.25))),
}


def tones_of(country: str) -> tuple[ToneSpec, ...]:
    """The country's tones, else those that fit most of Europe."""
    return TONES.get(country, TONES[""])
