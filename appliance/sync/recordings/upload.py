"""One upload by tus 1.0, as a machine: what to ask next, and what an answer means. No I/O, no clock.

    CREATING ─201─► ASKING ─200─► SENDING ─204, all sent─► CONFIRMING ─200─► DONE
        ▲             ▲  │           │ lost connection, 409, 460, 5xx         │ 202: ask again later
        └──404, 410───┘  └───────────┘◄──────────────────────────────────────┘ 422: from the start

Nothing has to be remembered across a power cut: creating an upload that is there gives its address again, and the
console says how many bytes it has. Chunks are as long as the link carries in some seconds, so that a cut costs little.

Source: https://tus.io/protocols/resumable-upload (1.0.0); `appliance.cloud.tus`
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping

import msgspec

from appliance.cloud import tus
from appliance.cloud.errors import MalformedError
from appliance.cloud.recordings import UploadDone
from appliance.errors import SyncError

CHUNK_S = 4.0  # what one chunk shall take
LEAST_CHUNK, FIRST_CHUNK, MOST_CHUNK = 1 << 14, 1 << 17, 1 << 22
MOST_FRESH_STARTS = 3  # of one run; then it waits for the next


class UploadRefusedError(SyncError):
    """The console won't have this upload; `later`: it may, when it knows the recording's facts."""

    def __init__(self, message: str, *, later: bool = False) -> None:
        super().__init__(message)
        self.later = later


class Step(enum.StrEnum):
    CREATING = "creating"
    ASKING = "asking"
    SENDING = "sending"
    CONFIRMING = "confirming"
    DONE = "done"


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What to send. path: below the console's address; start, size: of the file, the body of a PATCH."""

    method: str
    path: str
    headers: Mapping[str, str]
    start: int = 0
    size: int = 0


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """headers: by lower-case name."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""


class Upload:
    """`next_request` until `done` is set; every answer goes to `handle`, every failure to `lost`."""

    def __init__(self, *, recording: str, length: int, path: str) -> None:
        """length: of the sealed file in bytes; path: where uploads are created."""
        self.done: UploadDone | None = None
        self.offset = 0
        self.wait_s = 0.0  # before the next request
        self.step = Step.CREATING
        self._recording = recording
        self._length = length
        self._creation = path
        self._path = ""
        self._chunk = FIRST_CHUNK
        self._fresh_starts = 0

    @property
    def length(self) -> int:
        return self._length

    def next_request(self) -> Request:
        match self.step:
            case Step.CREATING:
                named = tus.write_metadata({"recording": self._recording})
                headers = {tus.LENGTH: str(self._length), tus.METADATA: named, "Content-Length": "0"}
                return _request("POST", self._creation, headers)
            case Step.ASKING:
                return _request("HEAD", self._path)
            case Step.SENDING:
                size = min(self._chunk, self._length - self.offset)
                headers = {tus.OFFSET: str(self.offset), "Content-Type": tus.CHUNK_TYPE}
                request = _request("PATCH", self._path, headers)
                return msgspec.structs.replace(request, start=self.offset, size=size)
            case Step.CONFIRMING | Step.DONE:
                return _request("GET", self._path)

    def handle(self, answer: Response, *, took_s: float) -> None:
        """An answer to the last request. Raises UploadRefusedError where going on makes no sense now."""
        self.wait_s = 0.0
        if answer.status >= 500 or answer.status in (423, 429):
            self.wait_s = _retry_after(answer)
            self._go_back()
            return
        _ANSWERS[self.step](self, answer, took_s)

    def lost(self) -> None:
        """No answer came: nobody knows what has arrived."""
        self._chunk = max(LEAST_CHUNK, self._chunk // 2)
        self._go_back()

    def _go_back(self) -> None:
        self.step = Step.ASKING if self._path else Step.CREATING

    def _created(self, answer: Response, _took_s: float) -> None:
        if answer.status == 409:
            raise UploadRefusedError(f"the console has not heard of recording {self._recording} yet", later=True)
        path = answer.headers.get("location", "")
        if answer.status != 201 or not path.startswith(self._creation + "/"):
            raise UploadRefusedError(f"the console refuses the upload of {self._recording}: {_words(answer)}")
        self._path, self.step = path, Step.ASKING

    def _asked(self, answer: Response, _took_s: float) -> None:
        if answer.status in (404, 410):
            self._from_the_start()
            return
        if answer.status not in (200, 204):
            raise UploadRefusedError(f"the console refuses the upload of {self._recording}: {_words(answer)}")
        self._take_offset(answer)

    def _sent(self, answer: Response, took_s: float) -> None:
        match answer.status:
            case 204:
                self._learn_rate(min(self._chunk, self._length - self.offset), took_s)
                self._take_offset(answer)
            case 409 | tus.CHECKSUM_MISMATCH:
                self.step = Step.ASKING
            case 404 | 410:
                self._from_the_start()
            case 413 if self._chunk > LEAST_CHUNK:
                self._chunk = max(LEAST_CHUNK, self._chunk // 4)
                self.step = Step.ASKING
            case _:
                raise UploadRefusedError(f"the console refuses the upload of {self._recording}: {_words(answer)}")

    def _confirmed(self, answer: Response, _took_s: float) -> None:
        match answer.status:
            case 200:
                self.done, self.step = _done(answer.body), Step.DONE
            case 202:
                self.wait_s = 1.0
            case 404 | 410 | 422:
                self._from_the_start()
            case _:
                raise UploadRefusedError(f"the console can't confirm {self._recording}: {_words(answer)}")

    def _from_the_start(self) -> None:
        """The console has nothing of it (any more)."""
        self._fresh_starts += 1
        if self._fresh_starts > MOST_FRESH_STARTS:
            raise UploadRefusedError(
                f"the console has thrown away recording {self._recording} {MOST_FRESH_STARTS} times"
            )
        self._path, self.offset, self.step = "", 0, Step.CREATING

    def _take_offset(self, answer: Response) -> None:
        try:
            offset = tus.read_number(tus.OFFSET, answer.headers.get(tus.OFFSET.lower()))
        except MalformedError as error:
            raise UploadRefusedError(f"the console's answer makes no sense: {error}") from error
        if offset > self._length:
            raise UploadRefusedError(f"the console has {offset} bytes of {self._recording}, which has {self._length}")
        self.offset = offset
        self.step = Step.CONFIRMING if offset == self._length else Step.SENDING

    def _learn_rate(self, size: int, took_s: float) -> None:
        fitting = int(size * CHUNK_S / max(took_s, 0.001))
        self._chunk = max(LEAST_CHUNK, min(MOST_CHUNK, 2 * self._chunk, fitting))


def _request(method: str, path: str, headers: Mapping[str, str] | None = None) -> Request:
    return Request(method=method, path=path, headers={tus.RESUMABLE: tus.VERSION, **(headers or {})})


def _done(body: bytes) -> UploadDone:
    try:
        return _DONE.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UploadRefusedError(f"the console's confirmation makes no sense: {error}") from error


def _retry_after(answer: Response) -> float:
    text = answer.headers.get("retry-after", "")
    return min(float(text), 300.0) if text.isascii() and text.isdigit() else 5.0


def _words(answer: Response) -> str:
    text = answer.body[:200].decode(errors="replace")
    return f"{answer.status} {text}".strip()


_DONE = msgspec.json.Decoder(UploadDone)
_ANSWERS: Mapping[Step, Callable[[Upload, Response, float], None]] = {
    Step.CREATING: Upload._created,
    Step.ASKING: Upload._asked,
    Step.SENDING: Upload._sent,
    Step.CONFIRMING: Upload._confirmed,
    Step.DONE: Upload._confirmed,
}
