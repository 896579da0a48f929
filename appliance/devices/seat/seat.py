"""The seat: what buttons mean for the call, what the call means for lamps and sound. One headset, one call at a time.

Runs in the process's one thread; the sound has threads of its own (`hw.audio`). A headset that goes in a call hangs
nobody up: the box is told that the device is lost, and looks after the customer.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from appliance.devices.agent.call import BUSY, DECLINED, DeviceCall
from appliance.devices.agent.settings import AgentSettings
from appliance.devices.agent.sound import Nothing
from appliance.devices.agent.user_agent import UserAgent
from appliance.devices.seat.ringing import Ringing
from appliance.errors import DevicesError
from hw.audio.exchange import SoundExchange
from hw.audio.interface import SoundStream
from hw.errors import HwError
from hw.headset.call_control import Wish
from hw.headset.interface import Headset, HeadsetGone

IN_CALL_S, IDLE_S = 0.02, 0.05  # how long buttons may wait
VOLUME_STEP_DB, SOFTEST_DB, LOUDEST_DB = 3.0, -30.0, 12.0
UNAVAILABLE = 480
OK = 200
RINGING = 180
OpenSound = Callable[[SoundExchange], SoundStream]
log = logging.getLogger(__name__)


class Seat:
    """`turn` until `gone` says why the headset can't be used any more. used: called when a call has been answered;
    leave: with its last words then (`agent.last_words`), and with "" when it is over."""

    def __init__(
        self,
        settings: AgentSettings,
        headset: Headset,
        open_sound: OpenSound,
        *,
        rings: bool = True,
        make_exchange: Callable[[], SoundExchange] = SoundExchange,
        used: Callable[[], None] = lambda: None,
        leave: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Raises DevicesError."""
        self.headset = headset
        self.gone = ""
        self.registration = 0  # the last status of it
        self._open_sound = open_sound
        self._rings = rings
        self._make_exchange = make_exchange
        self._used = used
        self._leave = leave
        self._exchange = SoundExchange()
        self._stream: SoundStream | None = None
        self._ringing: Ringing | None = None
        self._last_number = ""
        self._volume_db = 0.0
        self._agent = UserAgent(settings, self)

    @property
    def sip_port(self) -> int:
        """Where it is called."""
        return self._agent.sip_port

    @property
    def status(self) -> str:
        """In words, for the service manager."""
        if self.gone:
            return self.gone
        return (
            f"{self.headset.state}; registered" if self.registration == OK else f"not registered ({self.registration})"
        )

    def turn(self) -> None:
        """Let things happen for a moment."""
        self._agent.poll(IN_CALL_S if self._agent.calls else IDLE_S)
        while (event := self.headset.next_event()) is not None:
            if isinstance(event, HeadsetGone):
                self._lose(event.reason)
                return
            _WISHES[event.wish](self)
        if self._ringing is not None:
            for frame in self._ringing.due(time.monotonic()):
                self._exchange.heard(frame)
        if self._stream is not None and self._stream.fault:
            self._lose(self._stream.fault)

    def close(self, *, lost: bool = False) -> None:
        """Hang up and sign off; lost: the call's other party is the box's business. Twice is safe."""
        if lost and self._agent.call is not None:
            self._agent.call.hang_up(lost=True)
        self._agent.close()
        self._close_sound()
        self.headset.close()

    # ── the wearer ───────────────────────────────────────────────────────────────────────────────────────────────

    def _answer(self) -> None:
        if (call := self._agent.call) is not None and call.incoming and not call.answered:
            call.reply(OK)

    def _reject(self) -> None:
        if (call := self._agent.call) is not None and not call.answered:
            call.hang_up(DECLINED)

    def _hang_up(self) -> None:
        if (call := self._agent.call) is not None:
            call.hang_up()

    def _hold(self, *, held: bool) -> None:
        call = self._agent.call
        if call is None or not call.answered:
            return
        try:
            call.hold(held=held)
        except DevicesError as error:  # a re-INVITE is under way: the lamp stays as it is
            log.info("hold is not possible now: %s", error)
            return
        if held:
            self.headset.held()
        else:
            self.headset.talking()

    def _mute(self, *, muted: bool) -> None:
        if (call := self._agent.call) is not None:
            call.mute(muted)

    def _redial(self) -> None:
        if self._last_number and not self._agent.calls and self._sound_is_open():
            self._agent.dial(self._last_number)

    def _lift(self) -> None:
        """Off-hook without a call means nothing here: the lamp says so, and the headset goes back by itself."""
        self.headset.idle()

    def _turn_volume(self, step_db: float) -> None:
        """A headset's sound card leaves its volume to the host, and remembers nothing."""
        self._volume_db = max(SOFTEST_DB, min(LOUDEST_DB, self._volume_db + step_db))
        self._exchange.volume_db = self._volume_db

    # ── the call ─────────────────────────────────────────────────────────────────────────────────────────────────

    def registered(self, status: int) -> None:
        if status != self.registration:
            log.log(logging.INFO if status == OK else logging.WARNING, "registration: %d", status)
        self.registration = status

    def call_offered(self, call: DeviceCall) -> None:
        if call is not self._agent.call:
            call.hang_up(BUSY)
        elif not self._sound_is_open():
            call.hang_up(UNAVAILABLE)
        elif call.auto_answer:
            call.reply(OK)
        else:
            call.reply(RINGING)
            self._ringing = Ringing(time.monotonic()) if self._rings else None
            self.headset.ringing()

    def call_ringing(self, call: DeviceCall, status: int) -> None:
        """The other side of a redialled call."""
        self.headset.talking()

    def call_answered(self, call: DeviceCall) -> None:
        self._ringing = None
        self._exchange.begin_anew()
        self._last_number = call.other.user if call.other.user.lstrip("+").isdigit() else ""
        self.headset.talking()
        self._leave(call.last_words)
        self._used()

    def call_held(self, call: DeviceCall, held: bool) -> None:
        """The other side's affair: the wearer hears its music, and may hang up."""

    def call_digit(self, call: DeviceCall, digit: str) -> None:
        """Keys mean nothing to a headset."""

    def call_ended(self, call: DeviceCall, status: int, reason: str) -> None:
        if self._agent.calls:
            return
        self._leave("")
        self._ringing = None
        self.headset.idle()
        self._close_sound()

    # ── sound ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _sound_is_open(self) -> bool:
        """Open it where it isn't; buffers begin anew with each call."""
        if self._stream is not None:
            return True
        try:
            self._exchange = self._make_exchange()
            self._exchange.volume_db = self._volume_db
            self._stream = self._open_sound(self._exchange)
        except HwError as error:
            log.error("no sound: %s", error)
            return False
        self._agent.sound.exchange = self._exchange
        return True

    def _close_sound(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()
            self._agent.sound.exchange = Nothing()
            if ruptures := self._exchange.ruptures:
                log.info("the machine was too late for its sound: %s", ruptures)
            self._exchange.close()

    def _lose(self, reason: str) -> None:
        self.gone = reason
        if (call := self._agent.call) is not None:
            call.hang_up(lost=True)


_WISHES: dict[Wish, Callable[[Seat], None]] = {
    Wish.ANSWER: Seat._answer,
    Wish.REJECT: Seat._reject,
    Wish.HANG_UP: Seat._hang_up,
    Wish.HOLD: lambda seat: seat._hold(held=True),
    Wish.RESUME: lambda seat: seat._hold(held=False),
    Wish.MUTE: lambda seat: seat._mute(muted=True),
    Wish.UNMUTE: lambda seat: seat._mute(muted=False),
    Wish.REDIAL: Seat._redial,
    Wish.LIFT: Seat._lift,
    Wish.LOUDER: lambda seat: seat._turn_volume(VOLUME_STEP_DB),
    Wish.SOFTER: lambda seat: seat._turn_volume(-VOLUME_STEP_DB),
}
