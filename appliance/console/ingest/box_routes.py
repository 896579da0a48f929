"""Where boxes hand in their events, and ask how far they have been heard."""

from __future__ import annotations

import logging

import msgspec
from fastapi import APIRouter, FastAPI, Request, Response
from starlette.requests import HTTPConnection

from appliance.cloud import batch, delivery, paths
from appliance.cloud.delivery import Conflict, Disagreement, Receipt
from appliance.cloud.enrolment import RefusalKind
from appliance.cloud.errors import MalformedError, SignatureError
from appliance.console.authority.box_routes import body_of
from appliance.console.authority.errors import BoxRefusedError
from appliance.console.authority.presence import KnownBox, PresentBox, address_of, box_of, suspect
from appliance.console.context import Console, PresentConsole, Reading
from appliance.console.ingest.arriving import Sender
from appliance.console.ingest.receiving import receive
from appliance.console.ingest.taking import position_of
from appliance.console.ingest.turns import Turns

log = logging.getLogger(__name__)
router = APIRouter()


def install(app: FastAPI, _: Console) -> None:
    app.state.turns = Turns()
    app.add_exception_handler(SignatureError, _forged)
    app.include_router(router)


@router.post(paths.EVENTS)
async def events(request: Request, console: PresentConsole, box: PresentBox) -> Response:
    if request.headers.get("content-encoding", "") != batch.ENCODING:
        raise MalformedError(f"a batch that isn't packed with {batch.ENCODING}")
    after, signature = request.headers.get(delivery.AFTER, ""), request.headers.get(delivery.SIGNATURE, "")
    turns: Turns = request.app.state.turns
    async with turns.turn():
        body = await body_of(request, batch.MOST_BYTES)
        answer = await receive(console, sender_of(box), body, after=after, signature=signature)
    if isinstance(answer, Conflict) and answer.disagreement is Disagreement.FORK:
        await suspect(request, console, box.box, branch=box.branch, why="its events contradict those that are here")
    return json_answer(answer, status=409 if isinstance(answer, Conflict) else 200)


@router.get(paths.POSITION)
async def position(session: Reading, box: PresentBox) -> Response:
    return json_answer(Receipt(acknowledged=await position_of(session, box.box)))


def sender_of(box: KnownBox) -> Sender:
    return Sender(box=box.box, branch=box.branch, key=box.key)


def json_answer(answer: object, *, status: int = 200) -> Response:
    """As the shared types of `appliance.cloud` are written."""
    return Response(msgspec.json.encode(answer), status_code=status, media_type="application/json")


async def _forged(connection: HTTPConnection, error: Exception) -> Response:
    log.warning("%s", error)
    if (box := box_of(connection)) is not None:
        refused = BoxRefusedError(RefusalKind.MALFORMED, str(error), box=box.box, branch=box.branch)
        await connection.app.state.auditor.refused(refused, address_of(connection))
    return json_answer({"kind": "signature", "detail": str(error)}, status=403)
