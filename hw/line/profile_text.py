"""A line's profile as text (JSON), as the line doctor writes and the line's service reads it. Pure."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from hw.errors import ProfileError
from hw.line.profile import CallerIdStart, Profile
from hw.line.signals import Tone
from hw.line.tones import ToneSpec

_REMEDY = "run the line doctor again, or remove the file"
_FIELDS = {field.name for field in dataclasses.fields(Profile)}
_TEXT, _FLAG, _WHOLE, _OWN = {"country"}, {"blind_dial"}, {"busy_cycles"}, {"caller_id", "tones"}


def to_text(profile: Profile) -> str:
    """Every field by its name."""
    return json.dumps(dataclasses.asdict(profile), indent=2) + "\n"


def from_text(text: str) -> Profile:
    """What is missing has its default. Raises ProfileError."""
    try:
        told = json.loads(text)
    except ValueError as error:
        raise ProfileError(f"the profile is no JSON ({error}); {_REMEDY}") from error
    if not isinstance(told, dict) or not _FIELDS.issuperset(told):
        raise ProfileError(f"the profile has keys that a line's has not; {_REMEDY}")
    try:
        return Profile(**{name: _value(name, value) for name, value in told.items()})
    except (TypeError, ValueError, KeyError) as error:
        raise ProfileError(f"the profile can't be read ({error}); {_REMEDY}") from error


def _value(name: str, value: Any) -> Any:
    if name == "caller_id":
        return CallerIdStart(value)
    if name == "tones":
        return tuple(_tone(one) for one in value)
    kind = str if name in _TEXT else bool if name in _FLAG else int if name in _WHOLE else float
    if isinstance(value, bool) is not (kind is bool) or not isinstance(value, (kind, int) if kind is float else kind):
        raise ValueError(f"{name} is {value!r}")
    return kind(value)


def _tone(told: Mapping[str, Any]) -> ToneSpec:
    return ToneSpec(
        tone=Tone(told["tone"]),
        frequencies_hz=tuple(float(hz) for hz in told["frequencies_hz"]),
        cadence_s=tuple(float(part) for part in told.get("cadence_s", ())),
    )
