"""A conversation with a voice modem: commands one after the other, their answers, the voice stream. Pure (sans I/O).

`feed` takes what the port gave, `take_output` gives what the port should send, `next_timer` and `handle_timer` are the
clock. News (`events`) are in the past tense. Must not know what a call is: `modem_line` does.

A process that was killed may have left the modem in its stream, so a session begins by leaving it, twice over.
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from hw.modem.dle import ABORT_RECEIVE, DLE, ETX, STOP_TRANSMIT, Code, Told, Unshield, order, shield
from hw.modem.models import GENERIC, T35_COUNTRIES, Model, model_of, mulaw_of
from hw.modem.replies import Lines, Reply, Result
from hw.modem.voice import RATE, Direction, VoiceOut

VOICE = {direction.value: direction for direction in Direction}
ANSWER_S = 3.0  # for a command that answers at once
DIAL_S = 60.0
RESYNC_S = 0.25
LAST_WORD_S = 0.2  # from the end of a stream to the OK that follows it


class Mode(enum.StrEnum):
    RESYNC = "resync"
    PROBING = "probing"
    COMMAND = "command"
    STREAM = "stream"
    LEAVING = "leaving"
    DEAD = "dead"


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
    """µ-law at 8 kHz."""

    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An event of the stream."""

    told: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEnded:
    """Commands can be given again."""


Event = Ready | Line | Done | Failed | Audio | Heard | StreamEnded


@dataclass(slots=True, kw_only=True)
class _Asked:
    command: str
    limit_s: float
    then: Callable[[Result | None, list[str]], None] | None = None


class Session:
    """One modem on one port. country: of the line, ISO 3166; "" leaves the modem as it is."""

    def __init__(self, country: str = "") -> None:
        self._country = country
        self.mode = Mode.RESYNC
        self.model = GENERIC
        self._lines = Lines()
        self._unshield = Unshield()
        self._output = bytearray()
        self._voice = VoiceOut()
        self._queue: deque[_Asked] = deque()
        self._under_way: _Asked | None = None
        self._answers: list[str] = []
        self._due: float | None = None
        self._resync_step = 0
        self._mulaw: int | None = None
        self._line_feed_due = False
        self._over = False  # the stream that we leave has ended; only its OK is missing

    @property
    def at_rest(self) -> bool:
        """No command waits, none is under way, and no stream runs."""
        idle = self._under_way is None and not self._queue and not self._output
        return self.mode in (Mode.COMMAND, Mode.DEAD) and idle

    # ── what the owner does ──────────────────────────────────────────────────────────────────────────────────────

    def start(self, now: float) -> None:
        """Leave whatever the modem is in, then find out what it is. May be done again: it forgets what was before."""
        self.mode, self._resync_step = Mode.RESYNC, 0
        self._queue.clear()
        self._under_way = None
        self._voice.clear()
        self._output = bytearray([DLE, ETX])
        self._due = now + RESYNC_S

    def command(self, text: str, *, limit_s: float = ANSWER_S) -> None:
        """Queue a command, such as "AT+VLS=1"; `Done` or `Failed` tells its end."""
        self._queue.append(_Asked(command=text, limit_s=limit_s))

    def stream(self, direction: Direction = Direction.BOTH) -> None:
        """Carry voice from now on; off-hook first. `Done` with CONNECT says that it runs."""
        self.command(f"AT+VSM={self._mulaw},{RATE}")
        self.command(direction.value)

    @property
    def direction(self) -> Direction | None:
        """In which voice goes now; None where there is no stream."""
        return self._voice.direction if self.mode is Mode.STREAM else None

    @property
    def speaks_yet(self) -> bool:
        """Whether something that must be heard whole is still to be sent."""
        return self._voice.waits

    def forget_stream(self) -> None:
        """The stream isn't wanted any more; one that has been asked for already still begins."""
        self._queue = deque(asked for asked in self._queue if asked.command not in VOICE)

    def send(self, audio: bytes, *, whole: bool = False) -> None:
        """µ-law to be heard on the line. Voice that is too late to be of use is dropped, the newest stays; `whole`: all
        of it must be heard (keys), as soon as there is a stream."""
        if whole or self.mode is Mode.STREAM:
            self._voice.put(audio, whole=whole)

    def leave_stream(self, now: float) -> None:
        """End the voice stream; `StreamEnded` follows."""
        if self.mode is Mode.STREAM:
            self._voice.clear()
            self._output = bytearray(self._farewell())
            self.mode = Mode.LEAVING
            self._due = now + ANSWER_S

    def take_output(self, now: float) -> bytes:
        """What is to be sent now: of voice no more than the modem can play, and silence where there is too little."""
        self._next(now)
        sent, self._output = bytes(self._output), bytearray()
        return sent + shield(self._voice.take()) if self.mode is Mode.STREAM else sent

    # ── what the port and the clock do ───────────────────────────────────────────────────────────────────────────

    def feed(self, data: bytes, now: float) -> list[Event]:
        """What came in, as news."""
        if self.mode in (Mode.RESYNC, Mode.DEAD):
            return []
        events: list[Event] = []
        for at in range(len(data)):
            if self._in_stream():
                return events + self._feed_stream(data[at:], now)
            for reply in self._lines.feed(data[at : at + 1]):
                events += self._reply(reply, now)
        return events

    def next_timer(self) -> float | None:
        tick = self._voice.next_tick() if self.mode is Mode.STREAM else None
        return min((at for at in (self._due, tick) if at is not None), default=None)

    def handle_timer(self, now: float) -> list[Event]:
        """A wait is over: the next step of the resynchronisation, or an answer that never came."""
        events = self._tick(now)
        if self._due is None or self._due > now:
            return events
        self._due = None
        if self.mode is Mode.RESYNC:
            return events + self._resync(now)
        return events + (self._left() if self.mode is Mode.LEAVING else self._unanswered())

    def _tick(self, now: float) -> list[Event]:
        tick = self._voice.next_tick() if self.mode is Mode.STREAM else None
        return [Audio(data=self._voice.tick(now))] if tick is not None and tick <= now else []

    def _unanswered(self) -> list[Event]:
        asked, self._under_way = self._under_way, None
        if asked is None:
            return []
        if asked.then is None:
            return [Failed(command=asked.command)]
        asked.then(None, self._answers)
        return self._dead(asked) if self.mode is Mode.DEAD else []

    # ── steps ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _resync(self, now: float) -> list[Event]:
        self._resync_step += 1
        if self._resync_step == 1:
            self._output += order(ord("^"), ABORT_RECEIVE)
            self._due = now + RESYNC_S
        elif self._resync_step == 2:
            self._output += b"\r"
            self._due = now + RESYNC_S
        else:
            self._lines.forget()
            self.mode = Mode.PROBING
            self._ask("ATE0V1", self._alive)
            self._ask("ATI0", self._identified)
            self._ask("AT+FCLASS=8", None)
            self._ask("AT+VSM=?", self._measured)
        return []

    def _alive(self, result: Result | None, _answers: list[str]) -> None:
        if result is None:
            self.mode = Mode.DEAD
            self._queue.clear()

    def _identified(self, _result: Result | None, answers: list[str]) -> None:
        self.model = model_of(answers[0]) if answers else GENERIC

    def _measured(self, _result: Result | None, answers: list[str]) -> None:
        self._mulaw = mulaw_of(answers) or self.model.mulaw
        code = T35_COUNTRIES.get(self._country, "") if self.model.countries else ""
        country = (f"AT+GCI={code}",) if code else ()
        initial = (*country, self.model.silence_off, *self.model.gains, "AT+VIT=0", *self.model.caller_id)
        for text in initial:
            self._ask(text, _ignored)
        self._ask("AT+VLS=0", self._initialised)

    def _initialised(self, _result: Result | None, _answers: list[str]) -> None:
        self.mode = Mode.COMMAND

    def _farewell(self) -> bytes:
        """What ends a stream depends on which it is."""
        match self._voice.direction:
            case Direction.LISTEN:
                return order(ABORT_RECEIVE)
            case Direction.SPEAK:
                return order(STOP_TRANSMIT)
        return self.model.leave_duplex

    def _ask(self, text: str, then: Callable[[Result | None, list[str]], None] | None) -> None:
        self._queue.append(_Asked(command=text, limit_s=ANSWER_S, then=then or _ignored))

    def _next(self, now: float) -> None:
        ready = self.mode in (Mode.PROBING, Mode.COMMAND)
        if ready and self._under_way is None and self._queue:
            self._under_way = self._queue.popleft()
            self._answers = []
            self._output += self._under_way.command.encode("ascii") + b"\r"
            self._due = now + self._under_way.limit_s

    def _reply(self, reply: Reply, now: float) -> list[Event]:
        asked = self._under_way
        if reply.result is None or asked is None:
            if asked is not None and not reply.ring and reply.text != asked.command:
                self._answers.append(reply.text)
            return [Line(text=reply.text)] if asked is None or reply.ring else []
        self._under_way, self._due = None, None
        before = self.mode
        if asked.then is not None:
            asked.then(reply.result, self._answers)
            now_ready = before is Mode.PROBING and self.mode is Mode.COMMAND
            return [Ready(model=self.model, mulaw=self._mulaw)] if now_ready else []
        if reply.result in (Result.CONNECT, Result.VOICE_CONNECT) and asked.command in VOICE:
            self._unshield, self._line_feed_due = Unshield(), True
            self._voice.begin(VOICE[asked.command], now)
            self.mode = Mode.STREAM
        return [Done(command=asked.command, result=reply.result, answers=tuple(self._answers))]

    def _in_stream(self) -> bool:
        return self.mode in (Mode.STREAM, Mode.LEAVING)

    def _feed_stream(self, data: bytes, now: float) -> list[Event]:
        if self._line_feed_due and data:  # the last byte of CONNECT's line, and none of the stream
            self._line_feed_due = False
            data = data.removeprefix(b"\n")
        events: list[Event] = []
        for item in self._unshield.feed(data):
            if isinstance(item, bytes):
                events += self._sound(item)
            elif item.code is Code.END:
                self._ended(now)
            elif not (self.model.current_echo and item.code is Code.LINE_CURRENT):
                events.append(Heard(told=item))
        return events

    def _sound(self, data: bytes) -> list[Event]:
        """Voice; or, of a stream that ends, the OK behind it."""
        if self.mode is Mode.STREAM and self._voice.direction is not Direction.SPEAK:
            self._voice.received(len(data))
            return [Audio(data=data)]
        may_be_text = self.mode is Mode.LEAVING and (self._over or self._voice.direction is Direction.SPEAK)
        over = may_be_text and any(reply.result is Result.OK for reply in self._lines.feed(data))
        return self._left() if over else []

    def _ended(self, now: float) -> None:
        """The modem has said so; an OK follows, which must not be taken for the next command's."""
        self.mode, self._over, self._due = Mode.LEAVING, True, now + LAST_WORD_S
        self._lines.forget()

    def _left(self) -> list[Event]:
        if not self._in_stream():
            return []
        self.mode, self._over = Mode.COMMAND, False
        self._due = None
        self._lines.forget()
        return [StreamEnded()]

    def _dead(self, asked: _Asked) -> list[Event]:
        return [Failed(command=asked.command)]


def _ignored(_result: Result | None, _answers: list[str]) -> None:
    """Some chips refuse what others need; what matters is asked for again when it is used."""
