"""Who listens to a mailbox by phone: which message is next, and its sound where the contact process may play it.

A message that is listened to lies decoded in the run directory (a tmpfs), under a name nobody can guess and readable by
the box's own account only, until the next one or the end of the contact. It counts as heard when it begins to play.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from pathlib import Path

from appliance.errors import RequestError
from appliance.ids import ContactId, RecordingId
from appliance.store.voicemails import Voicemail, VoicemailState
from appliance.switchboard.store_thread import StoreThread
from appliance.switchboard.voicemail.counts import MessageCounts
from appliance.switchboard.voicemail.sound import decode_message

logger = logging.getLogger(__name__)

PROMPT_PREFIX = "voicemail/"  # of the PromptId by which a contact process plays it (appliance.contact.media.prompts)
MOST_HELP = 2


class Session:
    """One caller in one mailbox. `at` is the message under way, -1 before the first."""

    def __init__(self, mailbox: str, messages: list[RecordingId]) -> None:
        self.mailbox = mailbox
        self.messages = messages
        self.at = -1
        self.file: Path | None = None
        self.silent = 0  # times that no key was pressed


class Listening:
    """The sessions of the contacts under way."""

    def __init__(self, *, store: StoreThread, recordings: Path, folder: Path, counts: MessageCounts) -> None:
        self._store = store
        self._recordings = recordings
        self._folder = folder
        self._counts = counts
        self._sessions: dict[ContactId, Session] = {}

    def start(self) -> None:
        """Nothing is left of a switchboard before us. Blocks shortly."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file in self._folder.iterdir():
            file.unlink(missing_ok=True)

    async def open(self, contact: ContactId, mailbox: str) -> tuple[int, int]:
        """Begin with the first message. (new, saved)."""
        self.close(contact)
        found = [one for one in await self._store.run(lambda store: store.voicemails.of(mailbox)) if one.path]
        self._sessions[contact] = Session(mailbox, [one.recording for one in found])
        new = sum(one.state is VoicemailState.NEW for one in found)
        return new, len(found) - new

    def session(self, contact: ContactId) -> Session:
        """Raises RequestError for a contact that has opened none."""
        found = self._sessions.get(contact)
        if found is None:
            raise RequestError("no mailbox is open in this contact", kind="not_found")
        return found

    async def step(self, session: Session) -> Voicemail | None:
        """On to the next message that is still there; None behind the last one."""
        while session.at + 1 < len(session.messages):
            session.at += 1
            if (message := await self.current(session)) is not None:
                return message
        return None

    async def current(self, session: Session) -> Voicemail | None:
        """The message under way, None where it is deleted meanwhile (or none has begun)."""
        if not 0 <= session.at < len(session.messages):
            return None
        recording = session.messages[session.at]
        message = await self._store.run(lambda store: store.voicemails.get(recording))
        return None if message is None or message.state is VoicemailState.DELETED else message

    async def play(self, session: Session, message: Voicemail) -> str:
        """The PromptId of the message's sound, which counts as heard. Raises RecordError."""
        self._forget(session)
        file = self._folder / f"{secrets.token_hex(16)}.wav"
        source = self._recordings / (message.path or "")
        session.file = file
        await asyncio.to_thread(decode_message, source, file)
        await self._mark(message, VoicemailState.SAVED)
        return PROMPT_PREFIX + file.stem

    async def heard(self, message: Voicemail) -> None:
        """It is no longer new."""
        await self._mark(message, VoicemailState.SAVED)

    def close(self, contact: ContactId) -> bool:
        """The contact is over or begins anew; whether it was in a mailbox. Safe to call for any contact."""
        session = self._sessions.pop(contact, None)
        if session is not None:
            self._forget(session)
        return session is not None

    def close_all(self) -> None:
        """The switchboard stops."""
        for contact in tuple(self._sessions):
            self.close(contact)

    async def _mark(self, message: Voicemail, state: VoicemailState) -> None:
        if await self._store.run(lambda store: store.voicemails.mark(message.recording, state)):
            self._counts.look()

    @staticmethod
    def _forget(session: Session) -> None:
        file, session.file = session.file, None
        if file is not None:
            file.unlink(missing_ok=True)
