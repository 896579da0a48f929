"""Joins one analog line and one call of the box: a pure machine, the clock passed in.

    FREE ── CallArrived ──► BRINGING ── BoxAnswered ──► TAKING ── CallConnected ──► TALKING
    FREE ── BoxDialled ──► DIALLING ── CallConnected ──► TALKING
    BRINGING ── BoxEnded ──► UNWANTED ── it rings on, and the box may have room again ──► BRINGING
    any ── one side ends ──► BOX_ENDING or LINE_ENDING until the other has ended too ──► FREE

A call that nobody here can take rings on: an analog line can't refuse. Must not know SIP but for its status codes.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

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
from hw.line.caller_id import CallerId
from hw.line.signals import (
    Answer,
    CallArrived,
    CallConnected,
    CallEnded,
    DeviceGone,
    Dial,
    EndReason,
    Flash,
    HangUp,
    KeyPressed,
    Outcome,
    SendKeys,
)

AGAIN_S = 4.0  # until a call that the box had no room for is brought again
SESSION_PROGRESS, OK, BUSY, UNAVAILABLE = 183, 200, 486, 503  # RFC 3261 §21; after 503 the edge tries the next trunk
FLASH = "R"
_STATUS = {EndReason.BUSY: BUSY, EndReason.FAR_END: 480, EndReason.SILENCE: 480}


class Stage(enum.StrEnum):
    FREE = "free"
    BRINGING = "bringing"  # it rings, and the box is being called
    UNWANTED = "unwanted"  # it rings, and the box didn't take it
    TAKING = "taking"  # the box has answered, the line is going off-hook
    DIALLING = "dialling"  # for the box
    TALKING = "talking"
    LINE_ENDING = "line_ending"  # told to; the box's side is over
    BOX_ENDING = "box_ending"  # told to; the line's side is over
    GONE = "gone"


class Joint:
    """`stage` is for display. `dial`: turns what the box dials into what the exchange wants to hear."""

    def __init__(self, dial: Callable[[str], str]) -> None:
        self.stage = Stage.FREE
        self._dial = dial
        self._caller = CallerId()
        self._again_at: float | None = None

    def handle(self, event: Outcome | BoxEvent, now: float) -> list[Command]:
        """What follows; nothing for what means nothing now."""
        if isinstance(event, DeviceGone):
            return self._gone(event)
        found = _TABLE.get((self.stage, type(event)))
        return [] if found is None else found(self, event, now)

    def next_timer(self) -> float | None:
        return self._again_at

    def handle_timer(self, now: float) -> list[Command]:
        """The box may have room now."""
        if self._again_at is None or self._again_at > now:
            return []
        return self._bring()

    # ── a call comes in ──────────────────────────────────────────────────────────────────────────────────────────

    def _arrived(self, event: CallArrived, _now: float) -> list[Command]:
        self._caller = event.caller
        return self._bring()

    def _bring(self) -> list[Command]:
        self._enter(Stage.BRINGING)
        return [CallBox(caller=self._caller)]

    def _known_later(self, event: CallArrived, _now: float) -> list[Command]:
        """Too late for the call that was brought, in time for the next attempt."""
        self._caller = event.caller
        return []

    def _taken(self, _event: BoxAnswered, _now: float) -> list[Command]:
        self._enter(Stage.TAKING)
        return [AskLine(request=Answer())]

    def _refused(self, event: BoxEnded, now: float) -> list[Command]:
        """No room, or no edge: again soon. No flow for the number, or anything else: it just rings."""
        self._enter(Stage.UNWANTED)
        self._again_at = now + AGAIN_S if event.status == 408 or event.status >= 500 else None
        return []

    def _given_up(self, _event: CallEnded, _now: float) -> list[Command]:
        self._enter(Stage.BOX_ENDING)
        return [HangUpBox()]

    def _over(self, _event: CallEnded | BoxEnded, _now: float) -> list[Command]:
        self._enter(Stage.FREE)
        return []

    # ── a call goes out ──────────────────────────────────────────────────────────────────────────────────────────

    def _dialled(self, event: BoxDialled, _now: float) -> list[Command]:
        self._enter(Stage.DIALLING)
        return [AskLine(request=Dial(number=self._dial(event.number)))]

    def _number_sent(self, _event: NumberSent, _now: float) -> list[Command]:
        return [AnswerBox(status=SESSION_PROGRESS), CarryVoice(on=True)]

    def _far_end_answered(self, _event: CallConnected, _now: float) -> list[Command]:
        self._enter(Stage.TALKING)
        return [AnswerBox(status=OK), CarryVoice(on=True)]

    def _not_reached(self, event: CallEnded, _now: float) -> list[Command]:
        self._enter(Stage.BOX_ENDING)
        return [CarryVoice(on=False), AnswerBox(status=_STATUS.get(event.reason, UNAVAILABLE))]

    # ── talk and end ─────────────────────────────────────────────────────────────────────────────────────────────

    def _connected(self, _event: CallConnected, _now: float) -> list[Command]:
        self._enter(Stage.TALKING)
        return [CarryVoice(on=True)]

    def _far_key(self, event: KeyPressed, _now: float) -> list[Command]:
        return [PressBox(key=event.key)]

    def _box_key(self, event: BoxPressed, _now: float) -> list[Command]:
        return [AskLine(request=Flash() if event.key == FLASH else SendKeys(keys=event.key))]

    def _box_over(self, _event: BoxEnded, _now: float) -> list[Command]:
        self._enter(Stage.LINE_ENDING)
        return [CarryVoice(on=False), AskLine(request=HangUp())]

    def _line_over(self, _event: CallEnded, _now: float) -> list[Command]:
        self._enter(Stage.BOX_ENDING)
        return [CarryVoice(on=False), HangUpBox()]

    def _gone(self, event: DeviceGone) -> list[Command]:
        if self.stage is Stage.GONE:
            return []
        self._enter(Stage.GONE)
        return [CarryVoice(on=False), AnswerBox(status=UNAVAILABLE), HangUpBox(), GiveUp(why=event.reason)]

    def _enter(self, stage: Stage) -> None:
        self.stage, self._again_at = stage, None


Handler = Callable[[Joint, Any, float], list[Command]]
_TABLE: dict[tuple[Stage, type], Handler] = {
    (Stage.FREE, CallArrived): Joint._arrived,
    (Stage.FREE, BoxDialled): Joint._dialled,
    (Stage.BRINGING, CallArrived): Joint._known_later,
    (Stage.BRINGING, BoxAnswered): Joint._taken,
    (Stage.BRINGING, BoxEnded): Joint._refused,
    (Stage.BRINGING, CallEnded): Joint._given_up,
    (Stage.UNWANTED, CallArrived): Joint._known_later,
    (Stage.UNWANTED, CallEnded): Joint._over,
    (Stage.TAKING, CallConnected): Joint._connected,
    (Stage.TAKING, BoxEnded): Joint._box_over,
    (Stage.TAKING, CallEnded): Joint._line_over,
    (Stage.DIALLING, NumberSent): Joint._number_sent,
    (Stage.DIALLING, CallConnected): Joint._far_end_answered,
    (Stage.DIALLING, BoxEnded): Joint._box_over,
    (Stage.DIALLING, CallEnded): Joint._not_reached,
    (Stage.TALKING, KeyPressed): Joint._far_key,
    (Stage.DIALLING, KeyPressed): Joint._far_key,
    (Stage.TALKING, BoxPressed): Joint._box_key,
    (Stage.TALKING, BoxEnded): Joint._box_over,
    (Stage.TALKING, CallEnded): Joint._line_over,
    (Stage.LINE_ENDING, CallEnded): Joint._over,
    (Stage.BOX_ENDING, BoxEnded): Joint._over,
}
