"""Why a box is turned away.

BoxRefusedError    ConsoleError with what the box is told (`Refusal`) and the HTTP status
"""

from __future__ import annotations

from appliance.cloud.enrolment import Refusal, RefusalKind
from appliance.errors import ConsoleError

_STATUS = {
    RefusalKind.TOO_MANY: 429,
    RefusalKind.NO_CERTIFICATE: 401,
    RefusalKind.UNKNOWN: 401,
    RefusalKind.MALFORMED: 400,
    RefusalKind.NOT_FOUND: 404,
}


class BoxRefusedError(ConsoleError):
    """`box`: who it said it was, "" where it didn't; `branch`: its own, if it is known."""

    def __init__(self, kind: RefusalKind, detail: str, *, box: str = "", branch: str = "") -> None:
        super().__init__(detail)
        self.kind = kind
        self.box = box
        self.branch = branch

    @property
    def status(self) -> int:
        return _STATUS.get(self.kind, 403)

    @property
    def refusal(self) -> Refusal:
        return Refusal(kind=self.kind, detail=str(self))
