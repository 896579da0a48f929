"""How a box gets its identity: a one-time code from the console's page against a certificate, for a key that never
leaves the box.

Source: RFC 2986 (PKCS #10), RFC 5280 (X.509)
"""

from __future__ import annotations

import enum
import re

import msgspec

from appliance.cloud.errors import MalformedError

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that is mistaken for something else
CODE_LENGTH = 12
MACHINE = "Linekeeper-Machine"  # header of every request with a certificate: the same id as at enrolment
_SEPARATORS = re.compile(r"[\s-]+")


class RefusalKind(enum.StrEnum):
    """Why a box is turned away; a stable key for programs."""

    CODE = "code"  # no such code, used, or over
    TOO_MANY = "too_many"  # wrong codes from this address
    NO_CERTIFICATE = "no_certificate"
    UNKNOWN = "unknown"  # a certificate that the console's authority didn't issue, or has forgotten
    ENDED = "ended"  # ask for a new one (paths.CERTIFICATE)
    REVOKED = "revoked"
    CLONE = "clone"  # two boxes with one identity; an admin decides
    MALFORMED = "malformed"
    NOT_FOUND = "not_found"


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """4xx of enrolment and of everything under /box: `detail` is a sentence for a person."""

    kind: RefusalKind
    detail: str


class EnrolmentRequest(msgspec.Struct, frozen=True, kw_only=True):
    """csr: PEM; machine: an id of this hardware, for telling a clone; version: of the software; box: its id so far, ""
    for a new one: the same machine at the same branch keeps it, and with it its chain."""

    code: str
    csr: str
    name: str
    machine: str
    version: str
    box: str = ""


class EnrolmentAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """box: the id from now on; certificate: PEM, leaf first; authorities: PEM, who may sign the console's certificate;
    signing_keys: PEM, whose orders count; recipients: the organisation's age public keys for recordings; url: where to
    talk to from now on; now_s: the console's clock."""

    box: str
    branch: str
    certificate: str
    authorities: str
    signing_keys: tuple[str, ...]
    recipients: tuple[str, ...]
    url: str
    now_s: float


class CertificateRequest(msgspec.Struct, frozen=True, kw_only=True):
    """For a certificate that will end: csr: PEM of a new key."""

    csr: str


class CertificateAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What may have changed since, as in EnrolmentAnswer."""

    certificate: str
    authorities: str
    signing_keys: tuple[str, ...]
    recipients: tuple[str, ...]
    now_s: float


def canonical_code(typed: str) -> str:
    """A code as a person typed it. Raises MalformedError."""
    code = _SEPARATORS.sub("", typed).upper()
    if len(code) != CODE_LENGTH or any(letter not in CODE_ALPHABET for letter in code):
        raise MalformedError(
            f"an enrolment code has {CODE_LENGTH} letters and digits, such as 7KQM-3XWP-9DTA; copy it anew"
        )
    return code


def shown_code(code: str) -> str:
    """In groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
