"""Where boxes say what they sent, and learn what of it is here."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI, Request, Response

from appliance.cloud import paths
from appliance.console.authority.box_routes import body_of
from appliance.console.authority.presence import PresentBox
from appliance.console.context import Console, PresentConsole
from appliance.console.ingest.box_routes import json_answer
from appliance.console.notices import Topic
from appliance.console.reconciling.noting import MOST_BYTES, read_statement, reconcile

router = APIRouter()


def install(app: FastAPI, _: Console) -> None:
    app.include_router(router)


@router.post(paths.RECONCILIATIONS)
async def reconciliations(request: Request, console: PresentConsole, box: PresentBox) -> Response:
    stated = read_statement(await body_of(request, MOST_BYTES))
    async with console.database.writing() as session:
        now_s = console.now_s()
        found = await reconcile(session, box=box.box, branch=box.branch, stated=stated, now_s=now_s)
    console.notices.tell(Topic.OUTAGES, box.branch)
    return json_answer(found)
