"""The last good configuration keeps running: a broken file never stops a box that has worked before.

After every successful load a copy of the file is kept in `data_dir`. Must not hide the broken file: its problems are
logged as errors and handed to the caller each time.
"""

from __future__ import annotations

import logging
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from appliance import durable
from appliance.config.load import parse, read_text
from appliance.config.overlay import read_overlay
from appliance.config.schema import Box, Configuration
from appliance.errors import ConfigError

logger = logging.getLogger(__name__)
COPY_NAME = "last-good.toml"
_DATA_DIR = re.compile(r"""^\s*data_dir\s*=\s*["']([^"'\n]+)["']""", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A configuration that can be used. `problems` are those of the broken file it stands in for, else empty."""

    configuration: Configuration
    problems: tuple[str, ...] = ()

    @property
    def is_last_good(self) -> bool:
        return bool(self.problems)


class LastGood:
    """Loads one configuration file, at start-up and at every reload.

    keep: whether a good file is copied; only the box itself does, with its own account.
    """

    def __init__(self, file: Path, *, keep: bool = True) -> None:
        self._file = file.absolute()
        self._keeps = keep

    def load(self) -> Loaded:
        """The file, or its last good copy with the file's problems.

        Raises ConfigError where the file is broken and no usable copy was ever kept.
        """
        try:
            text = read_text(self._file)
        except ConfigError as error:
            return self._stand_in(error, Box().data_dir)
        try:
            configuration = self._parsed(text)
        except ConfigError as error:
            return self._stand_in(error, self._file.parent / _data_dir(text))
        if self._keeps:
            _keep(text, configuration.box.data_dir)
        return Loaded(configuration=configuration)

    def _parsed(self, text: str) -> Configuration:
        """With what the console wants, as long as that makes a good configuration."""
        overlay = read_overlay(self._file.parent / _data_dir(text))
        try:
            return parse(text, source=str(self._file), folder=self._file.parent, overlay=overlay)
        except ConfigError as error:
            if not overlay:
                raise
            configuration = parse(text, source=str(self._file), folder=self._file.parent)
            logger.error("what the console wants of the configuration can't be used: %s", error)
            return configuration

    def _stand_in(self, error: ConfigError, data_dir: Path) -> Loaded:
        copy = data_dir / COPY_NAME
        try:
            configuration = parse(read_text(copy), source=str(copy), folder=self._file.parent)
        except ConfigError:
            raise error from None
        for problem in error.problems:
            logger.error("configuration %s: %s", self._file, problem)
        logger.error("%s; running with the last good configuration %s", error.summary, copy)
        return Loaded(configuration=configuration, problems=error.problems or (error.summary,))


def _data_dir(text: str) -> Path:
    """`box.data_dir` of a file that may be broken: parsed where it is TOML, otherwise its line."""
    try:
        written = tomllib.loads(text)["box"]["data_dir"]
    except (tomllib.TOMLDecodeError, KeyError, TypeError):
        found = _DATA_DIR.search(text)
        written = found[1] if found else None
    return Path(written) if isinstance(written, str) else Box().data_dir


def _keep(text: str, data_dir: Path) -> None:
    """Write the copy, readable by the service only (a password may be in it). A full disk is no reason to stop."""
    copy = data_dir / COPY_NAME
    try:
        if copy.exists() and copy.read_text(encoding="utf-8") == text:
            return
        data_dir.mkdir(parents=True, exist_ok=True)
        durable.replace(copy, text.encode())
    except OSError as error:
        logger.warning("can't keep the last good configuration as %s: %s", copy, error)
