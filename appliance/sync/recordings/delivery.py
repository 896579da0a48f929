"""What is sealed and sent next, and what becomes of it. The store belongs to the switchboard: it is read beside it, and
every change goes over its API.

Sealing goes on without a link; uploads follow the events, so that the console knows a recording before its bytes come.
Interrupted anywhere, both begin again where the store stands.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol

import msgspec

from appliance.cloud.recordings import RecordingFacts, UploadDone, signed_text
from appliance.cloud.signing import PrivateKey, signature_of
from appliance.config.paths import BoxPaths
from appliance.ids import RecordingId
from appliance.store.recordings import RecordingStatus
from appliance.store.sealed_recordings import SealedRecording, ToSeal
from appliance.store.store import Store
from appliance.sync.recordings.sealing import PART, SUFFIX, SealedFile, SealingError, seal
from appliance.sync.recordings.sending import UploadBrokenError
from appliance.sync.recordings.upload import Step, Upload, UploadRefusedError

logger = logging.getLogger(__name__)

AT_ONCE = 20  # recordings of one round
PAUSE_S = 600.0  # before a recording that was refused is tried again
LATER_S = 1.0  # before one whose facts are still on their way
MEDIA_TYPE = "audio/flac"
Call = Callable[[str, dict[str, Any]], Awaitable[Any]]


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """Who this box is when it seals: its id, its key and that key's id, and to whom it encrypts."""

    box: str
    key: PrivateKey
    key_id: str
    recipients: tuple[str, ...]


class Sends(Protocol):
    """Runs one upload (`sending.Sender`)."""

    async def run(self, upload: Upload, source: Path) -> UploadDone: ...


class Delivery:
    """`call`: an operation of the switchboard's API; `seal`: asked anew each time, for it changes with the certificate,
    None while the box belongs to no console; `now`: monotonic seconds."""

    def __init__(
        self, paths: BoxPaths, *, call: Call, seal: Callable[[], Seal | None], uploads: str, now: Callable[[], float]
    ) -> None:
        """uploads: the path where uploads are created."""
        self._paths = paths
        self._call = call
        self._seal = seal
        self._uploads = uploads
        self._now = now
        self._unsealable: set[RecordingId] = set()
        self._not_before: dict[RecordingId, float] = {}
        self._under_way: tuple[SealedRecording, Upload] | None = None

    # ── sealing ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def seal_some(self) -> int:
        """Seal what is finished, at most `AT_ONCE`; how many. Raises RequestError, StoreError, OSError of the API: what
        is not told yet is sealed again."""
        as_whom = self._seal()
        if as_whom is None or not as_whom.recipients:
            return 0
        limit = AT_ONCE + len(self._unsealable)
        waiting = await asyncio.to_thread(self._read, lambda store: store.sealed_recordings.to_seal(limit))
        done = 0
        for one in waiting:
            if one.recording not in self._unsealable:
                done += await self._seal_one(one, as_whom)
        return done

    async def tidy(self) -> int:
        """Once after a start: take away what a power cut has left between two steps; how many files."""
        return await asyncio.to_thread(self._tidy)

    async def _seal_one(self, one: ToSeal, as_whom: Seal) -> int:
        source, path = self._paths.recordings / one.path, one.path + SUFFIX
        target = self._paths.sealed / path
        try:
            sealed = await asyncio.to_thread(seal, source, target, as_whom.recipients, expected_sha256=one.sha256)
        except SealingError as error:
            logger.error("recording %s stays as it is: %s", one.recording, error)
            if source.exists():
                self._unsealable.add(one.recording)  # until the next start
            return 0
        facts = _facts(one, sealed, as_whom)
        told = {"facts": msgspec.to_builtins(facts), "path": path, "key": as_whom.key_id}
        answer = await self._call("recording.sealed", told)
        if not answer["taken"]:
            await asyncio.to_thread(target.unlink, missing_ok=True)
        if not answer["plain"]:
            await asyncio.to_thread(source.unlink, missing_ok=True)
        return int(answer["taken"])

    def _tidy(self) -> int:
        """Plain files of sealed recordings, and sealed files that no row tells of."""
        with Store.open_read_only(self._paths.store) as store:
            rows = store.recordings.with_status(RecordingStatus.SEALED)
            plain = [self._paths.recordings / row.path for row in rows if row.path]
            known = {str(self._paths.sealed / path) for path in store.sealed_recordings.paths()}
        found = [path for path in plain if path.exists()]
        for path in self._paths.sealed.rglob(f"*{SUFFIX}*"):
            if path.is_file() and (path.name.endswith(PART) or str(path) not in known):
                found.append(path)
        for path in found:
            path.unlink(missing_ok=True)
        return len(found)

    # ── uploads ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def upload_some(self, sender: Sends) -> int:
        """Send what waits, oldest first, at most `AT_ONCE`; how many arrived. Raises UploadBrokenError when the link
        broke (the next round goes on from there), RequestError or OSError of the API."""
        as_whom = self._seal()
        if as_whom is None:
            return 0
        limit = AT_ONCE + len(self._not_before)
        done = 0
        for one in await asyncio.to_thread(self._read, lambda store: store.sealed_recordings.waiting(limit)):
            if self._not_before.get(one.recording, 0.0) > self._now():
                continue
            if one.key != as_whom.key_id:
                await self._announce_anew(one, as_whom)
                continue
            done += await self._send(one, sender)
        return done

    async def again(self, recordings: tuple[str, ...]) -> list[str]:
        """The console misses these after a reconciliation: what it had once is announced and sent anew. Those that are
        not on the box any more."""
        answer = await self._call("recording.again", {"recordings": list(recordings)})
        gone: list[str] = answer["gone"]
        return gone

    async def _send(self, one: SealedRecording, sender: Sends) -> int:
        upload = self._upload_of(one)
        try:
            done = await sender.run(upload, self._paths.sealed / one.path)
        except UploadBrokenError:
            if upload.step is not Step.CREATING:
                await self._failed(one)
            raise
        except UploadRefusedError as error:
            self._put_off(one, str(error), error.later)
            if not error.later:
                await self._failed(one)
            return 0
        except OSError as error:
            self._put_off(one, str(error), later=False)
            await self._failed(one)
            return 0
        self._under_way = None
        self._not_before.pop(one.recording, None)
        if done.sha256 != one.sha256 or done.bytes != one.bytes:
            self._put_off(one, "the console has confirmed another file", later=False)
            return 0
        answer = await self._call("recording.delivered", {"recording": one.recording, "sha256": one.sha256})
        return int(answer["delivered"])

    def _upload_of(self, one: SealedRecording) -> Upload:
        """The one under way, if it is of this very file."""
        if self._under_way is None or self._under_way[0] != one:
            self._under_way = (one, Upload(recording=one.recording, length=one.bytes, path=self._uploads))
        return self._under_way[1]

    def _put_off(self, one: SealedRecording, why: str, later: bool) -> None:
        logger.log(logging.INFO if later else logging.ERROR, "recording %s waits: %s", one.recording, why)
        self._under_way = None
        self._not_before[one.recording] = self._now() + (LATER_S if later else PAUSE_S)

    async def _failed(self, one: SealedRecording) -> None:
        await self._call("recording.upload_failed", {"recording": one.recording})

    async def _announce_anew(self, one: SealedRecording, as_whom: Seal) -> None:
        """The box has another key than when it sealed this: sign with that, as the console knows no other."""
        facts = await asyncio.to_thread(self._read, lambda store: store.sealed_recordings.facts(one.recording))
        if facts is not None:
            signed = msgspec.structs.replace(facts, signature=_signature(as_whom, one.recording, one.sha256, one.bytes))
            told = {"facts": msgspec.to_builtins(signed), "path": one.path, "key": as_whom.key_id}
            await self._call("recording.sealed", told)

    def _read(self, what: Callable[[Store], Any]) -> Any:
        with Store.open_read_only(self._paths.store) as store:
            return what(store)


def _facts(one: ToSeal, sealed: SealedFile, as_whom: Seal) -> RecordingFacts:
    return RecordingFacts(
        recording=one.recording,
        contact=one.contact,
        kind="voicemail" if one.voicemail else "call",
        media_type=MEDIA_TYPE,
        started_s=one.started_s,
        duration_s=one.duration_s,
        sealed=True,
        recipients=as_whom.recipients,
        bytes=sealed.bytes,
        sha256=sealed.sha256,
        plain_sha256=sealed.plain_sha256,
        signature=_signature(as_whom, one.recording, sealed.sha256, sealed.bytes),
    )


def _signature(as_whom: Seal, recording: str, sha256: str, size: int) -> str:
    return base64.b64encode(signature_of(as_whom.key, signed_text(as_whom.box, recording, sha256, size))).decode()
