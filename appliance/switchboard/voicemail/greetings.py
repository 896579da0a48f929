"""Greetings that were spoken into a phone become what callers hear: a prompt of the mailbox's, nothing else is kept.

A greeting waits in the store like a message until its recording is finished, so a restart loses none.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from appliance.errors import ApplianceError
from appliance.store.store import Store
from appliance.store.voicemails import Voicemail, VoicemailState
from appliance.switchboard.lamps.lamp import lamp_user
from appliance.switchboard.store_thread import StoreThread
from appliance.switchboard.tasks import Looking
from appliance.switchboard.voicemail.sound import decode_message

logger = logging.getLogger(__name__)

Perform = Callable[[str, dict[str, Any]], Awaitable[Any]]


class Greetings:
    """`perform` is the API's, set by who builds it."""

    def __init__(self, *, store: StoreThread, recordings: Path, prompts: Path) -> None:
        self.perform: Perform
        self._store = store
        self._recordings = recordings
        self._prompts = prompts
        self._looking = Looking(self._take_all, name="greetings")

    def look(self) -> None:
        """There may be some now."""
        self._looking.wish()

    async def stop(self) -> None:
        """Safe to call twice."""
        await self._looking.stop()

    async def _take_all(self) -> None:
        try:
            for greeting in await self._store.run(lambda store: store.voicemails.greetings()):
                if greeting.path is not None:
                    await self._take(greeting, self._recordings / greeting.path)
        except (ApplianceError, OSError) as error:
            logger.warning("a greeting can't be taken over: %s", error)

    async def _take(self, greeting: Voicemail, source: Path) -> None:
        name = lamp_user("greeting", greeting.mailbox)
        await asyncio.to_thread(self._keep, source, self._prompts / f"{name}.wav")
        await self.perform("mailbox.greeting", {"mailbox": greeting.mailbox, "prompt": name})

        def erase(store: Store) -> None:
            store.voicemails.mark(greeting.recording, VoicemailState.DELETED)
            store.recordings.mark_erased(greeting.recording)

        await self._store.run(erase)
        await asyncio.to_thread(source.unlink, missing_ok=True)

    def _keep(self, source: Path, target: Path) -> None:
        self._prompts.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(f".{target.name}")
        decode_message(source, aside)
        aside.chmod(0o640)
        aside.replace(target)
