"""Runs one upload over HTTP (aiohttp), no faster than the link's pace allows.

The session belongs to who calls: it knows the certificates. Must not decide what is uploaded or when it is tried again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

import aiohttp

from appliance.cloud import tus
from appliance.cloud.recordings import UploadDone
from appliance.errors import SyncError
from appliance.sync.pacing import Pace
from appliance.sync.recordings.upload import Request, Response, Upload
from appliance.sync.wire.paced import paced

logger = logging.getLogger(__name__)

MOST_ANSWER_BYTES = 1 << 16
ANSWER_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=90)
MOST_WAITS = 20  # answers of "later" in one run


class UploadBrokenError(SyncError):
    """The link broke, or the console isn't ready; the upload goes on from there another time."""


class Sender:
    """url: of the console, without a path; now: monotonic seconds; `allowed` says before each chunk whether recordings
    may be sent just now (metered link, quiet hours, more urgent things)."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        url: str,
        *,
        pace: Pace,
        now: Callable[[], float],
        allowed: Callable[[], bool] = lambda: True,
    ) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._pace = pace
        self._now = now
        self._allowed = allowed

    async def run(self, upload: Upload, source: Path) -> UploadDone:
        """Until the console has verified `source`. Raises UploadBrokenError to be tried again with the same `upload`,
        UploadRefusedError, OSError where `source` can't be read."""
        waits = 0
        while upload.done is None:
            if not self._allowed():
                raise UploadBrokenError("recordings wait: nothing but events goes over the link just now")
            await self._one(upload, source)
            if upload.done is None and upload.wait_s:
                waits += 1
                if waits > MOST_WAITS:
                    raise UploadBrokenError("the console keeps asking to wait")
                await asyncio.sleep(upload.wait_s)
        return upload.done

    async def _one(self, upload: Upload, source: Path) -> None:
        request = upload.next_request()
        body = await asyncio.to_thread(_piece, source, request.start, request.size) if request.size else b""
        began = self._now()
        try:
            answer = await self._exchange(request, body)
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            upload.lost()
            raise UploadBrokenError(f"the upload broke off at byte {upload.offset}: {error or type(error)}") from error
        upload.handle(answer, took_s=self._now() - began)

    async def _exchange(self, request: Request, body: bytes) -> Response:
        headers = dict(request.headers)
        if request.method == "PATCH":
            headers |= {tus.CHECKSUM: tus.write_checksum(body), "Content-Length": str(len(body))}
        async with self._http.request(
            request.method,
            self._url + request.path,
            headers=headers,
            data=paced(body, self._pace, self._now) if body else None,
            timeout=ANSWER_TIMEOUT,
            allow_redirects=False,
        ) as answer:
            text = b"" if request.method == "HEAD" else await answer.content.read(MOST_ANSWER_BYTES)
            named = {name.lower(): value for name, value in answer.headers.items()}
            return Response(status=answer.status, headers=named, body=text)


def _piece(source: Path, start: int, size: int) -> bytes:
    with source.open("rb") as file:
        file.seek(start)
        data = file.read(size)
    if len(data) != size:
        raise OSError(f"{source} is shorter than it was when it was sealed")
    return data
