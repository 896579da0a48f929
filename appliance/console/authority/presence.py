"""Which box sends this request: the dependency of every route under /box.

The certificate comes from TLS (`connections`); here it is looked up, and what speaks against it is found: revoked,
ended, a clone. Must not cache: a revoked box is out with its next request.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from fastapi import Depends
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from appliance.cloud.enrolment import MACHINE, RefusalKind
from appliance.cloud.errors import MalformedError
from appliance.console.audit.entries import Deed
from appliance.console.audit.log import note
from appliance.console.authority import boxes, certificates
from appliance.console.authority.boxes import State
from appliance.console.authority.connections import CLIENT_CERTIFICATE
from appliance.console.authority.errors import BoxRefusedError
from appliance.console.authority.keys import ConsoleKeys
from appliance.console.context import Console, PresentConsole
from appliance.console.database.tables.authority import Certificate, Sighting
from appliance.console.database.tables.branches import Box

HEARD_EVERY_S = 30.0  # how exact `Box.heard_s` is
SUPERSEDED_AFTER_S = 3600.0  # connections of the certificate before may last so long


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownBox:
    """key: the certificate's, with which the box signs; state: active or replaced."""

    box: str
    branch: str
    state: str
    serial: str
    key: EllipticCurvePublicKey


def keys_of(connection: HTTPConnection) -> ConsoleKeys:
    keys = connection.app.state.authority
    assert isinstance(keys, ConsoleKeys)
    return keys


async def present_box(connection: HTTPConnection, console: PresentConsole) -> KnownBox:
    """Raises BoxRefusedError."""
    return await _present(connection, console, may_have_ended=False)


async def renewing_box(connection: HTTPConnection, console: PresentConsole) -> KnownBox:
    """Also one whose certificate has ended: it was off for months. Raises BoxRefusedError."""
    return await _present(connection, console, may_have_ended=True)


PresentBox = Annotated[KnownBox, Depends(present_box)]
RenewingBox = Annotated[KnownBox, Depends(renewing_box)]
PresentKeys = Annotated[ConsoleKeys, Depends(keys_of)]


def machine_of(connection: HTTPConnection) -> str:
    """What the box says of its hardware, "" where it doesn't."""
    return "".join(letter for letter in connection.headers.get(MACHINE, "") if letter.isprintable())[:64]


def box_of(connection: HTTPConnection) -> KnownBox | None:
    """Whom `present_box` found to send this request; None where it wasn't asked, or refused."""
    found = getattr(connection.state, "box", None)
    return found if isinstance(found, KnownBox) else None


def address_of(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client is not None else ""


async def _present(connection: HTTPConnection, console: PresentConsole, *, may_have_ended: bool) -> KnownBox:
    shown = _shown(connection)
    now_s, machine = console.now_s(), machine_of(connection)
    async with console.database.reading() as session:
        certificate, box = await _rows(session, shown)
        _check_standing(certificate, box)
        if shown.ends_s < now_s and not may_have_ended:
            raise _refused(RefusalKind.ENDED, "the certificate has ended; ask for a new one", box)
        doubt = await _doubt(session, certificate, box, machine, now_s)
    if doubt:
        await suspect(connection, console, box.box, branch=box.branch, why=doubt)
        raise _refused(RefusalKind.CLONE, f"{doubt}: {_CLONE}", box)
    await _note_heard(console, certificate, box, now_s)
    known = KnownBox(box=box.box, branch=box.branch, state=box.state, serial=shown.serial, key=shown.public_key)
    connection.state.box = known
    return known


async def suspect(connection: HTTPConnection, console: Console, box: str, *, branch: str, why: str) -> None:
    """There are two of this box: from now on neither is let in. The one that sent this request came last."""
    now_s, address = console.now_s(), address_of(connection)
    machine = machine_of(connection)
    async with console.database.writing() as session:
        if await boxes.suspect(session, box, why=why, now_s=now_s, machine=machine, address=address):
            await note(
                session,
                wall_s=now_s,
                who=f"box:{box}",
                deed=Deed.BOX_CLONED,
                about=f"box:{box}",
                branch=branch,
                detail=why,
                address=address,
            )


def _shown(connection: HTTPConnection) -> certificates.BoxCertificate:
    der = connection.scope.get("state", {}).get(CLIENT_CERTIFICATE)
    if not isinstance(der, bytes):
        raise BoxRefusedError(RefusalKind.NO_CERTIFICATE, "no certificate came; enrol the box first")
    try:
        return certificates.shown(der, keys_of(connection).certificate)
    except MalformedError as error:
        raise BoxRefusedError(RefusalKind.UNKNOWN, str(error)) from error


async def _rows(session: AsyncSession, shown: certificates.BoxCertificate) -> tuple[Certificate, Box]:
    joined = select(Certificate, Box).join(Box, Box.box == Certificate.box).where(Certificate.serial == shown.serial)
    found = (await session.execute(joined)).first()
    if found is None or found[1].box != shown.box:
        detail = "a certificate that this console has no record of"
        raise BoxRefusedError(RefusalKind.UNKNOWN, detail, box=shown.box)
    return found[0], found[1]


def _check_standing(certificate: Certificate, box: Box) -> None:
    if certificate.revoked_s is not None or box.state == State.REVOKED:
        raise _refused(RefusalKind.REVOKED, "the certificate was revoked; the box may be enrolled anew", box)
    if box.state == State.SUSPECTED:
        raise _refused(RefusalKind.CLONE, f"two boxes came with this identity: {_CLONE}", box)


async def _doubt(session: AsyncSession, certificate: Certificate, box: Box, machine: str, now_s: float) -> str:
    """What says that there are two of this box, "" for nothing. Raises BoxRefusedError for one that was found out."""
    if machine and machine != box.machine:
        sighting = await session.get(Sighting, (box.box, machine))
        if sighting is not None and sighting.refused:
            raise _refused(RefusalKind.CLONE, "an admin decided that another machine is this box", box)
        return "the identity came from another machine"
    newer = select(func.min(Certificate.first_used_s)).where(
        Certificate.box == box.box, Certificate.issued_s > certificate.issued_s
    )
    superseded_s = await session.scalar(newer)
    if superseded_s is not None and superseded_s < now_s - SUPERSEDED_AFTER_S:
        return "a certificate came that had been replaced"
    return ""


async def _note_heard(console: PresentConsole, certificate: Certificate, box: Box, now_s: float) -> None:
    first = certificate.first_used_s is None
    if not first and box.heard_s is not None and now_s - box.heard_s < HEARD_EVERY_S:
        return
    async with console.database.writing() as session:
        heard, used = await session.get(Box, box.box), await session.get(Certificate, certificate.serial)
        if heard is not None:
            heard.heard_s = now_s
        if used is not None and used.first_used_s is None:
            used.first_used_s = now_s


def _refused(kind: RefusalKind, detail: str, box: Box) -> BoxRefusedError:
    return BoxRefusedError(kind, detail, box=box.box, branch=box.branch)


_CLONE = "neither is let in until an admin has decided on the console"
