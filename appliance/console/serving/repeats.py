"""Keeps a stranger from filling the log: what a library says of each bad request is said once a minute, then counted.

    "Invalid HTTP request received."                      the first of a minute
    "31,204 more lines like it in 60 s: Invalid HTTP …"   at the end of that minute

For loggers whose lines anybody on the network can cause; the console's own say what they limit themselves. Must not
lose a line of another kind: kinds are told apart by logger, text and, of an exception, by where it was raised.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Iterable

from typing_extensions import override

logger = logging.getLogger(__name__)
NOISY = ("uvicorn.error", "websockets.server", "asyncio")
EVERY_S = 60.0
MOST_KINDS = 200  # beyond, lines of one logger are one kind
_SHOWN = 120  # characters

Kind = tuple[str, str, str]


class Repeats(logging.Filter):
    """Lets the first line of each kind through until the next `tell`. Any thread may log; the count is for people."""

    def __init__(self) -> None:
        super().__init__()
        self._left_out: dict[Kind, int] = {}

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        kind = _kind(record)
        if kind not in self._left_out and len(self._left_out) >= MOST_KINDS:
            kind = (record.name, "", "")
        is_first = kind not in self._left_out
        self._left_out[kind] = 0 if is_first else self._left_out[kind] + 1
        return is_first

    def tell(self) -> None:
        """How many were left out; then each kind is said again."""
        told, self._left_out = self._left_out, {}
        for (name, text, _), count in told.items():
            if count:
                logger.warning("%d more lines like it in %d s: %s: %s", count, EVERY_S, name, text or "(many kinds)")

    async def tell_always(self) -> None:
        """Every minute until it is cancelled; the rest is told then."""
        try:
            while True:
                await asyncio.sleep(EVERY_S)
                self.tell()
        finally:
            self.tell()


def limited(names: Iterable[str] = NOISY) -> Repeats:
    """The filter, which stands before these loggers from now on."""
    repeats = Repeats()
    for name in names:
        logging.getLogger(name).addFilter(repeats)
    return repeats


def lifted(repeats: Repeats, names: Iterable[str] = NOISY) -> None:
    """It stands there no more."""
    for name in names:
        logging.getLogger(name).removeFilter(repeats)


def _kind(record: logging.LogRecord) -> Kind:
    text = str(record.msg).split("\n", 1)[0][:_SHOWN]  # without arguments: they may be a stranger's words
    error = record.exc_info[1] if record.exc_info else None
    if error is None:
        return record.name, text, ""
    frames = traceback.extract_tb(error.__traceback__, limit=-1)
    where = f"{frames[0].filename}:{frames[0].lineno}" if frames else ""
    return record.name, text, f"{type(error).__name__} {where}"
