"""A conversation with a voice modem: commands one after the other, their answers, the voice stream. Pure (sans I/O).

`feed` takes what the port gave, `take_output` gives what the port should send, `next_timer` and `handle_timer` are the
clock. News (`events`) are in the past tense. Must not know what a call is: `modem_line` does.
"""

from __future__ import annotations

import enum

from hw.modem.commands import ANSWER_S, Asked, Commands
from hw.modem.dle import ABORT_RECEIVE, STOP_TRANSMIT, Code, Unshield, order, shield
from hw.modem.events import Audio, Done, Event, Failed, Heard, Line, Ready, StreamEnded
from hw.modem.introduction import RESYNC_S, Introduction
from hw.modem.models import Model
from hw.modem.replies import Lines, Reply, Result
from hw.modem.voice import RATE, Direction, VoiceOut

VOICE = {direction.value: direction for direction in Direction}
LAST_WORD_S = 0.2  # from the end of a stream to the OK that follows it


class Mode(enum.StrEnum):
    RESYNC = "resync"
    PROBING = "probing"
    COMMAND = "command"
    STREAM = "stream"
    LEAVING = "leaving"
    DEAD = "dead"


class Session:
    """One modem on one port. country: of the line, ISO 3166; "" leaves the modem as it is."""

    def __init__(self, country: str = "") -> None:
        self._country = country
        self.mode = Mode.RESYNC
        self._commands = Commands()
        self._introduction = Introduction(country, self._commands)
        self._lines = Lines()
        self._unshield = Unshield()
        self._output = bytearray()
        self._voice = VoiceOut()
        self._due: float | None = None  # of the resynchronisation, or of a stream's end
        self._line_feed_due = False
        self._over = False  # the stream that we leave has ended; only its OK is missing

    @property
    def model(self) -> Model:
        """As far as it is known."""
        return self._introduction.model

    @property
    def at_rest(self) -> bool:
        """No command waits, none is under way, and no stream runs."""
        return self.mode in (Mode.COMMAND, Mode.DEAD) and self._commands.idle and not self._output

    # ── what the owner does ──────────────────────────────────────────────────────────────────────────────────────

    def start(self, now: float) -> None:
        """Leave whatever the modem is in, then find out what it is. May be done again: it forgets what was before."""
        self.mode = Mode.RESYNC
        self._commands.forget()
        self._introduction = Introduction(self._country, self._commands)
        self._voice.clear()
        self._output.clear()
        self._resync(now)

    def command(self, text: str, *, limit_s: float = ANSWER_S) -> None:
        """Queue a command, such as "AT+VLS=1"; `Done` or `Failed` tells its end."""
        self._commands.ask(Asked(text=text, limit_s=limit_s))

    def stream(self, direction: Direction = Direction.BOTH) -> None:
        """Carry voice from now on; off-hook first. `Done` with CONNECT says that it runs."""
        self.command(f"AT+VSM={self._introduction.mulaw},{RATE}")
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
        self._commands.forget_waiting(VOICE)

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
        if self.mode in (Mode.PROBING, Mode.COMMAND):
            self._output += self._commands.next(now)
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
        return min((at for at in (self._due, self._commands.due, tick) if at is not None), default=None)

    def handle_timer(self, now: float) -> list[Event]:
        """A wait is over: the next step of the resynchronisation, or an answer that never came."""
        events = self._tick(now)
        if self._due is not None and self._due <= now:
            self._due = None
            events += self._resync(now) if self.mode is Mode.RESYNC else self._left()
        elif self._commands.due is not None and self._commands.due <= now:
            events += self._unanswered()
        return events

    def _tick(self, now: float) -> list[Event]:
        tick = self._voice.next_tick() if self.mode is Mode.STREAM else None
        return [Audio(data=self._voice.tick(now))] if tick is not None and tick <= now else []

    def _unanswered(self) -> list[Event]:
        asked = self._commands.given_up()
        if asked is None:
            return []
        if asked.then is not None:
            asked.then(None, self._commands.answers)
            if not self._introduction.mute:
                return []
            self.mode = Mode.DEAD
        return [Failed(command=asked.text)]

    # ── steps ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _resync(self, now: float) -> list[Event]:
        sent = self._introduction.resync()
        if sent is None:
            self._lines.forget()
            self.mode = Mode.PROBING
        else:
            self._output += sent
            self._due = now + RESYNC_S
        return []

    def _farewell(self) -> bytes:
        """What ends a stream depends on which it is."""
        match self._voice.direction:
            case Direction.LISTEN:
                return order(ABORT_RECEIVE)
            case Direction.SPEAK:
                return order(STOP_TRANSMIT)
        return self.model.leave_duplex

    def _reply(self, reply: Reply, now: float) -> list[Event]:
        unasked = self._commands.under_way is None or reply.ring
        asked = self._commands.answered(reply)
        if asked is None or reply.result is None:
            return [Line(text=reply.text)] if unasked else []
        if asked.then is not None:
            asked.then(reply.result, self._commands.answers)
            return self._ready() if self.mode is Mode.PROBING and self._introduction.over else []
        if reply.result in (Result.CONNECT, Result.VOICE_CONNECT) and asked.text in VOICE:
            self._unshield, self._line_feed_due = Unshield(), True
            self._voice.begin(VOICE[asked.text], now)
            self.mode = Mode.STREAM
        return [Done(command=asked.text, result=reply.result, answers=tuple(self._commands.answers))]

    def _ready(self) -> list[Event]:
        self.mode = Mode.COMMAND
        return [Ready(model=self.model, mulaw=self._introduction.mulaw)]

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
            elif item.code is Code.UNDERRUN:
                self._voice.ran_dry()
            elif not (self.model.current_echo and item.code is Code.LINE_CURRENT):
                events.append(Heard(told=item))
        return events

    def _sound(self, data: bytes) -> list[Event]:
        """Voice; or, of a stream that ends, the OK behind it."""
        if self.mode is Mode.STREAM and self._voice.direction is not Direction.SPEAK:
            return [Audio(data=data, played=self._voice.received(len(data)))]
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
