"""The contact process's journal, read back: `<spool>/<contact>/journal.jsonl`, one `encode_event` line each.

Written by `appliance.contact.journal`. A crash may tear the last line, a power cut may leave zeros behind it, a full
disk may cut a line short with the next one glued to it: whatever is readable is returned, the rest is logged.
"""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from appliance.events import ContactEvent, decode_event
from appliance.ids import ContactId

JOURNAL = "journal.jsonl"
_START = b'{"contact":"'
_log = logging.getLogger(__name__)


def contact_folder(spool: Path, contact: ContactId) -> Path:
    """The folder of a contact under way: its journal and its growing WAV files."""
    return spool / contact


def journal_path(spool: Path, contact: ContactId) -> Path:
    return contact_folder(spool, contact) / JOURNAL


def read_journal(path: Path) -> list[ContactEvent]:
    """Every readable event in the order written; empty where there is no journal. Raises OSError for a bad disk."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    found = [(number, line, _event(line)) for number, line in enumerate(lines, start=1) if line]
    for number, line, event in found:
        if event is None:
            _log.warning("%s: line %d (%d bytes) is torn and was left out", path, number, len(line))
    return [event for _, _, event in found if event is not None]


def _event(line: bytes) -> ContactEvent | None:
    """The event of a line, or of the whole line that a torn one is glued to."""
    for text in (line, line[max(0, line.rfind(_START)) :]):
        try:
            return decode_event(text)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return None
