"""Reads `linekeeper.toml`: all faults at once, or a configuration that can be used as it is.

After `load` every number and caller id is E.164, every path is absolute and every password file has been read, so
that nobody else has to. Must not keep state; the copy of the last good file is `appliance.config.lastgood`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails

from appliance.config.checks import (
    check_names,
    check_numbers,
    check_ports,
    check_socket_paths,
    check_trunks,
    check_voices,
)
from appliance.config.feature_checks import check_features
from appliance.config.function_checks import check_function_names, check_functions
from appliance.config.functions import finished_function
from appliance.config.headset_checks import check_headsets
from appliance.config.line_checks import check_lines
from appliance.config.overlay import Entry, laid_under
from appliance.config.passwords import password_fault, read_password
from appliance.config.problems import Location, Problem, problem_of, shown
from appliance.config.schema import Configuration, Line, Number, Trunk
from appliance.config.spelling import normal_number
from appliance.dialplan import e164
from appliance.errors import ConfigError

DEFAULT_FILE = Path("/etc/linekeeper/linekeeper.toml")
EXAMPLE_FILE = Path(__file__).with_name("linekeeper.toml")
_LISTS = ("trunks", "lines", "headsets", "numbers", "features", "functions")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Partial:
    """What of a file is valid: the configuration, and for each list the items' indexes in the file."""

    configuration: Configuration
    places: dict[str, dict[int, int]]


def load(path: Path) -> Configuration:
    """The configuration of the file `path`.

    Raises ConfigError with every problem: unreadable file, TOML syntax (with its line), unknown keys, values out of
    range, values that contradict each other. Relative paths in the file count from the file's folder.
    """
    return parse(read_text(path), source=str(path), folder=path.absolute().parent)


def parse(text: str, *, source: str, folder: Path, overlay: Mapping[str, Entry] | None = None) -> Configuration:
    """As `load`, for `text`; `source` names it in the error, `folder` is where relative paths begin, `overlay`: what
    the console wants beside it."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source} is no TOML", [f"{error}; mend the line or compare it with the example"]) from None
    raw = laid_under(raw, overlay or {})
    configuration, errors = _validated(raw)
    problems = [problem_of(error, Configuration) for error in _deduplicated(errors, raw)]
    problems.extend(check_names(raw))
    problems.extend(check_function_names(raw))
    problems.extend(_contradictions(_valid_part(raw, errors), folder))
    if problems or configuration is None:
        raise ConfigError(f"{source} can't be used", [str(problem) for problem in problems])
    return _finished(configuration, folder)


def read_text(path: Path) -> str:
    """The text of a configuration file. Raises ConfigError."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        remedy = "write one with 'linekeeper install', or name another file with --config"
        raise ConfigError(f"there is no configuration {path}", [remedy]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} can't be read", [f"{error}; check its owner, mode and encoding (UTF-8)"]) from error


def _validated(raw: Mapping[str, Any]) -> tuple[Configuration | None, Sequence[ErrorDetails]]:
    try:
        return Configuration.model_validate(raw), ()
    except ValidationError as error:
        return None, error.errors()


def _deduplicated(errors: Sequence[ErrorDetails], raw: Mapping[str, Any]) -> Iterator[ErrorDetails]:
    """One finding a key: for a union of types (address or "auto") pydantic reports each member, below the key."""
    seen: set[Location] = set()
    for error in errors:
        location = _trimmed(error["loc"], raw)
        if location not in seen:
            seen.add(location)
            yield {**error, "loc": location}


def _trimmed(location: Location, raw: Any) -> Location:
    """`location` up to the first value of the file that has no such part."""
    value = raw
    for depth, part in enumerate(location):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int):
            value = value[part]
        else:
            return location[:depth]
    return location


def _valid_part(raw: Mapping[str, Any], errors: Sequence[ErrorDetails]) -> _Partial:
    """The file without its faulty keys and list items, so that the rest can be checked too."""
    rest: dict[str, Any] = {key: dict(part) if isinstance(part, dict) else part for key, part in raw.items()}
    faulty: dict[str, set[int | str]] = {name: set() for name in _LISTS}
    for error in errors:
        first, *below = error["loc"]
        if not below or not isinstance(rest.get(str(first)), (dict, list)):
            rest.pop(str(first), None)
        elif first in faulty:
            faulty[str(first)].add(below[0])
        else:
            rest[str(first)].pop(below[0], None)
    places: dict[str, dict[int, int]] = {}
    for name, bad in faulty.items():
        kept = [index for index in range(len(rest.get(name, ()))) if index not in bad]
        rest[name] = [raw[name][index] for index in kept]
        places[name] = dict(enumerate(kept))
    return _Partial(configuration=Configuration.model_validate(rest), places=places)


def _contradictions(partial: _Partial, folder: Path) -> Iterator[Problem]:
    configuration = partial.configuration
    yield from check_ports(configuration)
    yield from check_socket_paths(configuration)
    yield from check_trunks(configuration, partial.places["trunks"])
    yield from _check_password_files(configuration, partial.places["trunks"], folder)
    yield from check_numbers(configuration, partial.places["numbers"])
    yield from check_lines(configuration, partial.places["lines"])
    yield from check_headsets(configuration, partial.places["headsets"], folder)
    yield from check_voices(configuration)
    yield from check_features(configuration, partial.places["features"])
    yield from check_functions(configuration, partial.places["functions"])


def _check_password_files(configuration: Configuration, places: Mapping[int, int], folder: Path) -> Iterator[Problem]:
    for index, trunk in enumerate(configuration.trunks):
        if trunk.password_file is None:
            continue
        fault = password_fault(folder / trunk.password_file)
        if fault:
            yield Problem(
                key=f"trunks[{places[index]}].password_file",
                value=shown("password_file", str(trunk.password_file)),
                fault=fault,
                remedy="write the password into this file, readable by the service only (mode 0640)",
            )


def _finished(configuration: Configuration, folder: Path) -> Configuration:
    """Numbers normalised, paths absolute, passwords read. Only for a configuration without problems."""
    region = configuration.box.region
    box = configuration.box.model_copy(
        update={"data_dir": folder / configuration.box.data_dir, "run_dir": folder / configuration.box.run_dir}
    )
    numbers = tuple(
        Number(number=normal_number(entry.number, region) or entry.number, flow=entry.flow)
        for entry in configuration.numbers
    )
    trunks = tuple(_finished_trunk(trunk, region, folder) for trunk in configuration.trunks)
    lines = tuple(_finished_line(line, region) for line in configuration.lines)
    of_lines = {line.number: line.flow for line in lines if line.flow is not None}
    numbers += tuple(Number(number=number, flow=flow) for number, flow in of_lines.items())
    headsets = tuple(
        headset.model_copy(update={"password_file": folder / headset.password_file})
        for headset in configuration.headsets
    )
    functions = tuple(finished_function(function, folder) for function in configuration.functions)
    update = {"box": box, "numbers": numbers, "trunks": trunks, "lines": lines, "headsets": headsets}
    update["functions"] = functions
    return configuration.model_copy(update=update)


def _finished_line(line: Line, region: str) -> Line:
    return line.model_copy(update={"number": normal_number(line.number, region) or line.number})


def _finished_trunk(trunk: Trunk, region: str, folder: Path) -> Trunk:
    update: dict[str, Any] = {}
    if trunk.caller_id is not None:
        update["caller_id"] = e164(trunk.caller_id, region)
    if trunk.password_file is not None:
        path = folder / trunk.password_file
        update |= {"password_file": path, "password": SecretStr(read_password(path))}
    return trunk.model_copy(update=update)
