"""Box functions (`linekeeper:<operation>`): asked of the switchboard by its local API as `feature.<operation>`.

The contact is the one whose process asks; a flow's parameters can't name another. Each question has a connection of
its own: the switchboard may restart at any time. Parameters may hold a PIN: nothing of them is logged or kept.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import msgspec

from appliance.contact.functions.answers import MOST_RAW_BYTES
from appliance.contact.functions.asked import Asked, details
from appliance.contact.functions.faults import FunctionError

AWAY = "unavailable"  # the kind of a fault that may be over in a moment
UNSAID = "internal"  # kinds below are the switchboard's own trouble: the flow has a sentence for that


class _Fault(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    message: str
    sentence: str = ""


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    """As `appliance.switchboard.wire.Answer`, whose room this one does not import."""

    ok: bool
    result: dict[str, Any] | None = None
    error: _Fault | None = None


_answers = msgspec.json.Decoder(_Answer)


class BoxCaller:
    """One operation."""

    def __init__(self, operation: str, api_socket: str) -> None:
        self._operation = f"feature.{operation}"
        self._socket = api_socket

    async def call(self, asked: Asked) -> bytes:
        """The operation's result as JSON. Raises FunctionError; a refusal carries what is to be said."""
        answer = await self._ask(self._line(asked))
        if answer.ok:
            return msgspec.json.encode(answer.result or {})
        fault = answer.error or _Fault(kind=UNSAID, message="no reason was given")
        if fault.kind == AWAY:
            raise FunctionError(fault.message, again=True)
        told = {"error": fault.kind, "sentence": fault.sentence} if fault.sentence else None
        raise FunctionError(fault.message, refused=True, told=told)

    async def close(self) -> None:
        """Nothing is kept between calls."""

    def _line(self, asked: Asked) -> bytes:
        data = details(asked.event, "ContactData")
        arguments = {
            "contact": asked.contact,
            "language": str(data.get("LanguageCode") or ""),
            "parameters": dict(details(asked.event, "Parameters")),
        }
        return msgspec.json.encode({"op": self._operation, "args": arguments}) + b"\n"

    async def _ask(self, line: bytes) -> _Answer:
        """Raises FunctionError."""
        try:
            reader, writer = await asyncio.open_unix_connection(self._socket, limit=MOST_RAW_BYTES)
        except OSError as error:
            raise FunctionError("the switchboard is away", again=True) from error
        try:
            writer.write(line)
            return _answers.decode(await reader.readline())
        except (OSError, ValueError) as error:  # ValueError: too long, or no answer of ours (msgspec.DecodeError)
            raise FunctionError("the switchboard gave no answer") from error
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
