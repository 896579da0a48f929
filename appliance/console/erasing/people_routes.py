"""Erasure requests and legal holds by HTTP, for people with the right to erase at the branches concerned."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, FastAPI, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.authority.keys import ConsoleKeys, console_keys
from appliance.console.context import Console
from appliance.console.database.tables import Branch, Erasure, ErasureContact, ErasureReceipt, Hold
from appliance.console.erasing import holds, requests
from appliance.console.erasing.contacts import branches_of
from appliance.console.errors import NotFoundError
from appliance.console.notices import Topic
from appliance.console.people.present import CanErase, Present, seen
from appliance.console.people.refusals import problem
from appliance.console.people.roles import Right
from appliance.errors import ConsoleError

MOST_CONTACTS = 1000
MOST_LISTED = 200
_CONTACT = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
_ASKED: dict[int | str, dict[str, Any]] = {
    403: {"description": "without the right to erase there"},
    404: {"description": "a contact that you may not see, or that there is none of"},
    422: {"description": "neither contacts nor a number"},
}
ContactName = Annotated[str, Field(pattern=_CONTACT)]
Contacts = Annotated[list[ContactName], Field(max_length=MOST_CONTACTS)]
Reason = Annotated[str, Field(min_length=1, max_length=requests.LONGEST_REASON, pattern=r"^[^\x00]*$")]
Id = Annotated[str, Path(pattern=r"^[0-9a-f-]{1,40}$")]


class ErasureBody(BaseModel):
    """Contacts by id, or a customer's number (E.164): every contact of it at branches where you may erase."""

    model_config = ConfigDict(extra="forbid")
    reason: Reason
    contacts: Contacts = []
    customer: Annotated[str, Field(pattern=r"^(\+[0-9]{3,15})?$")] = ""


class HoldBody(BaseModel):
    """What must not be erased, and why."""

    model_config = ConfigDict(extra="forbid")
    reason: Reason
    contacts: Annotated[list[ContactName], Field(min_length=1, max_length=MOST_CONTACTS)]


class NobodyError(ConsoleError):
    """It names neither contacts nor a number."""


def install(app: FastAPI, console: Console) -> None:
    app.include_router(Erasing(console).routes())
    app.add_exception_handler(NobodyError, _nobody)


class Erasing:
    """The routes, and what they share."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def routes(self) -> APIRouter:
        router = APIRouter(prefix="/api/v1", tags=["erasing"])
        router.post("/erasures", status_code=202, responses=_ASKED)(self.ask)
        router.get("/erasures")(self.erasures)
        router.get("/erasures/{request}", responses=_ASKED)(self.erasure)
        router.post("/holds", status_code=201, responses=_ASKED)(self.hold)
        router.get("/holds")(self.holds)
        router.delete("/holds/{hold}", responses=_ASKED)(self.lift)
        return router

    async def ask(self, present: CanErase, body: ErasureBody) -> dict[str, Any]:
        """Erases here at once and tells the boxes, which carry it out when they hear of it; see its receipts."""
        if not body.contacts and not body.customer:
            raise NobodyError("an erasure names contacts or a customer's number")
        async with self._console.database.writing() as session:
            contacts = await _by_branch(session, present, body.contacts)
            branches = await _branches(session, present) if body.customer else ()
            asked = requests.Asked(reason=body.reason, customer=body.customer, contacts=contacts, branches=branches)
            found = await requests.ask(session, self._keys(), asked, signature=self._signed(present))
        self._tell(found.boxes, {*contacts, *branches})
        shown: dict[str, Any] = msgspec.to_builtins(found)
        return shown

    async def erasures(self, present: CanErase) -> list[dict[str, Any]]:
        """The newest first, as far as they concern your branches."""
        mine = select(ErasureContact.request).where(seen(ErasureContact.branch, present.branches(Right.ERASE)))
        told = select(ErasureReceipt.request).where(seen(ErasureReceipt.branch, present.branches(Right.ERASE)))
        async with self._console.database.reading() as session:
            query = select(Erasure).where(Erasure.request.in_(mine) | Erasure.request.in_(told))
            rows = list(await session.scalars(query.order_by(Erasure.asked_s.desc()).limit(MOST_LISTED)))
        return [_summary(row) for row in rows]

    async def erasure(self, present: CanErase, request: Id) -> dict[str, Any]:
        """What became of it: contacts, and what each box has answered."""
        branches = present.branches(Right.ERASE)
        async with self._console.database.reading() as session:
            row = await session.get(Erasure, request)
            of_it = (ErasureContact.request == request, seen(ErasureContact.branch, branches))
            contacts = list(await session.scalars(select(ErasureContact).where(*of_it)))
            told = (ErasureReceipt.request == request, seen(ErasureReceipt.branch, branches))
            receipts = list(await session.scalars(select(ErasureReceipt).where(*told)))
        if row is None or not (contacts or receipts):
            raise NotFoundError(f"there is no erasure {request!r} that you may see")
        return {
            **_summary(row),
            "contacts": [{"branch": one.branch, "contact": one.contact, "state": one.state} for one in contacts],
            "boxes": [_receipt(one) for one in receipts],
        }

    async def hold(self, present: CanErase, body: HoldBody) -> dict[str, Any]:
        """From now on nothing of these contacts is erased, here or on their boxes."""
        async with self._console.database.writing() as session:
            contacts = await _by_branch(session, present, body.contacts)
            hold, boxes = await holds.set_hold(
                session, self._keys(), reason=body.reason, contacts=contacts, signature=self._signed(present)
            )
        self._tell(boxes, contacts)
        return {"hold": hold, "contacts": len(body.contacts), "boxes": boxes}

    async def holds(self, present: CanErase) -> list[dict[str, Any]]:
        """Those that stand and those that were lifted, the newest first."""
        async with self._console.database.reading() as session:
            rows = list(await session.scalars(select(Hold).order_by(Hold.set_s.desc()).limit(MOST_LISTED)))
            held = {row.hold: await holds.contacts_held(session, row.hold) for row in rows}
        return [
            {
                "hold": row.hold,
                "reason": row.reason,
                "set_by": row.set_by,
                "set_s": row.set_s,
                "lifted_s": row.lifted_s,
                "contacts": [one for branch in held[row.hold] for one in held[row.hold][branch]],
            }
            for row in rows
            if all(present.may(Right.ERASE, branch) for branch in held[row.hold])
        ]

    async def lift(self, present: CanErase, hold: Id) -> dict[str, Any]:
        """It ends; what was asked to be erased meanwhile is erased now."""
        async with self._console.database.writing() as session:
            contacts = await holds.contacts_held(session, hold)
            if not contacts:
                raise NotFoundError(f"there is no hold {hold!r} that you may see")
            for branch in contacts:
                present.must(Right.ERASE, branch)
            boxes = await holds.lift_hold(session, self._keys(), hold, signature=self._signed(present))
        self._tell(boxes, contacts)
        return {"hold": hold, "boxes": boxes}

    def _keys(self) -> ConsoleKeys:
        return console_keys(self._console.settings.data_dir / "authority")

    def _signed(self, present: Present) -> Any:
        return present.signature(self._console.now_s())

    def _tell(self, boxes: Any, branches: Any) -> None:
        for box in boxes:
            self._console.notices.tell(Topic.ORDERS, box)
        for branch in branches:
            for topic in (Topic.RECORDINGS, Topic.CONTACTS):
                self._console.notices.tell(topic, branch)


async def _by_branch(session: AsyncSession, present: Present, contacts: list[str]) -> dict[str, list[str]]:
    """Raises NotFoundError for a contact that nobody knows, or of a branch they can't see; ForbiddenError."""
    found = await branches_of(session, contacts)
    by_branch: dict[str, list[str]] = {}
    for contact in dict.fromkeys(contacts):
        branch = found.get(contact)
        if branch is None or not present.may(Right.READ, branch):
            raise NotFoundError(f"there is no contact {contact!r} that you may see")
        present.must(Right.ERASE, branch)
        by_branch.setdefault(branch, []).append(contact)
    return by_branch


async def _branches(session: AsyncSession, present: Present) -> tuple[str, ...]:
    where = seen(Branch.branch, present.branches(Right.ERASE))
    return tuple(await session.scalars(select(Branch.branch).where(where).order_by(Branch.branch)))


def _summary(row: Erasure) -> dict[str, Any]:
    """The number only as far as it is still needed, masked."""
    return {
        "request": row.request,
        "reason": row.reason,
        "customer": re.sub(r"\d(?=\d{2})", "*", row.customer),
        "asked_by": row.asked_by,
        "asked_s": row.asked_s,
        "done_s": row.done_s,
    }


def _receipt(row: ErasureReceipt) -> Mapping[str, Any]:
    told = msgspec.json.decode(row.receipt) if row.receipt else None
    return {"box": row.box, "branch": row.branch, "told_s": row.told_s, "received_s": row.received_s, "receipt": told}


async def _nobody(_: Request, error: Exception) -> Response:
    return problem(422, "nobody", str(error))
