"""What a box asks of the authority: who it is, enrolment, a new certificate. Also what every refused box is told."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from fastapi import APIRouter, FastAPI, Request, Response

from appliance.cloud import paths
from appliance.cloud.enrolment import (
    CertificateAnswer,
    CertificateRequest,
    EnrolmentAnswer,
    EnrolmentRequest,
    RefusalKind,
)
from appliance.cloud.errors import MalformedError
from appliance.console.audit.entries import Deed
from appliance.console.audit.log import note
from appliance.console.authority import boxes, certificates, codes
from appliance.console.authority.auditing import Auditor
from appliance.console.authority.errors import BoxRefusedError
from appliance.console.authority.keys import authority_folder, console_keys
from appliance.console.authority.presence import PresentKeys, RenewingBox, address_of
from appliance.console.context import Console, PresentConsole
from appliance.console.orders import desired
from appliance.console.recordings.keys import recording_keys

MOST_BYTES = 20_000
LONGEST_NAME = 64
Asked = TypeVar("Asked")
router = APIRouter()


def install(app: FastAPI, console: Console) -> None:
    """Raises ConsoleError where the console's keys can't be used."""
    app.state.authority = console_keys(authority_folder(console.settings.data_dir))
    app.state.auditor = Auditor(console)
    app.add_exception_handler(BoxRefusedError, _tell)
    app.add_exception_handler(MalformedError, _tell)
    app.include_router(router)


async def body_of(request: Request, most: int = MOST_BYTES) -> bytes:
    """Raises MalformedError for a body beyond `most` bytes, which is not read any further."""
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > most:
            raise MalformedError(f"a request of more than {most} bytes")
    return bytes(read)


@router.get(paths.AUTHORITY)
async def authority(keys: PresentKeys) -> Response:
    return Response(keys.certificate_pem, media_type="application/x-pem-file")


@router.post(paths.ENROLMENT)
async def enrol(request: Request, console: PresentConsole, keys: PresentKeys) -> Response:
    """A wrong code is remembered even though nothing else of the request is kept."""
    asked = _decoded(await body_of(request), EnrolmentRequest)
    key, now_s, address = certificates.requested_key(asked.csr), console.now_s(), address_of(request)
    async with console.database.reading() as session:
        await codes.check_patience(session, address, now_s=now_s)
    try:
        async with console.database.writing() as session:
            box = boxes.new_box_id()
            branch = await codes.use_code(session, asked.code, box=box, now_s=now_s)
            if await boxes.known_box(session, _short(asked.box), branch=branch, machine=_short(asked.machine)):
                box = _short(asked.box)
            await boxes.enrolled(
                session,
                box=box,
                branch=branch,
                name=_short(asked.name),
                machine=_short(asked.machine),
                version=_short(asked.version),
                now_s=now_s,
            )
            issued = await boxes.certify(session, keys, box=box, key=key, now_s=now_s)
            await desired.publish_to_new(session, keys, branch, now_s=now_s)
            await note(
                session, wall_s=now_s, who=f"box:{box}", deed=Deed.BOX_ENROLLED, about=f"box:{box}", branch=branch,
                detail=asked.name, address=address,
            )  # fmt: skip
    except BoxRefusedError as error:
        if error.kind is RefusalKind.CODE:
            async with console.database.writing() as session:
                await codes.failed(session, address, now_s=now_s)
        raise
    answer = EnrolmentAnswer(
        box=box,
        branch=branch,
        certificate=certificates.pem(issued),
        authorities=keys.certificate_pem,
        signing_keys=(keys.signing_pem,),
        recipients=recording_keys(console.settings.data_dir).recipients,
        url=console.settings.box_url,
        now_s=now_s,
    )
    return _json(answer)


@router.post(paths.CERTIFICATE)
async def renew(request: Request, console: PresentConsole, keys: PresentKeys, box: RenewingBox) -> Response:
    key, now_s = certificates.requested_key(_decoded(await body_of(request), CertificateRequest).csr), console.now_s()
    async with console.database.writing() as session:
        issued = await boxes.certify(session, keys, box=box.box, key=key, now_s=now_s)
    answer = CertificateAnswer(
        certificate=certificates.pem(issued),
        authorities=keys.certificate_pem,
        signing_keys=(keys.signing_pem,),
        recipients=recording_keys(console.settings.data_dir).recipients,
        now_s=now_s,
    )
    return _json(answer)


async def _tell(request: Request, error: Exception) -> Response:
    """The same handler serves requests and WebSockets that aren't accepted yet: starlette sends it."""
    refused = error if isinstance(error, BoxRefusedError) else BoxRefusedError(RefusalKind.MALFORMED, str(error))
    await request.app.state.auditor.refused(refused, address_of(request))
    return Response(msgspec.json.encode(refused.refusal), status_code=refused.status, media_type="application/json")


def _decoded(body: bytes, kind: type[Asked]) -> Asked:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError(f"a request that makes no sense: {error}") from error


def _short(text: str) -> str:
    """Fit for a column, and for a person to see."""
    return "".join(letter for letter in text if letter.isprintable())[:LONGEST_NAME]


def _json(answer: object) -> Response:
    return Response(msgspec.json.encode(answer), media_type="application/json")
