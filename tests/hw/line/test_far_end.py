"""Words become what a mock line's far end does."""

from __future__ import annotations

import pytest

from hw.line.caller_id import CallerId
from hw.line.far_end import FarEnd, FarEndError
from hw.line.mock import MockLine
from hw.line.profile import Profile
from hw.line.signals import Answer, CallArrived, CallConnected, CallEnded, Dial, EndReason, KeyPressed
from hw.line.states import LineState


def test_words_when_spoken_then_a_call_with_keys_and_an_end() -> None:
    line = MockLine(profile=Profile(settle_s=0.0, guard_s=0.0))
    far_end = FarEnd(line)
    assert far_end.obey("call 2125550123 KIM MINSU\n") == "ringing"
    assert line.next_event(1) == CallArrived(caller=CallerId(number="2125550123", name="KIM MINSU"))
    line.ask(Answer())
    assert line.next_event(1) == CallConnected()
    assert far_end.obey("press 12") == "talking"
    assert [line.next_event(1), line.next_event(1)] == [KeyPressed(key="1"), KeyPressed(key="2")]
    far_end.obey("hang up")
    assert line.next_event(1) == CallEnded(reason=EndReason.FAR_END)
    assert far_end.obey("cut") == "no_line"
    assert far_end.obey("mend") == "idle"
    line.ask(Dial(number="1"))
    assert line.state is LineState.DIAL_TONE
    far_end.obey("unplug")
    assert line.state is LineState.NO_LINE


@pytest.mark.parametrize("text", ["", "sing", "caller", "hang"])
def test_words_when_they_mean_nothing_then_which_there_are(text: str) -> None:
    with pytest.raises(FarEndError, match="say one of: answer, call, cut, hang up"):
        FarEnd(MockLine()).obey(text)
