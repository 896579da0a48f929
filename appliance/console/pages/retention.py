"""The page of how long things are kept: set for branches, after it was shown what would go at once."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.authority import overview
from appliance.console.context import Console, PresentConsole, Reading
from appliance.console.pages import frame
from appliance.console.people.present import CanErase, Present
from appliance.console.people.roles import Right
from appliance.console.retention.policies import LONGEST_DAYS, Days, policies, put
from appliance.console.retention.sweeping import Gone, would_go

router = APIRouter(include_in_schema=False)
PATH = "/retention"
KINDS = tuple(msgspec.structs.fields(Days))
Word = Annotated[str, Field(max_length=20)]


class Typed(BaseModel):
    """Days, empty for ever. confirmed: what would go was shown."""

    model_config = ConfigDict(str_strip_whitespace=True)
    contacts: Word = ""
    recordings: Word = ""
    events: Word = ""
    branches: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=10_000)] = []
    confirmed: Word = ""

    @property
    def days(self) -> Days | None:
        """None where one of them is no number of days."""
        words = {field.name: getattr(self, field.name) for field in KINDS}
        if not all(word == "" or _is_days(word) for word in words.values()):
            return None
        return Days(**{name: int(word or 0) for name, word in words.items()})


@router.get(PATH)
async def show(request: Request, present: CanErase, session: Reading) -> Response:
    return await _page(request, present, session, typed=Typed())


@router.post(PATH)
async def ask(
    request: Request, console: PresentConsole, present: CanErase, typed: Annotated[Typed, Form()]
) -> Response:  # fmt: skip
    """Nothing is set before it was confirmed: what goes doesn't come back."""
    for branch in typed.branches:
        present.must(Right.ERASE, branch)
    days = typed.days
    if days is None or not typed.branches:
        trouble = "retention.no_days" if days is None else "retention.no_branch"
        async with console.database.reading() as session:
            return await _page(request, present, session, typed=typed, trouble=trouble)
    if not typed.confirmed:
        return await _confirm(request, console, present, typed, days)
    async with console.database.writing() as session:
        for branch in typed.branches:
            await put(session, branch, days, signature=present.signature(console.now_s()))
    return RedirectResponse(PATH, status_code=303)


async def _confirm(request: Request, console: Console, present: Present, typed: Typed, days: Days) -> Response:
    async with console.database.reading() as session:
        names = dict(await overview.branch_names(session, present.branches(Right.ERASE)))
        now_s = console.now_s()
        going: list[tuple[str, Gone]] = [
            (names.get(branch, branch), await would_go(session, branch, days, now_s=now_s))
            for branch in typed.branches
        ]  # fmt: skip
    return frame.page(request, "retention/confirm.html", here="retention", typed=typed, days=days, going=going)


async def _page(
    request: Request, present: Present, session: AsyncSession, *, typed: Typed, trouble: str = ""
) -> Response:  # fmt: skip
    allowed = present.branches(Right.ERASE)
    return frame.page(
        request,
        "retention/retention.html",
        here="retention",
        status=400 if trouble else 200,
        branches=await overview.branch_names(session, allowed),
        policies=await policies(session, allowed),
        everything=Days(),
        kinds=[field.name for field in KINDS],
        longest=LONGEST_DAYS,
        typed=typed,
        trouble=frame.shown_to(request).text(trouble) if trouble else "",
    )


def _is_days(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) < 10 and 0 <= int(word) <= LONGEST_DAYS
