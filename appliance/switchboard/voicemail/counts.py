"""How many messages wait for whom, as phones' lamps show it: kept in memory, read from the store when it changes.

A phone subscribes to its own extension: that shows the mailbox of the agent who is reached there and that of the
extension itself. The mailbox of a queue has a lamp of its own (`voicemail-NAME`), which anybody inside may watch.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from appliance.dialplan import DialPlan
from appliance.errors import StoreError
from appliance.switchboard.lamps.lamp import Messages, lamp_user
from appliance.switchboard.store_thread import StoreThread
from appliance.switchboard.tasks import Looking

logger = logging.getLogger(__name__)
NOTHING = (0, 0)


class MessageCounts:
    """`changed` is called when the counts are others; `look` whenever they may be."""

    def __init__(self, store: StoreThread, plan: Callable[[], DialPlan]) -> None:
        self.changed: Callable[[], None] = _nothing
        self._store = store
        self._plan = plan
        self._counts: Mapping[str, tuple[int, int]] = {}
        self._looking = Looking(self._read, name="message counts")

    def look(self) -> None:
        """Read them anew, soon; many wishes at once are one look."""
        self._looking.wish()

    async def stop(self) -> None:
        """Safe to call twice."""
        await self._looking.stop()

    def lamps(self) -> dict[str, Messages]:
        """What each subscriber's user part shows: extensions, and shared mailboxes under `voicemail-NAME`."""
        plan, shown = self._plan(), dict[str, Messages]()
        for mailbox in (name for name, one in plan.mailboxes.items() if one.shared):
            shown[lamp_user("voicemail", mailbox)] = _messages(self._counts.get(mailbox, NOTHING))
        for extension, agent in plan.extensions.items():
            boxes = {name for name in (extension, agent) if name is not None and name in plan.mailboxes}
            found = [self._counts.get(name, NOTHING) for name in boxes]
            if boxes:
                shown[extension] = _messages((sum(new for new, _ in found), sum(saved for _, saved in found)))
        return shown

    async def _read(self) -> None:
        try:
            counts = await self._store.run(lambda store: store.voicemails.counts())
        except StoreError as error:
            logger.warning("waiting messages can't be counted: %s", error)
            return
        if counts != self._counts:
            self._counts = counts
            self.changed()


def _messages(counts: tuple[int, int]) -> Messages:
    new, saved = counts
    return Messages(new=new, saved=saved)


def _nothing() -> None:
    """Nobody looks."""
