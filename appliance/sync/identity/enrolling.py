"""Enrolment: from a console's address and a one-time code to an identity. Also the renewal of the certificate.

The console is asked who it is first, over TLS that believes anybody; a person (or `--fingerprint`) confirms it; the
code is sent only to who proves to be that console.

EnrolmentError    SyncError: the console can't be reached, isn't who it should be, or says no (`kind`)
"""

from __future__ import annotations

import hashlib
import ssl
import time
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import aiohttp
import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from appliance.cloud import paths
from appliance.cloud.enrolment import (
    MACHINE,
    CertificateAnswer,
    CertificateRequest,
    EnrolmentAnswer,
    EnrolmentRequest,
    Refusal,
    RefusalKind,
)
from appliance.errors import SyncError
from appliance.sync.identity import tls
from appliance.sync.identity.floor import floor_of, has_ended, surely_s
from appliance.sync.identity.identity import Console, Identity, renewed, store_identity
from appliance.sync.identity.key import new_key, signing_request

TIME_LIMIT = aiohttp.ClientTimeout(total=30)
MOST_BYTES = 1_000_000
Answer = TypeVar("Answer")


class EnrolmentError(SyncError):
    """kind: why the console said no, None where it didn't answer as a console does."""

    def __init__(self, message: str, kind: RefusalKind | None = None) -> None:
        super().__init__(message)
        self.kind = kind


class Authority(msgspec.Struct, frozen=True, kw_only=True):
    """Who a console says vouches for it. fingerprint: SHA-256 of the certificate, 64 hexadecimal digits."""

    pem: str
    fingerprint: str


class Joining(msgspec.Struct, frozen=True, kw_only=True):
    """As in EnrolmentRequest; code: as `canonical_code` has it."""

    code: str
    name: str
    machine: str
    version: str
    box: str = ""


def console_url(text: str) -> str:
    """`https://host[:port]` as a person typed it. Raises EnrolmentError."""
    found = urlsplit(text if "://" in text else f"https://{text}")
    if found.scheme != "https" or not found.hostname or found.path.strip("/") or found.query or found.username:
        raise EnrolmentError(f"{text!r} is no console's address; it looks like https://console.example.com:8443")
    return f"https://{found.netloc}"


async def ask_authority(url: str) -> Authority:
    """Believes nobody yet. Raises EnrolmentError."""
    pem = (await _exchange("GET", url + paths.AUTHORITY, tls.believing_anybody())).decode("ascii", errors="replace")
    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
    except ValueError as error:
        raise EnrolmentError(f"{url} is no Linekeeper console: it doesn't say who vouches for it") from error
    digest = hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
    return Authority(pem=certificate.public_bytes(Encoding.PEM).decode(), fingerprint=digest)


async def enrol(data: Path, *, url: str, authority: Authority, joining: Joining) -> Identity:
    """Makes a key, gets it certified and stores both under `data`.

    Raises EnrolmentError, SyncError; an identity that was there before stays then.
    """
    key = new_key()
    asked = EnrolmentRequest(csr=signing_request(key, joining.name), **msgspec.structs.asdict(joining))
    context = tls.believing(authority.pem, floor_s=floor_of(0.0))
    answer = _decoded(await _exchange("POST", url + paths.ENROLMENT, context, asked), EnrolmentAnswer)
    console = Console(
        box=answer.box,
        branch=answer.branch,
        url=answer.url or url,
        authorities=answer.authorities,
        signing_keys=answer.signing_keys,
        recipients=answer.recipients,
        floor_s=answer.now_s,
    )
    return store_identity(data, key, answer.certificate, console)


async def renew(data: Path, identity: Identity, *, machine: str) -> Identity:
    """A new key and certificate, before the old ones end. Raises EnrolmentError, SyncError; the old ones stay then."""
    key = new_key()
    asked = CertificateRequest(csr=signing_request(key, identity.box))
    headers = {MACHINE: machine}
    context = tls.client_context(identity)
    told = await _exchange("POST", identity.console.url + paths.CERTIFICATE, context, asked, headers=headers)
    answer = _decoded(told, CertificateAnswer)
    return store_identity(data, key, answer.certificate, renewed(identity.console, answer))


def is_due(identity: Identity, wall_s: float | None = None) -> bool:
    """Whether two thirds of the certificate's lifetime have passed for certain."""
    now_s = time.time() if wall_s is None else wall_s
    return surely_s(now_s, floor_of(identity.console.floor_s)) >= identity.renew_from_s


def is_over(identity: Identity, wall_s: float) -> bool:
    """Whether only a renewal helps."""
    return has_ended(identity.certificate, surely_s(wall_s, floor_of(identity.console.floor_s)))


async def _exchange(
    method: str, url: str, context: ssl.SSLContext, body: object = None, *, headers: dict[str, str] | None = None
) -> bytes:
    data = None if body is None else msgspec.json.encode(body)
    given = {"Content-Type": "application/json", **(headers or {})}
    try:
        async with (
            aiohttp.ClientSession(timeout=TIME_LIMIT, trust_env=False) as session,
            session.request(method, url, ssl=context, data=data, headers=given, allow_redirects=False) as response,
        ):
            told = await _limited(response)
            if response.status != 200:
                raise _refused(url, response.status, told)
            return told
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise EnrolmentError(f"{url} can't be reached: {error or 'no answer'}") from error


async def _limited(response: aiohttp.ClientResponse) -> bytes:
    told = bytearray()
    async for chunk in response.content.iter_any():
        told += chunk
        if len(told) > MOST_BYTES:
            raise EnrolmentError(f"{response.url} answers with more than {MOST_BYTES} bytes; is it a console?")
    return bytes(told)


def _refused(url: str, status: int, told: bytes) -> EnrolmentError:
    try:
        refusal = msgspec.json.decode(told, type=Refusal)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return EnrolmentError(f"{url} answers {status}; is it a Linekeeper console's address for boxes?")
    return EnrolmentError(refusal.detail, refusal.kind)


def _decoded(told: bytes, kind: type[Answer]) -> Answer:
    try:
        return msgspec.json.decode(told, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise EnrolmentError(f"the console's answer makes no sense ({error}); is its version much newer?") from error
