"""What `device list` shows: devices, what the configuration makes of them, and who has worn which headset. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from appliance.config.headsets import headset_entry
from appliance.config.schema import Configuration
from appliance.devices.seat.hygiene import Use, users_of
from hw.devices import Found, Kind

_LINES = frozenset({Kind.MODEM, Kind.DAA})
COLUMNS = {
    "kind": "kind",
    "address": "address",
    "name": "name",
    "serial": "serial",
    "extension": "extension",
    "line": "line",
    "agent": "agent",
    "users": "worn by",
    "remark": "remark",
}


def rows_of(found: Iterable[Found], configuration: Configuration, uses: Iterable[Use]) -> Iterator[dict[str, Any]]:
    """kind, driver, address, name, serial, stable. Of a line: line, its name. Of a headset: extension, agent (whose it
    is), users (agent, last), shared, and remark: what should be seen to, "" for nothing."""
    users = users_of(uses)
    for one in found:
        row: dict[str, Any] = {
            "kind": one.kind.value,
            "driver": one.driver,
            "address": one.address,
            "name": one.name,
            "serial": one.serial or None,
            "stable": one.stable or None,
        }
        if one.kind is Kind.HEADSET:
            row |= _headset(one, configuration, users)
        elif one.kind in _LINES:
            row |= {"line": _line(one, configuration)}
        yield row


def _line(found: Found, configuration: Configuration) -> str | None:
    """The name of the line that it carries."""
    names = {"", found.serial, found.address, found.stable}
    fitting = (line for line in configuration.lines if line.kind == found.kind.value and line.device in names)
    return next((line.name for line in fitting), None)


def _headset(found: Found, configuration: Configuration, users: Mapping[str, Mapping[str, Use]]) -> dict[str, Any]:
    entry = headset_entry(configuration, [name for name in (found.serial, found.address, found.stable) if name])
    worn = users.get(found.serial or found.address, {})
    owner = entry.agent if entry is not None else None
    others = sorted(agent for agent in worn if agent != owner)
    return {
        "extension": entry.extension if entry is not None else None,
        "agent": owner,
        "users": [{"agent": agent, "last": _day(use.at)} for agent, use in sorted(worn.items())],
        "shared": len(worn) > 1,
        "remark": _remark(found, entry is not None, owner, others),
    }


def _remark(found: Found, known: bool, owner: str | None, others: list[str]) -> str:
    name = found.serial or found.address
    if not known:
        return f'nobody\'s: add [[headsets]] with device = "{name}"'
    if owner is not None and others:
        return f"{owner}'s, and worn by {', '.join(others)}: clean it"
    if len(others) > 1:
        return f"shared by {', '.join(others)}: clean it"
    return ""


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
