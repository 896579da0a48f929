"""What the console wants of the configuration: `<data_dir>/console.json`, laid under the technician's file.

A key that stands in `linekeeper.toml` is the technician's and wins, unless an admin has seen that and decided against
it (`over`). Only the sections below can be steered: no paths, no ports, no passwords, and nothing that runs programs.
"""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from appliance import durable
from appliance.errors import ConfigError

logger = logging.getLogger(__name__)
FILE_NAME = "console.json"
STEERABLE = ("recording", "callbacks", "phones", "sync", "storage")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """over: goes before the technician's file."""

    value: Any
    over: bool = False


Overlay = dict[str, Entry]  # by key: recording.internal


def split(key: str) -> tuple[str, str]:
    """Section and name. Raises ConfigError for what the console may not steer."""
    section, _, name = key.partition(".")
    if section not in STEERABLE or not name.isidentifier():
        known = ", ".join(f"{one}.…" for one in STEERABLE)
        raise ConfigError(f"the console can't steer {key!r}", [f"it may set {known}"])
    return section, name


def read_overlay(data_dir: Path) -> Overlay:
    """Empty where there is none; one that can't be read is as good as none, and the log says so."""
    try:
        return _DECODER.decode((data_dir / FILE_NAME).read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        logger.error("what the console wants of the configuration can't be read: %s", error)
        return {}


def write_overlay(data_dir: Path, overlay: Overlay) -> None:
    """Durable, whole or not at all. Raises OSError."""
    durable.replace(data_dir / FILE_NAME, msgspec.json.encode(overlay))


def laid_under(raw: Mapping[str, Any], overlay: Mapping[str, Entry]) -> dict[str, Any]:
    """The technician's file with what the console wants beside it. Raises ConfigError."""
    merged = {key: dict(part) if isinstance(part, dict) else part for key, part in raw.items()}
    for key, entry in overlay.items():
        section, name = split(key)
        part = merged.setdefault(section, {})
        if isinstance(part, dict) and (entry.over or name not in part):
            part[name] = entry.value
    return merged


def written(text: str, key: str) -> tuple[bool, Any]:
    """Whether the technician's file (TOML) says something of the key, and what. Raises ConfigError."""
    section, name = split(key)
    try:
        part = tomllib.loads(text).get(section, {})
    except tomllib.TOMLDecodeError:
        return False, None
    return (True, part[name]) if isinstance(part, dict) and name in part else (False, None)


_DECODER = msgspec.json.Decoder(Overlay)
