"""What a request to the console needs of the box's identity."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from appliance.cloud.signing import signature_of
from appliance.sync.identity.identity import identity_folder, is_enrolled, load_identity
from appliance.sync.identity.machine import machine_id
from appliance.sync.identity.tls import client_context


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """url: of the console, without a path; tls: makes the context of a connection, None for plain HTTP (tests only);
    sign: the box's key over a text; machine: the hardware's id."""

    box: str
    url: str
    tls: Callable[[], ssl.SSLContext] | None
    sign: Callable[[bytes], bytes]
    machine: str = ""


def present_credentials(data: Path) -> Credentials | None:
    """Those in the box's files; None while it belongs to no console, or the console has taken the identity away.

    Raises SyncError where the files can't be used.
    """
    if not is_enrolled(data):
        return None
    identity = load_identity(data)
    if identity.console.revoked:
        return None
    return Credentials(
        box=identity.box,
        url=identity.console.url,
        tls=lambda: client_context(identity),
        sign=lambda text: signature_of(identity.key, text),
        machine=machine_id(),
    )


def credentials_mark(data: Path) -> tuple[int, int] | None:
    """Another one as soon as key and certificate are others (enrolled again, say); None where there are none."""
    try:
        found = (identity_folder(data) / "credentials.pem").stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns
