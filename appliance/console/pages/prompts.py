"""The pages of the prompts: uploaded or spoken, listened to, published to branches, an earlier version among them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import PurePath
from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, Path, Request, Response, UploadFile
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.orders import ItemKind
from appliance.console.audit.entries import Deed
from appliance.console.audit.log import note
from appliance.console.authority.presence import PresentKeys
from appliance.console.context import Console, PresentConsole, Reading
from appliance.console.orders import blobs, overview
from appliance.console.orders.publishing import publish_to, tell_boxes
from appliance.console.pages import frame
from appliance.console.pages.places import PRINTABLE, printable
from appliance.console.people.present import CanOperate, Present
from appliance.console.people.roles import Right
from appliance.console.prompts import keeping, making
from appliance.console.prompts.errors import PromptError
from appliance.console.prompts.keeping import Origin
from appliance.console.prompts.making import Sound
from appliance.contact.speech.sound import ENDINGS
from appliance.flow.voices import usual_voice, voice_language, voices

router = APIRouter(include_in_schema=False)
PATH = "/prompts"
Making = Callable[[], Awaitable[Sound]]
MOST_SHOWN = 20
Name = Annotated[str, Path(max_length=200, pattern=PRINTABLE)]
Number = Annotated[int, Path(ge=1, le=1 << 40)]
Typed = Annotated[str, Form(max_length=200, pattern=PRINTABLE)]


@router.get(PATH)
async def show(request: Request, present: CanOperate, session: Reading) -> Response:
    return await _list(request, present, session)


@router.post(PATH + "/file")
async def upload(
    *,
    request: Request,
    console: PresentConsole,
    present: CanOperate,
    file: Annotated[UploadFile, File()],
    name: Typed = "",
) -> Response:
    """Without a name it is the file's."""
    content = await file.read(blobs.MOST_BYTES + 1)
    called = printable(PurePath(file.filename or "").name)[:200]
    origin = Origin(kind="file", source=called)
    sound = partial(making.of_file, content, called)
    return await _kept(
        request, console, present, name=name.strip() or PurePath(called).stem, sound=sound, origin=origin
    )


@router.post(PATH + "/text")
async def speak(
    *,
    request: Request,
    console: PresentConsole,
    present: CanOperate,
    text: Annotated[str, Form(max_length=20_000)] = "",
    name: Typed = "",
    voice: Typed = "",
) -> Response:
    """voice: one of `flow.voices`, which brings its language."""
    language = voice_language(voice) or "en-US"
    speaking = voice if voice_language(voice) else usual_voice(language)
    words = "".join(letter for letter in text if letter.isprintable() or letter.isspace())
    origin = Origin(kind="text", source=words.strip(), language=language)
    sound = partial(making.of_text, words, language=language, voice=speaking, speech=console.settings.speech)
    return await _kept(request, console, present, name=name, sound=sound, origin=origin)


@router.get(PATH + "/{name}")
async def one(request: Request, present: CanOperate, session: Reading, name: Name) -> Response:
    found = await keeping.versions(session, name)
    wanted = next(line.wanted for line in await _lines(session, present) if line.newest.name == name)
    return frame.page(
        request,
        "prompts/prompt.html",
        here="prompts",
        name=name,
        versions=found[:MOST_SHOWN],
        wanted=wanted,
        branches=await overview.branch_lines(session, present.branches(Right.OPERATE)),
    )


@router.get(PATH + "/{name}/{number}.wav")
async def sound_of(present: CanOperate, session: Reading, name: Name, number: Number) -> Response:
    found = await keeping.version(session, name, number)
    content = await blobs.content_of(session, found.blob, ItemKind.PROMPT)
    return Response(content, media_type="audio/wav", headers={"Cache-Control": "private, max-age=86400"})


@router.post(PATH + "/{name}/publish")
async def publish(
    *,
    console: PresentConsole,
    present: CanOperate,
    keys: PresentKeys,
    name: Name,
    branches: Annotated[list[str], Form(default_factory=list, max_length=10_000)],
    version: Annotated[int, Form(ge=1, le=1 << 40)],
    deed: Annotated[Literal["publish", "remove"], Form()] = "publish",
) -> Response:
    """That version is wanted of each of the branches, or the prompt is to go there; sent to those that have a box."""
    for branch in branches:
        present.must(Right.OPERATE, branch)
    async with console.database.writing() as session:
        chosen = await keeping.version(session, name, version)
        item = keeping.item_of(chosen) if deed == "publish" else keeping.gone(name)
        told = await publish_to(
            session,
            item,
            branches,
            keys=keys,
            present=present,
            now_s=console.now_s(),
            about=f"prompt:{name}",
            detail=f"version {version}" if deed == "publish" else "taken away",
        )
    tell_boxes(console, told)
    return _to(name)


async def _kept(
    request: Request, console: Console, present: Present, *, name: str, sound: Making, origin: Origin
) -> Response:  # fmt: skip
    try:
        called = keeping.checked_name(name)
        made = await sound()
    except PromptError as error:
        async with console.database.reading() as session:
            return await _list(request, present, session, fault=error)
    now_s = console.now_s()
    async with console.database.writing() as session:
        kept = await keeping.keep(session, called, made, origin, by=present.who, now_s=now_s)
        detail = f"version {kept.version}"
        await note(session, deed=Deed.CHANGED, about=f"prompt:{called}", detail=detail, **present.signature(now_s))
    return _to(called)


def _to(name: str) -> Response:
    return RedirectResponse(f"{PATH}/{name}", status_code=303)  # which quotes it


async def _lines(session: AsyncSession, present: Present) -> list[keeping.PromptLine]:
    return await keeping.lines(session, present.branches(Right.OPERATE))


async def _list(
    request: Request, present: Present, session: AsyncSession, *, fault: PromptError | None = None
) -> Response:
    lines = await overview.branch_lines(session, present.branches(Right.OPERATE))
    return frame.page(
        request,
        "prompts/prompts.html",
        here="prompts",
        status=400 if fault else 200,
        lines=await _lines(session, present),
        names={line.branch: line.name for line in lines},
        voices=voices(),
        endings=",".join(f".{ending}" for ending in sorted(ENDINGS)),
        fault=fault,
    )
