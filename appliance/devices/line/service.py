"""The service of one line: its driver, its user agent, and the machine that joins them. Every call is carried out here.

One loop, in the thread that calls `run`; a second thread waits for the line's news and wakes it. Must not decide what
follows from what: `joint` does.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque

from appliance.devices.agent.call import DeviceCall
from appliance.devices.agent.settings import AgentSettings, Party
from appliance.devices.agent.user_agent import UserAgent
from appliance.devices.keep_alive import KeepAlive
from appliance.devices.line.account import Account
from appliance.devices.line.dialling import keys_for
from appliance.devices.line.joint import Joint, Stage
from appliance.devices.line.plan import LinePlan
from appliance.devices.line.sound import LineSound
from appliance.devices.line.words import (
    AnswerBox,
    AskLine,
    BoxAnswered,
    BoxDialled,
    BoxEnded,
    BoxEvent,
    BoxPressed,
    CallBox,
    CarryVoice,
    Command,
    GiveUp,
    HangUpBox,
    NumberSent,
    PressBox,
)
from appliance.dialplan import e164
from appliance.errors import DevicesError
from hw.errors import DeviceGoneError
from hw.line.caller_id import CallerId
from hw.line.interface import LineDriver
from hw.line.signals import CallArrived, Outcome, Request
from hw.line.states import LineState

BUSY_TURN_S, IDLE_TURN_S = 0.05, 0.5
NO_ROOM = 503
_NEWS_S = 0.5
_log = logging.getLogger(__name__)


class LineService:
    """Owns the open line until `run` has returned. Raises DevicesError where the SIP port is taken."""

    def __init__(self, plan: LinePlan, line: LineDriver, stop: threading.Event) -> None:
        self._plan = plan
        self._line = line
        self._joint = Joint(lambda number: keys_for(number, country=plan.country, prefix=plan.prefix))
        self._sound = LineSound(line)
        self._inbox: deque[Outcome] = deque()
        self._call: DeviceCall | None = None
        self._dialled = False  # NumberSent was told
        self._stop = stop
        self._gone = ""
        settings = AgentSettings(
            user=plan.name,
            edge=plan.edge,
            sip_port=plan.sip_port,
            edge_only=True,  # whoever reaches this port could dial out
            product=f"Linekeeper {plan.kind}",
        )
        self._agent = UserAgent(settings, self, self._sound)
        self._account = Account(plan, line)
        self._listener = threading.Thread(target=self._listen, name="news of the line", daemon=True)

    def run(self) -> str:
        """Until `stop` is set, or until the device is gone: why, then; "" after `stop`."""
        keepalive = KeepAlive()
        self._listener.start()
        keepalive.ready(f"line {self._plan.name}")
        _log.info("line %s serves at %s", self._plan.name, self._line.found.address, extra=self._plan.fields)
        try:
            while not self._stop.is_set():
                self._turn()
                keepalive.turn(time.monotonic())
        finally:
            keepalive.stopping()
            self._close()
        return self._gone

    def _turn(self) -> None:
        idle = self._joint.stage is Stage.FREE
        self._agent.poll(0.0 if self._inbox else IDLE_TURN_S if idle else BUSY_TURN_S)
        while self._inbox:
            self._news(self._inbox.popleft())
        if self._joint.stage is Stage.DIALLING and not self._dialled and self._line.state is LineState.DIALLED:
            self._dialled = True
            self._handle(NumberSent())
        self._carry_out(self._joint.handle_timer(time.monotonic()))
        self._account.show()

    def _listen(self) -> None:
        """The only thing that this thread does."""
        while not self._stop.is_set():
            news = self._line.next_event(_NEWS_S)
            if news is not None:
                self._inbox.append(news)
                self._agent.wake()

    def _close(self) -> None:
        self._stop.set()
        self._listener.join(2 * _NEWS_S + 1.0)
        self._sound.carry(on=False)
        self._agent.close()
        self._line.close()
        self._account.close()

    # ── news ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _news(self, news: Outcome) -> None:
        if isinstance(news, CallArrived) and self._joint.stage is Stage.FREE:
            self._account.call_in()
        self._account.noted(news)
        self._handle(news)

    def _handle(self, event: Outcome | BoxEvent) -> None:
        self._carry_out(self._joint.handle(event, time.monotonic()))

    def _carry_out(self, commands: list[Command]) -> None:
        for command in commands:
            match command:
                case AskLine(request=request):
                    self._ask(request)
                case CarryVoice(on=on):
                    self._sound.carry(on=on)
                case GiveUp(why=why):
                    self._gone = why
                    self._stop.set()
                case _:
                    self._tell_box(command)

    def _tell_box(self, command: CallBox | AnswerBox | HangUpBox | PressBox) -> None:
        match command:
            case CallBox(caller=caller):
                self._bring(caller)
            case HangUpBox():
                self._hang_up()
            case AnswerBox(status=status) if self._call is not None and self._call.incoming:
                self._call.reply(status)
            case PressBox(key=key) if self._call is not None:
                self._call.send_digits(key)

    def _ask(self, request: Request) -> None:
        try:
            self._line.ask(request)
        except DeviceGoneError as error:
            _log.debug("%s", error)  # it has told so itself

    def _bring(self, caller: CallerId) -> None:
        """The number that was dialled is the line's own."""
        number = e164(caller.number, self._plan.country) or caller.number or "anonymous"
        try:
            self._call = self._agent.dial(self._plan.number, caller=Party(user=number, name=caller.name))
        except DevicesError as error:
            _log.error("line %s: %s", self._plan.name, error, extra=self._plan.fields)
            self._handle(BoxEnded(status=NO_ROOM))

    def _hang_up(self) -> None:
        if self._call is None:
            self._handle(BoxEnded(status=NO_ROOM))
        else:
            self._call.hang_up()

    # ── AgentOwner ───────────────────────────────────────────────────────────────────────────────────────────────

    def registered(self, status: int) -> None:
        """A trunk registers nowhere."""

    def call_offered(self, call: DeviceCall) -> None:
        if self._joint.stage is not Stage.FREE or self._line.state is not LineState.IDLE:
            call.reply(NO_ROOM)  # glare included: the caller on the line goes first
            return
        self._call, self._dialled = call, False
        self._account.call_out()
        self._handle(BoxDialled(number=call.dialled))

    def call_ringing(self, call: DeviceCall, status: int) -> None:
        """An analog caller hears the exchange's own ringing."""

    def call_answered(self, call: DeviceCall) -> None:
        if call is self._call and not call.incoming:
            self._handle(BoxAnswered())

    def call_held(self, call: DeviceCall, held: bool) -> None:
        """The box plays music to whoever it puts on hold."""

    def call_digit(self, call: DeviceCall, digit: str) -> None:
        if call is self._call:
            self._handle(BoxPressed(key=digit))

    def call_ended(self, call: DeviceCall, status: int, reason: str) -> None:
        if call is self._call:
            self._call = None
            if self._joint.stage is Stage.BRINGING and status >= 300:
                _log.warning("line %s: the box doesn't take the call: %d %s", self._plan.name, status, reason)
            self._handle(BoxEnded(status=status))
