"""Who hears a page, and by which contact processes: a tree, since each has legs for three.

The pager's process carries three phones or further processes, these three each, and so on. Phones that must not be
disturbed or that talk are left out: answering by themselves they would put their caller on hold.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from appliance.contact.protocol import JoinRole, MonitorMode, OriginateContact, PagePhones, WishPage
from appliance.dialplan import DialPlan
from appliance.dialplan.groups import free_members
from appliance.errors import RequestError
from appliance.events import InitiationMethod
from appliance.ids import ContactId, Extension
from appliance.logs import fields
from appliance.switchboard.contacts.contacts import Contacts
from appliance.switchboard.joints.joining import Joining
from appliance.switchboard.joints.originating import Originating, new_contact

logger = logging.getLogger(__name__)

LEGS = 3  # of a process, beside the one to who is heard


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """What one process carries: phones, and further processes."""

    phones: tuple[Extension, ...]
    branches: tuple[Branch, ...] = ()

    @property
    def processes(self) -> int:
        """How many processes it takes, the first included."""
        return 1 + sum(branch.processes for branch in self.branches)


def branch_of(extensions: Sequence[Extension]) -> Branch:
    """The tree for all of them, with as few processes as can be: each gives its own leg for three."""
    if len(extensions) <= LEGS:
        return Branch(phones=tuple(extensions))
    count = min(LEGS, -(-(len(extensions) - LEGS) // (LEGS - 1)))
    own, rest = extensions[: LEGS - count], extensions[LEGS - count :]
    branches = []
    for size in _sizes(len(rest), count):
        branches.append(branch_of(rest[:size]))
        rest = rest[size:]
    return Branch(phones=tuple(own), branches=tuple(branches))


def _sizes(phones: int, branches: int) -> list[int]:
    """How many each branch carries: three, and then two more for each further process, so that none has legs left."""
    sizes, place, portion = [0] * branches, 0, LEGS
    while phones > 0:
        sizes[place] += min(portion, phones)
        phones -= min(portion, phones)
        place = (place + 1) % branches
        portion = LEGS - 1 if place == 0 else portion
    return sizes


class Pages:
    """`wished` begins one; it ends when the pager hangs up."""

    def __init__(
        self, contacts: Contacts, originating: Originating, joining: Joining, plan: Callable[[], DialPlan]
    ) -> None:
        self._contacts = contacts
        self._originating = originating
        self._joining = joining
        self._plan = plan
        self._tasks: set[asyncio.Task[None]] = set()

    def wished(self, message: WishPage) -> None:
        """A phone has dialled the code of a page and a group."""
        tree = branch_of(self._listeners(message))
        logger.info("page by %d processes", tree.processes, extra=fields(contact=message.contact))
        self._spawn(message.contact, tree, message.extension)

    def _listeners(self, message: WishPage) -> list[Extension]:
        plan = self._plan()
        group = plan.groups.get(message.group)
        members = [] if group is None else [Extension(member) for member in free_members(group, plan.phones)]
        talking = self._talking() | {message.extension}
        return [member for member in members if member in plan.extensions and member not in talking]

    def _talking(self) -> set[Extension | None]:
        return {
            leg.extension
            for state in self._contacts.under_way()
            for name, leg in state.legs.items()
            if name in state.answered or not leg.outgoing
        }

    def _spawn(self, host: ContactId, branch: Branch, pager: Extension | None) -> None:
        """Tell the process its phones, and have the others begun, all at once."""
        self._contacts.command(PagePhones(contact=host, extensions=branch.phones, others=bool(branch.branches)))
        for further in branch.branches:
            task = asyncio.create_task(self._grow(host, further, pager), name="page")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _grow(self, host: ContactId, branch: Branch, pager: Extension | None) -> None:
        contact = new_contact()
        origin = OriginateContact(
            contact=contact, method=InitiationMethod.API, extension=pager, previous=host, initial=host, page=True
        )
        try:
            await self._originating.originate(origin)
            await self._joining.join(contact, host, role=JoinRole.SUPERVISOR, mode=MonitorMode.LISTEN)
        except RequestError as error:
            logger.warning("%d phones hear no page: %s", len(branch.phones), error, extra=fields(contact=host))
            return
        self._spawn(contact, branch, pager)
