"""The way down: a WebSocket over which signed orders go, a long poll where none goes through, and blobs.

The box says up to which number it has stored orders; whatever comes after is sent, however often it takes.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from typing import Annotated

import msgspec
from fastapi import APIRouter, FastAPI, Query, Request, Response, WebSocket
from starlette.websockets import WebSocketDisconnect

from appliance.cloud import paths
from appliance.cloud.enrolment import RefusalKind
from appliance.cloud.orders import Taken
from appliance.console.authority.errors import BoxRefusedError
from appliance.console.authority.presence import KnownBox, PresentBox, present_box
from appliance.console.context import Console, PresentConsole
from appliance.console.errors import NotFoundError
from appliance.console.notices import Listener, Topic
from appliance.console.orders import blobs, sending

LOOK_EVERY_S = 20.0  # a notice may be lost; and a box may be revoked meanwhile
LONGEST_POLL_S = 55.0
REFUSED_CODE = 4403
MALFORMED_CODE = 4400
LONGEST_TAKEN = 1000
Number = Annotated[int, Query(ge=0, le=1 << 62)]
log = logging.getLogger(__name__)
router = APIRouter()


def install(app: FastAPI, console: Console) -> None:
    """Called once, by `apps`."""
    app.include_router(router)


@router.websocket(paths.DOWN_SOCKET)
async def socket(websocket: WebSocket, console: PresentConsole, box: PresentBox, after: Number = 0) -> None:
    """`after`: the last order that the box has stored."""
    await websocket.accept()
    down = asyncio.create_task(_send(websocket, console, box, after))
    up = asyncio.create_task(_hear(websocket, console, box))
    try:
        done, _ = await asyncio.wait((down, up), return_when=asyncio.FIRST_COMPLETED)
    finally:
        down.cancel()
        up.cancel()
        await asyncio.gather(down, up, return_exceptions=True)
    for task in done:
        error = task.exception()
        if isinstance(error, BoxRefusedError):
            await websocket.close(REFUSED_CODE, error.kind)
        elif isinstance(error, msgspec.MsgspecError):
            await websocket.close(MALFORMED_CODE, "malformed")
        elif error is not None and not isinstance(error, WebSocketDisconnect):
            raise error


@router.get(paths.DOWN_POLL)
async def poll(
    request: Request,
    console: PresentConsole,
    box: PresentBox,
    after: Number = 0,
    wait_s: Annotated[float, Query(ge=0, le=LONGEST_POLL_S)] = 0.0,
) -> Response:
    """Orders after that number, as soon as there are any; [] after wait_s, or when nobody waits any more."""
    await _note_taken(console, box, after)
    looking = asyncio.create_task(_until_there_are_some(console, box, after, wait_s))
    leaving = asyncio.create_task(_left(request))
    try:
        await asyncio.wait((looking, leaving), return_when=asyncio.FIRST_COMPLETED)
        found = looking.result() if looking.done() else []
    finally:
        looking.cancel()
        leaving.cancel()
        await asyncio.gather(looking, leaving, return_exceptions=True)
    return Response("[" + ",".join(document for _, document in found) + "]", media_type="application/json")


@router.get(paths.BLOBS + "/{sha256}")
async def blob(sha256: str, console: PresentConsole, box: PresentBox) -> Response:
    try:
        async with console.database.reading() as session:
            content = await blobs.content_for(session, sha256, branch=box.branch)
    except NotFoundError as error:
        detail = f"{error}"
        raise BoxRefusedError(RefusalKind.NOT_FOUND, detail, box=box.box, branch=box.branch) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        log.error("blob %s isn't what it was: the database was changed", sha256)
        detail = "that file isn't what it was"
        raise BoxRefusedError(RefusalKind.NOT_FOUND, detail, box=box.box, branch=box.branch)
    return Response(content, media_type="application/octet-stream")


async def _until_there_are_some(console: Console, box: KnownBox, after: int, wait_s: float) -> list[tuple[int, str]]:
    with console.notices.listening(Topic.ORDERS) as listener:
        deadline_s = asyncio.get_running_loop().time() + wait_s
        while not (found := await _waiting(console, box, after)):
            left_s = deadline_s - asyncio.get_running_loop().time()
            if left_s <= 0:
                break
            await _woken(listener, box.box, min(left_s, LOOK_EVERY_S))
    return found


async def _left(request: Request) -> None:
    """Until the box has hung up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _send(websocket: WebSocket, console: Console, box: KnownBox, after: int) -> None:
    with console.notices.listening(Topic.ORDERS) as listener:
        while True:
            for number, document in await _waiting(console, box, after):
                await websocket.send_text(document)
                after = number
            await _woken(listener, box.box, LOOK_EVERY_S)
            await present_box(websocket, console)  # it may have been revoked


async def _hear(websocket: WebSocket, console: Console, box: KnownBox) -> None:
    while True:
        said = await websocket.receive_text()
        if len(said) > LONGEST_TAKEN:
            raise msgspec.ValidationError("too long")
        await _note_taken(console, box, msgspec.json.decode(said, type=Taken).number)


async def _woken(listener: Listener, box: str, most_s: float) -> None:
    """By an order for this box, or after `most_s`."""
    try:
        async with asyncio.timeout(most_s):
            while not any(key in (box, "*") for _, key in await listener.changed()):
                pass
    except TimeoutError:
        return


async def _waiting(console: Console, box: KnownBox, after: int) -> list[tuple[int, str]]:
    async with console.database.reading() as session:
        return await sending.waiting(session, box.box, after=after)


async def _note_taken(console: Console, box: KnownBox, until: int) -> None:
    async with console.database.writing() as session:
        await sending.taken(session, box.box, until=until, now_s=console.now_s())
