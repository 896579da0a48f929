"""What an operator does with a branch, by page or by API: each deed with its right, its entry in the audit log, and the
notice that gets it to the box at once.

Each raises NotFoundError or ForbiddenError where the operator may not, and NotFoundError where there is no such thing.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.orders import Command, CommandKind, Item, ItemKind
from appliance.console.audit.entries import Deed
from appliance.console.audit.log import note
from appliance.console.authority.keys import ConsoleKeys
from appliance.console.context import Console
from appliance.console.errors import NotFoundError
from appliance.console.notices import Topic
from appliance.console.orders import desired, sending
from appliance.console.people.present import Present
from appliance.console.people.roles import Right

COMMAND_LIFE_S = 86_400.0


class Operator:
    """Somebody at a branch of this console."""

    def __init__(self, console: Console, keys: ConsoleKeys, present: Present, branch: str) -> None:
        """Raises NotFoundError, ForbiddenError for who may not operate the branch."""
        present.must(Right.OPERATE, branch)
        self._console = console
        self._keys = keys
        self._present = present
        self._branch = branch

    async def want(self, item: Item) -> None:
        """Of the branch's box, with the next publication."""
        async with self._console.database.writing() as session:
            now_s = self._console.now_s()
            await desired.put_item(session, self._branch, item, by=self._present.who, now_s=now_s)
            await self._note(session, Deed.CHANGED, f"wanted:{item.kind}/{item.name}")

    async def leave(self, kind: ItemKind, name: str) -> None:
        """To the technician, from the next publication on."""
        async with self._console.database.writing() as session:
            await desired.drop_item(session, self._branch, kind, name)
            await self._note(session, Deed.CHANGED, f"wanted:{kind}/{name}", "no longer wanted")

    async def overwrite(self, kind: ItemKind, name: str) -> int:
        """The local change was seen and is decided against: published at once. The order's number."""
        async with self._console.database.writing() as session:
            if not await desired.overwrite_item(session, self._branch, kind, name):
                raise NotFoundError(f"nothing is wanted of {kind} {name!r}")
            box, number = await self._published(session, f"over the local change of {kind}/{name}")
        self._console.notices.tell(Topic.ORDERS, box)
        return number

    async def publish(self) -> tuple[str, int]:
        """The box and the order's number."""
        async with self._console.database.writing() as session:
            box, number = await self._published(session, "")
        self._console.notices.tell(Topic.ORDERS, box)
        return box, number

    async def command(self, kind: CommandKind, arguments: dict[str, str]) -> tuple[str, int]:
        """The box and the order's number. It ends in a day. To erase a box needs the right to erase, too."""
        if kind is CommandKind.ERASE:
            self._present.must(Right.ERASE, self._branch)
        now_s = self._console.now_s()
        async with self._console.database.writing() as session:
            box = (await desired.box_of(session, self._branch)).box

            def made(number: int) -> Command:
                return Command(
                    box=box,
                    number=number,
                    issued_s=now_s,
                    command=kind,
                    arguments=arguments,
                    expires_s=now_s + COMMAND_LIFE_S,
                )

            summary, by = " ".join([kind.value, *arguments.values()]), self._present.who
            number = await sending.send(session, self._keys, box, made=made, by=by, now_s=now_s, summary=summary)
            await self._note(session, Deed.ORDERED, f"box:{box}", summary)
        self._console.notices.tell(Topic.ORDERS, box)
        return box, number

    async def _published(self, session: AsyncSession, detail: str) -> tuple[str, int]:
        now_s, by = self._console.now_s(), self._present.who
        box, number = await desired.publish(session, self._keys, self._branch, by=by, now_s=now_s)
        await self._note(session, Deed.ORDERED, f"box:{box}", detail or f"version {number}")
        return box, number

    async def _note(self, session: AsyncSession, deed: Deed, about: str, detail: str = "") -> None:
        signature = self._present.signature(self._console.now_s())
        await note(session, deed=deed, about=about, branch=self._branch, detail=detail, **signature)
