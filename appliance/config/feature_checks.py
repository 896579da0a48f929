"""What `[[features]]` must not say: names and codes twice, codes of numbers, codes that would catch an emergency call.

Whether a code is an extension is seen when the dial plan is made: extensions are not in the configuration.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from appliance.config.features import feature_table
from appliance.config.problems import Problem, shown
from appliance.config.schema import Configuration, FeatureCode
from appliance.dialplan import EMERGENCY
from appliance.features import FEATURES, Takes

_BY_NAME = {feature.name: feature for feature in FEATURES}


def check_features(configuration: Configuration, places: Mapping[int, int]) -> Iterator[Problem]:
    """`places` gives each entry's index in the file."""
    table = feature_table(configuration)
    numbers = {entry.number for entry in configuration.numbers}
    seen: set[str] = set()
    for index, entry in enumerate(configuration.features):
        key = f"features[{places[index]}]"
        yield from _check_name(key, entry, seen)
        if entry.code is None or entry.off:
            continue
        others = [feature.name for feature in table if feature.code == entry.code and feature.name != entry.name]
        if others:
            yield _code(key, entry, f"is also the code of {others[0]}", "choose another, or switch that one off")
        if entry.code in numbers:
            yield _code(key, entry, "is also under [[numbers]]", "choose another")
        yield from _check_emergency(key, entry)


def _check_name(key: str, entry: FeatureCode, seen: set[str]) -> Iterator[Problem]:
    if entry.name in seen:
        yield Problem(
            key=f"{key}.name",
            value=shown("name", entry.name),
            fault="is there twice",
            remedy="keep one entry; one more code needs a name and a flow of its own",
        )
    seen.add(entry.name)
    if entry.name not in _BY_NAME and (entry.flow is None or entry.code is None):
        close = difflib.get_close_matches(entry.name, _BY_NAME, n=1)
        meant = f"did you mean {close[0]!r}?" if close else "a code of your own needs code and flow"
        yield Problem(
            key=f"{key}.name", value=shown("name", entry.name), fault="is no feature of the box", remedy=meant
        )


def _check_emergency(key: str, entry: FeatureCode) -> Iterator[Problem]:
    feature = _BY_NAME.get(entry.name)
    takes = entry.takes or (feature.takes if feature is not None else Takes.NOTHING)
    for number in sorted(EMERGENCY):
        if number == entry.code or (takes is not Takes.NOTHING and number.startswith(entry.code or "-")):
            yield _code(key, entry, f"would catch calls to {number}", "begin the code with * or #")
            return


def _code(key: str, entry: FeatureCode, fault: str, remedy: str) -> Problem:
    return Problem(key=f"{key}.code", value=shown("code", entry.code or ""), fault=fault, remedy=remedy)
