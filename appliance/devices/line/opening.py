"""Which device is a line's, and with which profile it is run. Reads the line doctor's file; opens the device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from appliance.config.lines import GATEWAY, line_country
from appliance.config.schema import Configuration, Line
from appliance.errors import DevicesError
from hw.devices import MOCK, Found, Kind
from hw.errors import DeviceAbsentError, HwError, ProfileError
from hw.line.interface import LineDriver
from hw.line.profile import Profile, profile_of
from hw.line.profile_text import from_text
from hw.registry import Registry

KINDS: Mapping[str, Kind] = {"modem": Kind.MODEM, "daa": Kind.DAA}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A line of the configuration and what it is to be run with. learned: the profile is the line doctor's."""

    line: Line
    profile: Profile
    learned: bool = False


def profile_file(data: Path, line: str) -> Path:
    """Where the line doctor leaves what it has learned of `line`."""
    return data / "lines" / f"{line}.json"


def wanted(configuration: Configuration, line: Line) -> Wanted:
    """Raises DevicesError for a stored profile that can't be read."""
    file, country = profile_file(configuration.box.data_dir, line.name), line_country(configuration, line)
    profile, learned = profile_of(country), False
    try:
        profile, learned = from_text(file.read_text(encoding="utf-8")), True
    except FileNotFoundError:
        learned = False
    except (OSError, UnicodeDecodeError, ProfileError) as error:
        raise DevicesError(f"profile {file} of line {line.name} can't be used: {error}") from error
    if learned and profile.country != country:
        profile, learned = profile_of(country), False  # it is of another exchange
    profile = replace(profile, country=country, blind_dial=line.blind_dial or profile.blind_dial)
    return Wanted(line=line, profile=profile, learned=learned)


def line_of_device(configuration: Configuration, device: str, registry: Registry) -> Line | None:
    """The line that has the device at the address `device`; None where none has."""
    real = Path(device).resolve()
    for line in configuration.lines:
        if line.kind == GATEWAY:
            continue
        try:
            found = found_of(line, registry)
        except DevicesError:
            continue
        if found.address == device or Path(found.address).resolve() == real:
            return line
    return None


def found_of(line: Line, registry: Registry) -> Found:
    """The device of `line`: by address, stable address or serial number, or the only one. Raises DevicesError."""
    kind = KINDS[line.kind]
    try:
        backend = registry.lines(kind)
        plugged = [one for one in backend.find() if one.kind is kind]
        if not line.device or (plugged and plugged[0].driver == MOCK):
            return _the_only(line, plugged)
        named = [one for one in plugged if line.device in (one.address, one.stable, one.serial)]
        return named[0] if named else registry.found(line.device)
    except HwError as error:
        raise DevicesError(f"line {line.name}: {error}") from error


def open_line(wish: Wanted, registry: Registry) -> LineDriver:
    """Raises DevicesError."""
    found = found_of(wish.line, registry)
    try:
        return registry.lines(found.kind, found.driver).open(found, wish.profile)
    except HwError as error:
        raise DevicesError(f"line {wish.line.name}: {error}") from error


def _the_only(line: Line, plugged: list[Found]) -> Found:
    if not plugged:
        raise DeviceAbsentError(f"no {line.kind} is plugged in; `python -m hw` lists what is")
    if len(plugged) > 1:
        there = ", ".join(one.stable or one.address for one in plugged)
        raise DevicesError(f"line {line.name} names no device, and there are several: {there}; set device")
    return plugged[0]
