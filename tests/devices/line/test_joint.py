"""Line and box joined: calls both ways, their ends in any order, and every stage with every event."""

from __future__ import annotations

import pytest

from appliance.devices.line.joint import AGAIN_S, Joint, Stage
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
    LineFound,
    LineLost,
    Outcome,
    SendKeys,
)

HAN = CallerId(number="0225550123", name="HAN")
FAR_END = CallEnded(reason=EndReason.FAR_END)
OPEN, SHUT = CarryVoice(on=True), CarryVoice(on=False)


def joint() -> Joint:
    return Joint(lambda number: f"9{number}")


def after(*events: Outcome | BoxEvent) -> Joint:
    made = joint()
    for event in events:
        made.handle(event, 0.0)
    return made


ARRIVED = CallArrived(caller=HAN)
IN_TALK = (ARRIVED, BoxAnswered(), CallConnected())
DIALLED = BoxDialled(number="119")
WAYS: dict[Stage, tuple[Outcome | BoxEvent, ...]] = {
    Stage.FREE: (),
    Stage.BRINGING: (ARRIVED,),
    Stage.UNWANTED: (ARRIVED, BoxEnded(status=404)),
    Stage.TAKING: (ARRIVED, BoxAnswered()),
    Stage.DIALLING: (DIALLED,),
    Stage.TALKING: IN_TALK,
    Stage.LINE_ENDING: (*IN_TALK, BoxEnded(status=200)),
    Stage.BOX_ENDING: (*IN_TALK, FAR_END),
    Stage.GONE: (DeviceGone(reason="unplugged"),),
}
EVENTS: tuple[Outcome | BoxEvent, ...] = (
    ARRIVED, CallConnected(), FAR_END, KeyPressed(key="1"), LineLost(), LineFound(), DeviceGone(reason="unplugged"),
    DIALLED, BoxAnswered(), BoxEnded(status=503), BoxPressed(key="2"), NumberSent(),
)  # fmt: skip


def test_call_in_when_the_box_answers_then_the_line_is_taken_and_voice_flows() -> None:
    made = joint()
    assert made.handle(ARRIVED, 0.0) == [CallBox(caller=HAN)]
    assert made.handle(BoxAnswered(), 1.0) == [AskLine(request=Answer())]
    assert made.handle(CallConnected(), 1.5) == [OPEN]
    assert made.handle(KeyPressed(key="5"), 2.0) == [PressBox(key="5")]
    assert made.handle(BoxPressed(key="7"), 2.0) == [AskLine(request=SendKeys(keys="7"))]
    assert made.handle(BoxPressed(key="R"), 2.0) == [AskLine(request=Flash())]
    assert made.handle(FAR_END, 3.0) == [SHUT, HangUpBox()]
    assert made.handle(BoxEnded(status=200), 3.1) == []
    assert made.stage is Stage.FREE


def test_call_in_when_the_box_hangs_up_then_the_line_too() -> None:
    made = after(*IN_TALK)
    assert made.handle(BoxEnded(status=200), 3.0) == [SHUT, AskLine(request=HangUp())]
    assert made.handle(CallEnded(reason=EndReason.HUNG_UP), 3.1) == []
    assert made.stage is Stage.FREE


def test_call_in_when_the_caller_gives_up_then_the_box_is_told() -> None:
    made = after(ARRIVED)
    assert made.handle(CallEnded(reason=EndReason.CALLER_GAVE_UP), 9.0) == [HangUpBox()]
    assert made.handle(BoxEnded(status=487), 9.0) == []
    assert made.stage is Stage.FREE


@pytest.mark.parametrize("status", [408, 503, 500])
def test_call_in_when_the_box_has_no_room_then_brought_again_while_it_rings(status: int) -> None:
    made = after(ARRIVED)
    assert made.handle(BoxEnded(status=status), 1.0) == []
    assert made.next_timer() == 1.0 + AGAIN_S
    later = CallerId(number="1")
    assert made.handle(CallArrived(caller=later), 2.0) == []
    assert made.handle_timer(1.0 + AGAIN_S - 0.1) == []
    assert made.handle_timer(1.0 + AGAIN_S) == [CallBox(caller=later)]
    assert made.stage is Stage.BRINGING
    assert made.next_timer() is None


def test_call_in_when_the_number_has_no_flow_then_it_rings_until_the_caller_gives_up() -> None:
    made = after(ARRIVED, BoxEnded(status=404))
    assert made.next_timer() is None
    assert made.handle(CallEnded(reason=EndReason.CALLER_GAVE_UP), 30.0) == []
    assert made.stage is Stage.FREE


def test_call_out_when_the_far_end_answers_then_sound_from_the_number_on() -> None:
    made = joint()
    assert made.handle(DIALLED, 0.0) == [AskLine(request=Dial(number="9119"))]
    assert made.handle(NumberSent(), 2.0) == [AnswerBox(status=183), OPEN]
    assert made.handle(CallConnected(), 6.0) == [AnswerBox(status=200), OPEN]
    assert made.stage is Stage.TALKING


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        (EndReason.BUSY, 486),
        (EndReason.FAR_END, 480),
        (EndReason.GLARE, 503),
        (EndReason.NO_LINE, 503),
        (EndReason.NOT_DIALABLE, 503),
        (EndReason.REFUSED, 503),
    ],
)
def test_call_out_when_it_fails_then_why_so_that_the_edge_may_try_another_trunk(reason: EndReason, status: int) -> None:
    made = after(DIALLED)
    assert made.handle(CallEnded(reason=reason), 3.0) == [SHUT, AnswerBox(status=status)]
    made.handle(BoxEnded(status=status), 3.0)
    assert made.stage is Stage.FREE


def test_call_out_when_the_box_gives_up_then_the_line_is_let_go() -> None:
    made = after(DIALLED)
    assert made.handle(BoxEnded(status=487), 3.0) == [SHUT, AskLine(request=HangUp())]
    assert made.stage is Stage.LINE_ENDING


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.GONE])
def test_device_when_unplugged_then_every_call_ends_and_the_process_too(stage: Stage) -> None:
    made = after(*WAYS[stage])
    assert made.stage is stage
    commands = made.handle(DeviceGone(reason="unplugged"), 5.0)
    assert commands[-1] == GiveUp(why="unplugged")
    assert HangUpBox() in commands
    assert made.handle(DeviceGone(reason="unplugged"), 5.0) == []


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
@pytest.mark.parametrize("stage", list(Stage))
def test_joint_when_any_event_comes_in_any_stage_then_it_can_still_become_free(
    stage: Stage, event: Outcome | BoxEvent
) -> None:
    made = after(*WAYS[stage])
    made.handle(event, 1.0)
    for closing in (FAR_END, BoxEnded(status=200), FAR_END, BoxEnded(status=200)):
        made.handle(closing, 2.0)
    assert made.stage in (Stage.FREE, Stage.GONE)
    assert (made.stage is Stage.GONE) is (stage is Stage.GONE or isinstance(event, DeviceGone))
