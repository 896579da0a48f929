"""What a session tells of its modem, in the past tense. Pure data."""

from __future__ import annotations

from dataclasses import dataclass

from hw.modem.dle import Told
from hw.modem.models import Model
from hw.modem.replies import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """Probed and initialised. `mulaw` None: it has no voice that we could use."""

    model: Model
    mulaw: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line that answers no command: RING, caller-id fields."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A command is over. answers: the lines before its result."""

    command: str
    result: Result
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A command got no answer, or the modem none at all."""

    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio:
    """µ-law at 8 kHz, both as long. played: what the modem was given for the same samples of its clock; empty where
    nothing is heard while it plays."""

    data: bytes
    played: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An event of the stream."""

    told: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEnded:
    """Commands can be given again."""


Event = Ready | Line | Done | Failed | Audio | Heard | StreamEnded
