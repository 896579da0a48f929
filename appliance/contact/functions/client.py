"""The contact process's end of the functions service: asks, and hears the answer in the process's own loop.

Never blocks. A flow gets its answer within the time limit or a failure when it has passed, whatever becomes of the
service: a question that was under way when the service died is asked once more, of the next one. Must not import what
the service needs (its memory would be every contact process's).
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable

import msgspec

from appliance.contact.functions.messages import Answered, Invoke, decode_answered, encode_line
from appliance.contact.line_socket import LineSocket
from appliance.contact.timers import Timer, Timers
from appliance.flow.commands import InvokeFunction
from appliance.ids import ContactId

RETRY_S = 0.1
MOST_SENDS = 2
ASYNCHRONOUS_S = 60.0  # how long a question that nobody waits for is kept for an absent service
_log = logging.getLogger(__name__)
Told = Callable[[Answered], None]


class Call:
    """A question under way. After `cancel` nothing more is heard of it; safe to call twice and late."""

    __slots__ = ("_client", "id")

    def __init__(self, client: FunctionsClient, number: int) -> None:
        self._client = client
        self.id = number

    def cancel(self) -> None:
        self._client.forget(self.id)


class _Question:
    """`told` None: asynchronous, done when it is sent."""

    __slots__ = ("expires_s", "line", "sends", "timer", "told")

    def __init__(self, line: bytes, expires_s: float, told: Told | None) -> None:
        self.line = line
        self.expires_s = expires_s
        self.told = told
        self.sends = 0
        self.timer: Timer | None = None


class FunctionsClient:
    """One a contact process; `poll` from the process's loop."""

    def __init__(self, path: str, sip_port: int, timers: Timers, now: Callable[[], float]) -> None:
        self._link = LineSocket(path)
        self._sip_port = sip_port
        self._timers = timers
        self._now = now
        self._retry_at = 0.0
        self._last_id = 0
        self._questions: dict[int, _Question] = {}

    def invoke(self, command: InvokeFunction, contact: ContactId, told: Told) -> Call:
        """Ask; `told` is called once from `poll` or a timer, never at once, and never for an asynchronous question."""
        self._last_id += 1
        number, deadline_s = self._last_id, self._now() + command.time_limit_s
        invoke = Invoke(
            id=number,
            wake=self._sip_port,
            contact=contact,
            function=command.function,
            deadline_s=deadline_s,
            event=command.event,
            response_type=command.response_type,
            asynchronous=command.asynchronous,
        )
        if command.asynchronous:
            question = _Question(encode_line(invoke), self._now() + ASYNCHRONOUS_S, None)
        else:
            question = _Question(encode_line(invoke), deadline_s, told)
            question.timer = self._timers.after(command.time_limit_s, lambda: self._expire(number))
        self._questions[number] = question
        self._send(question)
        return Call(self, number)

    def poll(self) -> None:
        """Connect where something waits to be asked, write and read what can be done at once, pass answers on."""
        if not self._link.connected and not self._reconnect():
            return
        self._link.flush()
        for line in tuple(self._link.lines()):
            self._take(line)
        if self._link.connected and not self._link.unsent:
            self._drop_sent()

    def forget(self, number: int) -> None:
        """Nobody waits for the answer any more; an asynchronous question stays asked."""
        question = self._questions.get(number)
        if question is not None and question.told is not None:
            self._remove(number)

    def close(self) -> None:
        self._link.close()

    def _reconnect(self) -> bool:
        """Ask what still waits of the service that is there now."""
        now = self._now()
        for number in [n for n, one in self._questions.items() if one.told is None and one.expires_s < now]:
            _log.error("an asynchronous function could not be asked: no functions service for %g s", ASYNCHRONOUS_S)
            self._remove(number)
        if not self._questions or now < self._retry_at:
            return False
        self._retry_at = now + RETRY_S
        if not self._link.connect():
            return False
        for number, question in tuple(self._questions.items()):
            if question.sends >= MOST_SENDS:
                self._timers.after(0.0, functools.partial(self._give_up, number))
            else:
                self._write(question)
        return True

    def _send(self, question: _Question) -> None:
        if self._link.connected:
            self._write(question)
        else:
            self._reconnect()

    def _write(self, question: _Question) -> None:
        question.sends += 1
        self._link.write(question.line)

    def _take(self, line: bytes) -> None:
        try:
            answered = decode_answered(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            _log.error("the functions service sent a line that is no answer (%s); ignored", type(error).__name__)
            return
        self._tell(answered.id, answered)

    def _tell(self, number: int, answered: Answered) -> None:
        question = self._remove(number)
        if question is not None and question.told is not None:
            question.told(answered)

    def _give_up(self, number: int) -> None:
        self._tell(number, Answered(id=number, reason="the functions service ended while it was asked"))

    def _expire(self, number: int) -> None:
        self._tell(number, Answered(id=number, reason="no answer within the flow's time limit"))

    def _drop_sent(self) -> None:
        for number in [n for n, one in self._questions.items() if one.told is None and one.sends]:
            self._remove(number)

    def _remove(self, number: int) -> _Question | None:
        question = self._questions.pop(number, None)
        if question is not None and question.timer is not None:
            question.timer.cancel()
        return question
