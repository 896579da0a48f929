"""What the audit log says of one deed, and the chain that shows whether somebody changed it afterwards. Pure.

    hash(0) = SHA-256("linekeeper-audit-1")        hash(n) = SHA-256(hash(n-1) canonical JSON of entry n)

Customers' numbers don't belong here: an entry names a contact or recording by its id. The log is never shortened.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterable
from typing import Final

import msgspec

GENESIS: Final = hashlib.sha256(b"linekeeper-audit-1").hexdigest()
LONGEST_TEXT: Final = 500


class Deed(enum.StrEnum):
    """What was done. Refusals are deeds too."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    PASSWORD_CHANGED = "password_changed"
    SECOND_FACTOR_SET = "second_factor_set"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    PERSON_ADDED = "person_added"
    PERSON_CHANGED = "person_changed"
    TOKEN_MADE = "token_made"
    TOKEN_REVOKED = "token_revoked"
    WEBHOOK_ADDED = "webhook_added"
    WEBHOOK_CHANGED = "webhook_changed"
    WEBHOOK_REMOVED = "webhook_removed"
    LISTENED = "listened"
    DOWNLOADED = "downloaded"
    EXPORTED = "exported"
    CODE_MADE = "code_made"
    BOX_ENROLLED = "box_enrolled"
    BOX_REVOKED = "box_revoked"
    BOX_CLONED = "box_cloned"
    ORDERED = "ordered"
    ERASURE_REQUESTED = "erasure_requested"
    ERASURE_DONE = "erasure_done"
    HOLD_SET = "hold_set"
    HOLD_LIFTED = "hold_lifted"
    RETENTION_SET = "retention_set"
    RETENTION_DONE = "retention_done"
    CHANGED = "changed"
    REFUSED = "refused"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """who: `person:kim`, `token:<id>`, `box:<id>`, `console` or `unknown`; branch: "" for the whole organisation;
    about: what it was done to (`recording:<id>` …); detail: more, short; address: where the request came from."""

    seq: int
    wall_s: float
    who: str
    deed: str
    about: str = ""
    branch: str = ""
    detail: str = ""
    address: str = ""


def following(head: str, entry: Entry) -> str:
    """The hash after `entry`. Wall time counts in whole milliseconds, so that no database's rounding breaks it."""
    fields = [
        entry.seq, round(entry.wall_s * 1000), entry.who, entry.deed, entry.about, entry.branch, entry.detail,
        entry.address,
    ]  # fmt: skip
    return hashlib.sha256(bytes.fromhex(head) + msgspec.json.encode(fields)).hexdigest()


def first_broken(head: str, entries: Iterable[tuple[Entry, str]]) -> int | None:
    """The number of the first entry that its stored hash doesn't fit, or that is missing; None: all is whole.

    `head`: the hash before the first of them; the entries come in order, each with its stored hash.
    """
    expected = 0
    for entry, stored in entries:
        expected = expected or entry.seq
        if entry.seq != expected or following(head, entry) != stored:
            return expected
        head, expected = stored, expected + 1
    return None


def shortened(text: str) -> str:
    """Fit for the log: one line, no control characters, not endless."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return plain if len(plain) <= LONGEST_TEXT else plain[: LONGEST_TEXT - 1] + "…"
