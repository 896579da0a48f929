"""Why an upload is refused; each carries the HTTP status that tus (or HTTP) has for it.

UploadError
├── MalformedUploadError   400  a request that makes no sense
├── ForgedError            403  facts that the box has not signed
├── UnknownUploadError     404  there is none, or it is another box's
├── NotAnnouncedError      409  the recording's facts have not come yet: later
├── WrongOffsetError       409  not where the upload stands
├── ErasedError            410  the recording was erased: nobody wants it
├── TooLongError           413  more than was said, or than one request may hold
├── CorruptError           422  all is here and is not what the facts say: from the start
├── BusyError              423  another request has it in hand: ask again
├── TooManyError           429  too many uploads at once
└── ChecksumError          460  a chunk that is not what its checksum says (tus)
"""

from __future__ import annotations

from appliance.cloud import tus
from appliance.errors import ConsoleError


class UploadError(ConsoleError):
    status = 400


class MalformedUploadError(UploadError):
    status = 400


class ForgedError(UploadError):
    status = 403


class UnknownUploadError(UploadError):
    status = 404


class NotAnnouncedError(UploadError):
    status = 409


class WrongOffsetError(UploadError):
    status = 409


class ErasedError(UploadError):
    status = 410


class TooLongError(UploadError):
    status = 413


class CorruptError(UploadError):
    status = 422


class BusyError(UploadError):
    status = 423


class TooManyError(UploadError):
    status = 429


class ChecksumError(UploadError):
    status = tus.CHECKSUM_MISMATCH
