"""Which extensions may register, and their passwords as digest hashes (RFC 7616 H(A1)), never as text.

Kamailio reads the table at each authentication, so a change counts at once.
"""

from __future__ import annotations

import hashlib
import re

import msgspec

from appliance.config.paths import BoxPaths
from appliance.edge.database import edge_database
from appliance.errors import EdgeError
from appliance.ids import Extension

_EXTENSION = re.compile(r"[0-9]{1,32}")
_DELETE = "DELETE FROM subscriber WHERE username = ?"
_SELECT = "SELECT domain, ha1, ha1_sha256 FROM subscriber WHERE username = ?"
_INSERT = "INSERT INTO subscriber (username, domain, password, ha1, ha1_sha256) VALUES (?, ?, '', ?, ?)"


def add_subscriber(paths: BoxPaths, *, domain: str, extension: Extension, password: str) -> None:
    """Let `extension` register with `password`; an existing one gets the new password. `domain` is the digest realm.

    Raises EdgeError for an extension that isn't digits, an empty password or a database that can't be written.
    """
    if not _EXTENSION.fullmatch(extension):
        raise EdgeError(f"extension {extension[:40]!r} is not a number; choose 1 to 32 digits")
    if not password:
        raise EdgeError(f"extension {extension} has an empty password; choose one")
    a1 = f"{extension}:{domain}:{password}".encode()
    hashes = (hashlib.md5(a1, usedforsecurity=False).hexdigest(), hashlib.sha256(a1).hexdigest())
    with edge_database(paths) as connection:
        connection.execute(_DELETE, (extension,))
        connection.execute(_INSERT, (extension, domain, *hashes))


def remove_subscriber(paths: BoxPaths, extension: Extension) -> bool:
    """Take the password away; False where there was none. Contacts already registered stay until they expire

    or until `requests.forget_contacts(extension)` removes them from a running Kamailio.
    """
    with edge_database(paths) as connection:
        return connection.execute(_DELETE, (extension,)).rowcount > 0


class Subscriber(msgspec.Struct, frozen=True, kw_only=True):
    """A row as it is, to be put back: what the edge compares answers with is as good as the password."""

    domain: str
    ha1: str
    ha1_sha256: str

    def __repr__(self) -> str:
        return f"Subscriber(domain={self.domain!r})"


def subscriber_of(paths: BoxPaths, extension: Extension) -> Subscriber | None:
    """None for an extension that may not register."""
    with edge_database(paths) as connection:
        row = connection.execute(_SELECT, (extension,)).fetchone()
    return None if row is None else Subscriber(domain=row[0], ha1=row[1], ha1_sha256=row[2])


def put_subscriber(paths: BoxPaths, extension: Extension, subscriber: Subscriber) -> None:
    """As it was before."""
    with edge_database(paths) as connection:
        connection.execute(_DELETE, (extension,))
        connection.execute(_INSERT, (extension, subscriber.domain, subscriber.ha1, subscriber.ha1_sha256))


def list_subscribers(paths: BoxPaths) -> tuple[Extension, ...]:
    """Every extension that may register, in order of length and digits (9 before 10)."""
    with edge_database(paths) as connection:
        rows = connection.execute("SELECT username FROM subscriber ORDER BY length(username), username").fetchall()
    return tuple(Extension(row[0]) for row in rows)
