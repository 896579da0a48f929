"""Why a recording can't be heard just now.

RecordingError
├── NotHereError     409  its file is still on the box
├── GoneError        410  it was erased
├── NoKeyError       409  no key is here that opens it; hand the organisation's in
├── BrokenError      500  the file is not what the box has sealed
└── RangeError       416  asked for bytes that there are none of
"""

from __future__ import annotations

from appliance.errors import ConsoleError


class RecordingError(ConsoleError):
    status = 500
    kind = "recording"


class NotHereError(RecordingError):
    status = 409
    kind = "not_here"


class GoneError(RecordingError):
    status = 410
    kind = "gone"


class NoKeyError(RecordingError):
    status = 409
    kind = "no_key"


class BrokenError(RecordingError):
    kind = "broken"


class RangeError(RecordingError):
    status = 416
    kind = "range"
