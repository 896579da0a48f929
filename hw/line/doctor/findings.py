"""From captures to findings: tone plan, caller id, levels, echo, how a hang-up is told, and a profile. Pure.

What it means in words is `words`' business.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace

from hw.line.doctor.callers import CallerSeen, Standard, caller_in
from hw.line.doctor.captures import ECHO, ENDED, IDLE, OFF_HOOK, RINGING, Captures
from hw.line.doctor.measures import Heard, level_dbm0, levels_dbm0, rhythm_s, tones_in
from hw.line.doctor.probe import Echo, echo_of
from hw.line.profile import CallerIdStart, Profile, profile_of
from hw.line.signals import Tone
from hw.line.tones import TONES, ToneSpec, tones_of

DEAD_DBM0 = -55.0  # below it nobody is there
LEAST_VOLTAGE_V = 3.0  # a line has 20 to 60, none about 1.4 (Conexant's -TRV)
TONE_PURITY = 0.6
SILENCE_S = 180.0  # where nothing else tells of a hang-up
NOTHING = Heard()
_NEAR_HZ = 8.0
_FAST_S = 0.35  # an on-time below it is congestion, above it busy


class Loop(enum.StrEnum):
    """What is at the end of the cable."""

    LINE = "line"
    NO_VOLTAGE = "no voltage"
    DEAD = "no loop current"  # or at least not a sound
    NO_DIAL_TONE = "no dial tone"
    UNKNOWN = "unknown"


class Disconnect(enum.StrEnum):
    """How the exchange tells that the far end has hung up."""

    BREAK = "loop break"
    TONE = "tone"
    SILENCE = "silence"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """dial_tone: as heard; countries: whose dial tone it is, the line's own first; idle_dbm0, dial_dbm0: levels, None
    where not recorded; end_tone: heard after a hang-up; profile: what the line should be run with."""

    loop: Loop = Loop.UNKNOWN
    voltage_v: float | None = None
    voice: str = ""
    dial_tone: Heard = NOTHING
    countries: tuple[str, ...] = ()
    idle_dbm0: float | None = None
    echo: Echo | None = None
    rings: int = 0
    caller: CallerSeen | None = None
    disconnect: Disconnect = Disconnect.UNKNOWN
    break_s: float | None = None
    end_tone: ToneSpec | None = None
    reversal: bool = False
    country: str = ""
    profile: Profile = field(default_factory=Profile)


def find(captures: Captures) -> Findings:
    """Everything that the captures tell; what was not recorded stays unknown."""
    dial = tones_in(captures.sound(OFF_HOOK))
    is_tone = dial.purity >= TONE_PURITY and dial.level_dbm0 > DEAD_DBM0
    countries = _countries(dial.frequencies_hz, captures.country) if is_tone else ()
    end_tone = _end_tone(captures)
    ringing = captures.sound(RINGING)
    was_called = bool(ringing) or bool(captures.rings_s) or bool(captures.caller)
    found = Findings(
        loop=_loop(captures, dial, is_tone=is_tone),
        voltage_v=captures.voltage_v,
        voice=captures.voice,
        dial_tone=dial,
        countries=countries,
        idle_dbm0=_median_level(captures, IDLE),
        echo=echo_of(captures.sound(ECHO)),
        rings=len(captures.rings_s),
        caller=caller_in(captures, ringing) if was_called else None,
        disconnect=_disconnect(captures, end_tone),
        break_s=captures.break_s,
        end_tone=end_tone,
        reversal=captures.reversal,
        country=captures.country,
    )
    return replace(found, profile=_profile(found))


def _loop(captures: Captures, dial: Heard, *, is_tone: bool) -> Loop:
    if captures.voltage_v is not None and captures.voltage_v < LEAST_VOLTAGE_V:
        return Loop.NO_VOLTAGE
    if not captures.sound(OFF_HOOK):
        return Loop.UNKNOWN
    if is_tone:
        return Loop.LINE
    return Loop.DEAD if dial.level_dbm0 <= DEAD_DBM0 else Loop.NO_DIAL_TONE


def _countries(frequencies_hz: tuple[float, ...], own: str) -> tuple[str, ...]:
    fitting = [
        country
        for country, tones in TONES.items()
        for spec in tones
        if spec.tone is Tone.DIAL and same_tones(frequencies_hz, spec.frequencies_hz)
    ]
    return tuple(sorted((country for country in fitting if country), key=lambda country: (country != own, country)))


def same_tones(heard_hz: tuple[float, ...], wanted_hz: tuple[float, ...]) -> bool:
    """Within what an exchange may be off, and our grid."""
    near = zip(sorted(heard_hz), sorted(wanted_hz), strict=False)
    return len(heard_hz) == len(wanted_hz) and all(abs(heard - wanted) <= _NEAR_HZ for heard, wanted in near)


def _median_level(captures: Captures, state: str) -> float | None:
    levels = sorted(levels_dbm0(captures.sound(state)))
    return levels[len(levels) // 2] if levels else None


def _end_tone(captures: Captures) -> ToneSpec | None:
    """A tone with an even rhythm, as a country's table has it or as it was heard."""
    sound = captures.sound(ENDED)
    heard, rhythm = tones_in(sound), rhythm_s(sound)
    if heard.purity < TONE_PURITY or not rhythm:
        return None
    tone = Tone.CONGESTION if rhythm[0] < _FAST_S else Tone.BUSY
    for spec in tones_of(captures.country):
        if spec.tone is tone and same_tones(heard.frequencies_hz, spec.frequencies_hz) and _same(rhythm, spec):
            return spec
    return ToneSpec(
        tone=tone, frequencies_hz=heard.frequencies_hz, cadence_s=(round(rhythm[0], 2), round(rhythm[1], 2))
    )


def _same(rhythm: tuple[float, ...], spec: ToneSpec) -> bool:
    pairs = zip(rhythm, spec.cadence_s, strict=False)
    return len(spec.cadence_s) == 2 and all(abs(heard - wanted) <= 0.06 for heard, wanted in pairs)


def _disconnect(captures: Captures, end_tone: ToneSpec | None) -> Disconnect:
    if captures.break_s is not None:
        return Disconnect.BREAK
    if end_tone is not None:
        return Disconnect.TONE
    sound = captures.sound(ENDED)
    if not sound:
        return Disconnect.UNKNOWN
    return Disconnect.SILENCE if level_dbm0(sound) <= DEAD_DBM0 else Disconnect.UNKNOWN


def _profile(found: Findings) -> Profile:
    """The country's, with what this line does differently."""
    known = not found.countries or found.country in found.countries
    profile = profile_of(found.country if known else found.countries[0])
    if found.loop is Loop.NO_DIAL_TONE:
        profile = replace(profile, blind_dial=True)
    if found.caller is not None and found.caller.standard is not Standard.DEVICE:
        profile = replace(profile, caller_id=_start(found.caller, profile))
    if found.disconnect is Disconnect.SILENCE:
        profile = replace(profile, silence_s=SILENCE_S)
    if found.break_s:
        profile = replace(profile, loop_drop_s=round(min(profile.loop_drop_s, found.break_s * 0.7), 3))
    own = {(spec.frequencies_hz, spec.cadence_s) for spec in tones_of(profile.country)}
    extra = [spec for spec in (_own_dial_tone(found), found.end_tone) if spec is not None]
    return replace(profile, tones=tuple(one for one in extra if (one.frequencies_hz, one.cadence_s) not in own))


def _own_dial_tone(found: Findings) -> ToneSpec | None:
    """One that no country has."""
    strange = found.loop is Loop.LINE and not found.countries
    return ToneSpec(tone=Tone.DIAL, frequencies_hz=found.dial_tone.frequencies_hz) if strange else None


def _start(seen: CallerSeen, profile: Profile) -> CallerIdStart:
    if seen.standard is Standard.NONE:
        return CallerIdStart.NONE if not seen.damaged else profile.caller_id
    return CallerIdStart.BEFORE_RING if seen.before_ring else CallerIdStart.AFTER_RING
