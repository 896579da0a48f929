"""Uploads as HTTP: the tus 1.0 server on the boxes' application.

Source: https://tus.io/protocols/resumable-upload (1.0.0: core, creation, checksum, termination, expiration)
"""

from __future__ import annotations

from email.utils import formatdate

import msgspec
from fastapi import APIRouter, FastAPI, Request, Response
from starlette.requests import ClientDisconnect

from appliance.cloud import paths, tus
from appliance.cloud.enrolment import RefusalKind
from appliance.cloud.errors import MalformedError
from appliance.cloud.recordings import MOST_BYTES
from appliance.console.authority.errors import BoxRefusedError
from appliance.console.authority.presence import KnownBox, PresentBox, address_of, box_of
from appliance.console.context import Console
from appliance.console.storing.opening import open_storage
from appliance.console.storing.storage import StorageError
from appliance.console.uploads.errors import ChecksumError, MalformedUploadError, TooLongError, UploadError
from appliance.console.uploads.rows import Uploader
from appliance.console.uploads.uploads import Progress, Uploads

_OPTIONS = {
    "Tus-Version": tus.VERSION,
    "Tus-Extension": tus.EXTENSIONS,
    "Tus-Max-Size": str(MOST_BYTES),
    "Tus-Checksum-Algorithm": "sha256",
}
_AUDITED = frozenset({400, 403, 404})  # what no box of ours would send
_NO_STORE = {"Cache-Control": "no-store"}


def install(app: FastAPI, console: Console) -> None:
    uploads = Uploads(console.database, open_storage(console.settings), console.now_s)
    app.include_router(routes(uploads))
    app.add_exception_handler(UploadError, _refusal)
    app.add_exception_handler(StorageError, _unavailable)


def routes(uploads: Uploads) -> APIRouter:
    router = APIRouter(prefix=paths.UPLOADS)

    @router.options("")
    async def options() -> Response:
        return _answer(204, _OPTIONS)

    @router.post("")
    async def create(request: Request, box: PresentBox) -> Response:
        _require_version(request)
        recording = _metadata(request).get("recording", "")
        length = _number(request, tus.LENGTH)
        found = await uploads.create(_uploader(box), recording=recording, length=length)
        return _answer(201, {"Location": f"{paths.UPLOADS}/{found.upload}", **_said(found)})

    @router.head("/{upload}")
    async def ask(request: Request, upload: str, box: PresentBox) -> Response:
        _require_version(request)
        found = await uploads.progress(_uploader(box), upload)
        return _answer(200, {tus.LENGTH: str(found.length), **_said(found), **_NO_STORE})

    @router.patch("/{upload}")
    async def append(request: Request, upload: str, box: PresentBox) -> Response:
        _require_version(request)
        if request.headers.get("content-type") != tus.CHUNK_TYPE:
            raise MalformedUploadError(f"a chunk has the type {tus.CHUNK_TYPE}")
        offset = _number(request, tus.OFFSET)
        found = await uploads.append(_uploader(box), upload, offset=offset, data=await _chunk(request))
        return _answer(204, _said(found))

    @router.get("/{upload}")
    async def finish(upload: str, box: PresentBox) -> Response:
        done = await uploads.finish(_uploader(box), upload)
        return _answer(200, {**_NO_STORE, "Content-Type": "application/json"}, msgspec.json.encode(done))

    @router.delete("/{upload}")
    async def remove(request: Request, upload: str, box: PresentBox) -> Response:
        _require_version(request)
        await uploads.remove(_uploader(box), upload)
        return _answer(204)

    return router


async def _chunk(request: Request) -> bytes:
    """The body, whole and right; of one without a checksum also what came before the link broke."""
    checksum = request.headers.get(tus.CHECKSUM.lower())
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > tus.MOST_CHUNK_BYTES:
                raise TooLongError(f"a chunk has at most {tus.MOST_CHUNK_BYTES} bytes")
    except ClientDisconnect:
        if checksum is not None:
            raise ChecksumError("the chunk broke off") from None
    data = bytes(body)
    try:
        if checksum is not None and not tus.checksum_holds(checksum, data):
            raise ChecksumError("the chunk is not what its checksum says")
    except MalformedError as error:
        raise MalformedUploadError(str(error)) from error
    return data


def _uploader(box: KnownBox) -> Uploader:
    return Uploader(box=box.box, branch=box.branch, key=box.key)


def _require_version(request: Request) -> None:
    if request.headers.get(tus.RESUMABLE) != tus.VERSION:
        raise _VersionError(f"this server speaks tus {tus.VERSION}")


class _VersionError(UploadError):
    status = 412


def _metadata(request: Request) -> dict[str, str]:
    try:
        return tus.read_metadata(request.headers.get(tus.METADATA, ""))
    except MalformedError as error:
        raise MalformedUploadError(str(error)) from error


def _number(request: Request, name: str) -> int:
    try:
        return tus.read_number(name, request.headers.get(name))
    except MalformedError as error:
        raise MalformedUploadError(str(error)) from error


def _said(found: Progress) -> dict[str, str]:
    return {tus.OFFSET: str(found.received), tus.EXPIRES: formatdate(found.expires_s, usegmt=True)}


def _answer(status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> Response:
    return Response(content=body, status_code=status, headers={tus.RESUMABLE: tus.VERSION, **(headers or {})})


async def _refusal(request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, UploadError) else 400
    if status in _AUDITED and (box := box_of(request)) is not None:
        refused = BoxRefusedError(RefusalKind.MALFORMED, f"upload: {error}", box=box.box, branch=box.branch)
        await request.app.state.auditor.refused(refused, address_of(request))
    extra = {"Tus-Version": tus.VERSION} if status == 412 else {}
    return _answer(status, {"Content-Type": "text/plain; charset=utf-8", **extra}, str(error).encode())


async def _unavailable(_: Request, error: Exception) -> Response:
    return _answer(503, {"Retry-After": "30", "Content-Type": "text/plain; charset=utf-8"}, str(error).encode())
