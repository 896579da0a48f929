"""Contact search by number, time, agent and queue; and one contact's page."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from appliance.console.context import Reading
from appliance.console.pages import contact_story, frame
from appliance.console.pages.asked import Named, Word
from appliance.console.pages.places import PRINTABLE
from appliance.console.pages.shown import Shown
from appliance.console.people.present import CanRead
from appliance.console.people.roles import Branches, Right
from appliance.console.reading import contacts, staff
from appliance.console.reading.choices import branch_names
from appliance.console.reading.documents import ContactSummary
from appliance.errors import RequestError

router = APIRouter(include_in_schema=False)
METHODS = ("INBOUND", "OUTBOUND", "TRANSFER", "QUEUE_TRANSFER", "CALLBACK", "API", "MONITOR")
PAGE = 50


class Form(BaseModel):
    """What was asked for, as it was typed. since, until: local date and time of the reader, `2026-11-22T09:30`; after:
    the list goes on there."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)
    number: Word = ""
    since: Word = ""
    until: Word = ""
    branch: Word = ""
    queue: Word = ""
    agent: Word = ""
    method: Word = ""
    recorded: Word = ""
    after: Annotated[str, Field(max_length=1000, pattern=PRINTABLE)] = ""

    def address(self, after: str = "") -> str:
        """Of the list that follows `after`."""
        asked = {**self.model_dump(), "after": after}
        return "/contacts?" + urlencode({name: value for name, value in asked.items() if value})


@router.get("/contacts")
async def search(
    request: Request,
    present: CanRead,
    session: Reading,
    form: Annotated[Form, Query()],
) -> HTMLResponse:
    allowed = present.branches(Right.READ)
    shown = frame.shown_to(request)
    found, fault = None, ""
    try:
        found = await contacts.search(session, allowed, _asked(form, shown))
    except RequestError as error:
        fault = str(error)
    return frame.page(
        request,
        "contacts/contacts.html",
        here="contacts",
        status=200 if found else 400,
        form=form,
        found=found,
        fault=fault,
        names=await branch_names(session, allowed),
        queues=sorted({one.name for one in await staff.entries(session, allowed, "queue")}),
        agents=sorted({one.agent for one in await staff.agents(session, allowed)}),
        methods=METHODS,
        outcome=outcome,
    )


@router.get("/contacts/{contact}")
async def one_contact(request: Request, contact: Named, present: CanRead, session: Reading) -> HTMLResponse:
    allowed = present.branches(Right.READ)
    found = await contacts.details(session, allowed, contact)
    branch = found.summary.branch
    story = contact_story.story(found, frame.shown_to(request))
    return frame.page(
        request,
        "contacts/contact.html",
        here="contacts",
        contact=found,
        record=found.record,
        box=found.record.get("Linekeeper") or {},
        names=await branch_names(session, allowed & Branches(some=frozenset({branch}))),
        story=story,
        outcome=outcome(found.summary),
        may_listen=present.may(Right.LISTEN, branch),
        may_erase=present.may(Right.ERASE, branch),
    )


def outcome(one: ContactSummary) -> str:
    """In one word (the text `outcome.<word>`)."""
    if one.agent:
        return "handled"
    if one.method == "OUTBOUND":
        return "unanswered"
    if one.waited_s is not None:
        return "abandoned" if one.reason == "CUSTOMER_DISCONNECT" else "left"
    return "menu"


def _asked(form: Form, shown: Shown) -> contacts.Search:
    """Raises RequestError for a time that is none."""
    return contacts.Search(
        number=form.number,
        since_s=_second(form.since, shown),
        until_s=_second(form.until, shown),
        branch=form.branch,
        queue=form.queue,
        agent=form.agent,
        method=form.method,
        recorded={"yes": True, "no": False}.get(form.recorded),
        after=form.after,
        limit=PAGE,
    )


def _second(text: str, shown: Shown) -> float | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=shown.zone).timestamp()
    except (ValueError, OverflowError) as error:
        raise RequestError(shown.text("contacts.bad_time", text=text[:40])) from error
