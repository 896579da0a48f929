"""What `[[headsets]]` must not say: one device or extension twice, a password that isn't there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from appliance.config.passwords import password_fault
from appliance.config.problems import Problem, shown
from appliance.config.schema import Configuration, Headset

_REMEDIES = {
    "device": "name another one; 'linekeeper device list' shows what is plugged in",
    "extension": "give each headset an extension of its own",
    "agent": "tie an agent to one headset only",
}


def check_headsets(configuration: Configuration, places: Mapping[int, int], folder: Path) -> Iterator[Problem]:
    """`places` gives each entry's index in the file, `folder` where relative paths begin."""
    seen: dict[tuple[str, str], int] = {}
    for index, entry in enumerate(configuration.headsets):
        yield from _check_password(f"headsets[{places[index]}]", entry, folder)
        for name, remedy in _REMEDIES.items():
            value = getattr(entry, name)
            if value is None:
                continue
            first = seen.setdefault((name, value), places[index])
            if first != places[index]:
                yield Problem(
                    key=f"headsets[{places[index]}].{name}",
                    value=shown(name, value),
                    fault=f"is also that of headsets[{first}]",
                    remedy=remedy,
                )


def _check_password(key: str, entry: Headset, folder: Path) -> Iterator[Problem]:
    fault = password_fault(folder / entry.password_file)
    if fault:
        yield Problem(
            key=f"{key}.password_file",
            value=shown("password_file", str(entry.password_file)),
            fault=fault,
            remedy="write the extension's password into this file, readable by the service only (mode 0640)",
        )
