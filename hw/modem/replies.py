"""What a modem says outside its voice stream: result codes, rings, answers to questions, caller-id lines. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass

LONGEST_LINE = 512


class Result(enum.StrEnum):
    """Final result codes (V.250 §5.7); a command is over with one of them."""

    OK = "OK"
    ERROR = "ERROR"
    CONNECT = "CONNECT"
    NO_CARRIER = "NO CARRIER"
    NO_DIAL_TONE = "NO DIALTONE"
    BUSY = "BUSY"
    NO_ANSWER = "NO ANSWER"
    VOICE_CONNECT = "VCON"


RING = "RING"
_RESULTS = {result.value: result for result in Result} | {"NO DIAL TONE": Result.NO_DIAL_TONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One line. result: it ends a command; ring: the bell; else `text` is information, or the echo of a command."""

    text: str
    result: Result | None = None

    @property
    def ring(self) -> bool:
        return self.text == RING


class Lines:
    """Puts lines together from pieces cut anywhere. What isn't ASCII is dropped; a line that never ends is cut."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[Reply]:
        found: list[Reply] = []
        for byte in data:
            if byte in b"\r\n":
                found += self._line()
            elif 0x20 <= byte < 0x7F and len(self._rest) < LONGEST_LINE:
                self._rest.append(byte)
        return found

    def forget(self) -> None:
        """The stream begins: what was half a line is none."""
        self._rest.clear()

    def _line(self) -> list[Reply]:
        text = self._rest.decode("ascii").strip()
        self._rest.clear()
        return [read_reply(text)] if text else []


def read_reply(text: str) -> Reply:
    """CONNECT may carry a rate behind it."""
    result = _RESULTS.get(text) or (Result.CONNECT if text.startswith("CONNECT ") else None)
    return Reply(text=text, result=result)
