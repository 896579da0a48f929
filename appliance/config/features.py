"""The feature codes in force: those that come with the box, as `[[features]]` changes them. Must not read files."""

from __future__ import annotations

import msgspec

from appliance.config.schema import Configuration, FeatureCode
from appliance.features import FEATURES, Feature, Takes
from appliance.ids import FlowId


def feature_table(configuration: Configuration) -> tuple[Feature, ...]:
    """Every feature that has a code. A number of the configuration goes before a code that nobody has chosen."""
    changes = {entry.name: entry for entry in configuration.features}
    taken = {entry.number for entry in configuration.numbers}
    own = [_changed(feature, changes.pop(feature.name, None)) for feature in FEATURES]
    found = [*own, *(_changed(Feature(name=name), entry) for name, entry in changes.items())]
    return tuple(feature for feature in found if feature.code and feature.code not in taken)


def _changed(feature: Feature, entry: FeatureCode | None) -> Feature:
    if entry is None:
        return feature
    flow = feature.flow if entry.flow is None else FlowId(entry.flow)
    takes = feature.takes if entry.takes is None else Takes(entry.takes)
    code = "" if entry.off else feature.code if entry.code is None else entry.code
    return msgspec.structs.replace(feature, code=code, flow=flow, takes=takes)
