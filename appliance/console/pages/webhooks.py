"""The pages of the webhooks: whom the console tells, and how the deliveries fare."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.context import Console, PresentConsole
from appliance.console.notices import EVERYTHING, Topic
from appliance.console.pages import frame, sign_in
from appliance.console.pages.places import places
from appliance.console.people.errors import PersonError
from appliance.console.people.present import CanManagePeople, Present
from appliance.console.webhooks import keeping
from appliance.console.webhooks.addresses import networks_of
from appliance.console.webhooks.keeping import Keeper, Wish
from appliance.console.webhooks.kinds import OFFERED

router = APIRouter(include_in_schema=False)
PATH = "/webhooks"
WebhookId = Annotated[str, Path(max_length=40)]


class Typed(BaseModel):
    """The form of a webhook."""

    name: str = Field(default="", max_length=1000)
    address: str = Field(default="", max_length=2000)
    kinds: list[str] = Field(default=[], max_length=100)
    branches: list[str] = Field(default=[], max_length=1000)

    def wish(self) -> Wish:
        return Wish(name=self.name, address=self.address, kinds=tuple(self.kinds), branches=tuple(self.branches))


@router.get(PATH)
async def show(request: Request, console: PresentConsole, present: CanManagePeople) -> Response:
    return await _list(request, console)


@router.post(PATH)
async def add(
    request: Request, console: PresentConsole, present: CanManagePeople, typed: Annotated[Typed, Form()]
) -> Response:
    try:
        async with console.database.writing() as session:
            webhook, secret = await _keeper(console, session, present).add(typed.wish())
    except PersonError as error:
        return await _list(request, console, typed=typed, error=error)
    console.notices.tell(Topic.WEBHOOKS, EVERYTHING)
    return await _one(request, console, webhook, secret=secret)


@router.get(PATH + "/{webhook}")
async def one(request: Request, console: PresentConsole, present: CanManagePeople, webhook: WebhookId) -> Response:
    return await _one(request, console, webhook)


@router.post(PATH + "/{webhook}")
async def change(
    request: Request,
    console: PresentConsole,
    present: CanManagePeople,
    webhook: WebhookId,
    typed: Annotated[Typed, Form()],
) -> Response:
    try:
        async with console.database.writing() as session:
            await _keeper(console, session, present).change(webhook, typed.wish())
    except PersonError as error:
        return await _one(request, console, webhook, typed=typed, error=error)
    return _back(console, webhook)


@router.post(PATH + "/{webhook}/secret")
async def new_secret(
    request: Request, console: PresentConsole, present: CanManagePeople, webhook: WebhookId
) -> Response:
    async with console.database.writing() as session:
        secret = await _keeper(console, session, present).new_secret(webhook)
    return await _one(request, console, webhook, secret=secret)


@router.post(PATH + "/{webhook}/on")
async def switch_on(console: PresentConsole, present: CanManagePeople, webhook: WebhookId) -> Response:
    async with console.database.writing() as session:
        await _keeper(console, session, present).switch(webhook, on=True)
    return _back(console, webhook)


@router.post(PATH + "/{webhook}/off")
async def switch_off(console: PresentConsole, present: CanManagePeople, webhook: WebhookId) -> Response:
    async with console.database.writing() as session:
        await _keeper(console, session, present).switch(webhook, on=False)
    return _back(console, webhook)


@router.post(PATH + "/{webhook}/again")
async def try_again(console: PresentConsole, present: CanManagePeople, webhook: WebhookId) -> Response:
    async with console.database.writing() as session:
        await _keeper(console, session, present).try_again(webhook)
    return _back(console, webhook)


@router.post(PATH + "/{webhook}/ping")
async def ping(console: PresentConsole, present: CanManagePeople, webhook: WebhookId) -> Response:
    async with console.database.writing() as session:
        await _keeper(console, session, present).ping(webhook)
    return _back(console, webhook)


@router.post(PATH + "/{webhook}/remove")
async def remove(console: PresentConsole, present: CanManagePeople, webhook: WebhookId) -> Response:
    async with console.database.writing() as session:
        await _keeper(console, session, present).remove(webhook)
    return RedirectResponse(PATH, status_code=303)


def _keeper(console: Console, session: AsyncSession, present: Present) -> Keeper:
    return Keeper(
        session,
        data_dir=console.settings.data_dir,
        by=present,
        wall_s=console.now_s(),
        allowed=networks_of(console.settings.webhook_networks),
    )


async def _list(
    request: Request, console: Console, *, typed: Typed | None = None, error: PersonError | None = None
) -> Response:
    async with console.database.reading() as session:
        webhooks = await keeping.known(session)
        offered = await places(session)
    return frame.page(
        request,
        "webhooks/webhooks.html",
        here="webhooks",
        status=400 if error else 200,
        webhooks=webhooks,
        places=offered,
        kinds=OFFERED,
        typed=typed or Typed(),
        trouble=sign_in.words_of(request, error),
    )


async def _one(
    request: Request,
    console: Console,
    webhook: str,
    *,
    secret: str = "",
    typed: Typed | None = None,
    error: PersonError | None = None,
) -> Response:
    async with console.database.reading() as session:
        found = await keeping.one(session, webhook)
        deliveries = await keeping.deliveries(session, webhook)
        offered = await places(session)
    as_it_is = Typed(name=found.name, address=found.address, kinds=list(found.kinds), branches=list(found.branches))
    return frame.page(
        request,
        "webhooks/webhook.html",
        here="webhooks",
        status=400 if error else 200,
        webhook=found,
        deliveries=deliveries,
        places=offered,
        kinds=OFFERED,
        typed=typed or as_it_is,
        secret=secret,
        trouble=sign_in.words_of(request, error),
    )


def _back(console: Console, webhook: str) -> Response:
    console.notices.tell(Topic.WEBHOOKS, EVERYTHING)
    return RedirectResponse(f"{PATH}/{webhook}", status_code=303)
