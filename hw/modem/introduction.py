"""Finding out what modem it is and setting it up: leave whatever it is in, ask who it is, say what we want. Pure.

A process that was killed may have left the modem in its stream, so this begins by leaving it, twice over.
"""

from __future__ import annotations

from hw.modem.commands import Asked, Commands, Then
from hw.modem.dle import ABORT_RECEIVE, DLE, ETX, order
from hw.modem.models import GENERIC, T35_COUNTRIES, Model, model_of, mulaw_of
from hw.modem.replies import Result

RESYNC = (bytes([DLE, ETX]), order(ord("^"), ABORT_RECEIVE), b"\r")  # each is given RESYNC_S to work
RESYNC_S = 0.25


class Introduction:
    """model, mulaw: as it has told; over: it is set up; mute: it answers nothing."""

    def __init__(self, country: str, commands: Commands) -> None:
        """country: of the line, ISO 3166; "" leaves the modem as it is."""
        self.model: Model = GENERIC
        self.mulaw: int | None = None
        self.over = self.mute = False
        self._country = country
        self._commands = commands
        self._resync = iter(RESYNC)

    def resync(self) -> bytes | None:
        """The next bytes that lead out of a stream; None: it is out, and has been asked who it is."""
        sent = next(self._resync, None)
        if sent is None:
            self._ask("ATE0V1", self._alive)
            self._ask("ATI0", self._identified)
            self._ask("AT+FCLASS=8", _ignored)
            self._ask("AT+VSM=?", self._measured)
        return sent

    def _alive(self, result: Result | None, _answers: list[str]) -> None:
        if result is None:
            self.mute = True
            self._commands.forget_waiting()

    def _identified(self, _result: Result | None, answers: list[str]) -> None:
        self.model = model_of(answers[0]) if answers else GENERIC

    def _measured(self, _result: Result | None, answers: list[str]) -> None:
        self.mulaw = mulaw_of(answers) or self.model.mulaw
        code = T35_COUNTRIES.get(self._country, "") if self.model.countries else ""
        country = (f"AT+GCI={code}",) if code else ()
        initial = (*country, self.model.silence_off, *self.model.gains, "AT+VIT=0", *self.model.caller_id)
        for text in initial:
            self._ask(text, _ignored)
        self._ask("AT+VLS=0", self._initialised)

    def _initialised(self, _result: Result | None, _answers: list[str]) -> None:
        self.over = True

    def _ask(self, text: str, then: Then) -> None:
        self._commands.ask(Asked(text=text, then=then))


def _ignored(_result: Result | None, _answers: list[str]) -> None:
    """Some chips refuse what others need; what matters is asked for again when it is used."""
