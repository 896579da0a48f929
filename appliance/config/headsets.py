"""Which `[[headsets]]` entry a plugged-in headset has. Must not know a driver or a device."""

from __future__ import annotations

from collections.abc import Collection

from appliance.config.schema import Configuration, Headset


def headset_entry(configuration: Configuration, names: Collection[str]) -> Headset | None:
    """names: serial, address and stable address of the device. The entry that names it, else the one that names none;
    None where there is neither."""
    named = next((entry for entry in configuration.headsets if entry.device and entry.device in names), None)
    return named or next((entry for entry in configuration.headsets if not entry.device), None)
