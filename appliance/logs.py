"""Sets up logging of a whole process: journald fields under systemd, plain lines on standard error elsewhere.

Called once, by the process's entry point. Phone numbers are masked on the way out, whoever logged them. Keypad input
and secrets must not reach a log call at all: nothing here could recognise them.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping

from systemd.journal import JournalHandler, send

from appliance.ids import ContactId, LegId, TrunkId

_NUMBER = re.compile(r"(?<![\w.+-])\+?\d{7,15}(?![\w-]|\.\d)")
_SHOWN_DIGITS = 3
_PLAIN = "%(asctime)s %(levelname)s %(name)s: %(message)s%(fields)s"
_FIELDS = {"CONTACT_ID": "contact", "LEG_ID": "leg", "TRUNK": "trunk"}
_UNSENT = frozenset({"CODE_ARGS", "EXCEPTION_INFO"})
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


@contextlib.contextmanager
def muted() -> Iterator[None]:
    """While a process starts, what a C library (pjlib) prints on standard output is of no use to anybody."""
    saved, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(saved, 1)
        os.close(saved)
        os.close(nowhere)


def masked(text: str) -> str:
    """`text` with all but the last three digits of every phone number (7 to 15 digits) replaced by `x`.

    Digits inside identifiers (UUIDs, file names) and decimal fractions are left alone.
    """
    return _NUMBER.sub(_mask, text)


def fields(
    *, contact: ContactId | None = None, leg: LegId | None = None, trunk: TrunkId | None = None
) -> dict[str, str]:
    """The `extra` of a log call: journald fields CONTACT_ID, LEG_ID and TRUNK, whichever are given."""
    given = {"CONTACT_ID": contact, "LEG_ID": leg, "TRUNK": trunk}
    return {name: value for name, value in given.items() if value is not None}


def set_up(identifier: str, *, level: str = "info") -> None:
    """Send the root logger's records to journald when standard error is the journal, else to standard error.

    `identifier` is the SYSLOG_IDENTIFIER (`linekeeper-switchboard`); `level` one of debug, info, warning, error.
    """
    root = logging.getLogger()
    root.setLevel(_LEVELS.get(level, logging.INFO))
    handler = _journal_handler(identifier) if under_journald() else _plain_handler()
    handler.addFilter(MaskNumbers())
    for old in tuple(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)


def under_journald() -> bool:
    """Whether standard error is connected to the journal (systemd.exec(5), JOURNAL_STREAM)."""
    stream = os.environ.get("JOURNAL_STREAM", "")
    try:
        status = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
    return stream == f"{status.st_dev}:{status.st_ino}"


class MaskNumbers(logging.Filter):
    """Rewrites each record's message with masked numbers; arguments go, so that no handler sends them beside it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = masked(record.getMessage())
        record.args = ()
        return True


class PlainFormatter(logging.Formatter):
    """One line a record, the contact's fields at its end as `[contact=… leg=…]`; numbers in tracebacks masked."""

    def format(self, record: logging.LogRecord) -> str:
        given = [f"{key}={record.__dict__[name]}" for name, key in _FIELDS.items() if name in record.__dict__]
        record.fields = f" [{' '.join(given)}]" if given else ""
        return masked(super().format(record))


def _plain_handler() -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlainFormatter(_PLAIN))
    return handler


def _journal_handler(identifier: str) -> logging.Handler:
    handler: logging.Handler = JournalHandler(sender_function=journal_sender(send), SYSLOG_IDENTIFIER=identifier)
    return handler


def journal_sender(sender: Callable[..., None]) -> Callable[..., None]:
    """`sender` without the record's raw attributes, which systemd-python would pass on unmasked."""

    def send_clean(message: str, /, **given: object) -> None:
        sender(masked(message), **_clean(given))

    return send_clean


def _clean(given: Mapping[str, object]) -> dict[str, object]:
    kept = {
        name: value for name, value in given.items() if name.isupper() and name not in _UNSENT and value is not None
    }
    if isinstance(trace := kept.get("EXCEPTION_TEXT"), str):
        kept["EXCEPTION_TEXT"] = masked(trace)
    return kept


def _mask(match: re.Match[str]) -> str:
    number = match.group()
    return "x" * (len(number) - _SHOWN_DIGITS) + number[-_SHOWN_DIGITS:]
