"""Where boxes say how their branch is right now."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI, Request, Response

from appliance.cloud import paths
from appliance.cloud.errors import MalformedError
from appliance.console.authority.box_routes import body_of
from appliance.console.authority.presence import PresentBox
from appliance.console.context import Console, PresentConsole
from appliance.console.live.states import MOST_BYTES, keep, read_state
from appliance.console.notices import Topic

router = APIRouter()


def install(app: FastAPI, _: Console) -> None:
    app.include_router(router)


@router.post(paths.LIVE)
async def live(request: Request, console: PresentConsole, box: PresentBox) -> Response:
    state = read_state(await body_of(request, MOST_BYTES))
    if not 0 <= state.number < 2**62:
        raise MalformedError(f"a live state with the number {state.number}")
    async with console.database.writing() as session:
        await keep(session, branch=box.branch, box=box.box, state=state, now_s=console.now_s())
    console.notices.tell(Topic.LIVE, box.branch)
    return Response(status_code=204)
