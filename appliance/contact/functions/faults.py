"""Why a function gave no answer. The texts go to the log and the contact's events: no URL, no parameter, no secret."""

from __future__ import annotations

from collections.abc import Mapping

from appliance.errors import ContactError


class FunctionError(ContactError):
    """One try failed.

    again: the same question may succeed now (connection lost, server busy); else every further try would fail too.
    refused: the function itself said no, so an older answer must not stand in for it.
    told: what the flow finds in `$.External` on its error branch, None: what was there before.
    """

    def __init__(
        self, reason: str, *, again: bool = False, refused: bool = False, told: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(reason)
        self.again = again
        self.refused = refused
        self.told = told
