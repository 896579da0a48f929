"""What every `HeadsetPort` must do under a `Headset`: the same tests over the mock and over real back ends."""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Iterator

import pytest
from kit.headset_bench import HeadsetBench, MockHeadsetBench, PtyHeadsetBench, UhidHeadsetBench, no_uhid

from hw.headset.call_control import CallState, Wish
from hw.headset.interface import HeadsetEvent, HeadsetGone, WearerWished
from hw.headset.usages import LED_HOLD, LED_MUTE, LED_OFF_HOOK, LED_RING, Usage

WAIT_S = 10.0
BENCHES: dict[str, Callable[[], HeadsetBench]] = {
    "mock": MockHeadsetBench,
    "hidraw on a pty": PtyHeadsetBench,
    "hidraw on uhid": UhidHeadsetBench,
}


@pytest.fixture(params=sorted(BENCHES))
def worn(request: pytest.FixtureRequest) -> Iterator[HeadsetBench]:
    if request.param == "hidraw on uhid" and (reason := no_uhid()):
        pytest.skip(reason)
    bench = BENCHES[request.param]()
    yield bench
    bench.close()


def next_event(bench: HeadsetBench) -> HeadsetEvent:
    until = time.monotonic() + WAIT_S
    while (left := until - time.monotonic()) > 0:
        if (event := bench.headset.next_event(left)) is not None:
            return event
    raise AssertionError(f"no event within {WAIT_S} s")


def burn(bench: HeadsetBench, *wanted: Usage) -> None:
    """Wait until just these lamps burn."""
    until = time.monotonic() + WAIT_S
    while bench.lamps() != frozenset(wanted):
        assert time.monotonic() < until, f"{bench.lamps()} instead of {wanted}"
        time.sleep(0.01)


def answered(bench: HeadsetBench) -> None:
    bench.headset.ringing()
    bench.lift(off=True)
    assert next_event(bench) == WearerWished(wish=Wish.ANSWER)
    bench.headset.talking()


def test_headset_when_a_call_rings_then_its_lamp_burns_and_lifting_answers(worn: HeadsetBench) -> None:
    worn.headset.ringing()
    burn(worn, LED_RING)
    worn.lift(off=True)
    assert next_event(worn) == WearerWished(wish=Wish.ANSWER)
    worn.headset.talking()
    burn(worn, LED_OFF_HOOK)
    assert worn.headset.state is CallState.TALKING


def test_headset_when_its_wearer_mutes_then_wish_and_lamp(worn: HeadsetBench) -> None:
    answered(worn)
    worn.press_mute()
    assert next_event(worn) == WearerWished(wish=Wish.MUTE)
    burn(worn, LED_OFF_HOOK, LED_MUTE)
    worn.press_mute()
    assert next_event(worn) == WearerWished(wish=Wish.UNMUTE)
    burn(worn, LED_OFF_HOOK)


def test_headset_when_put_back_in_talk_then_hang_up(worn: HeadsetBench) -> None:
    answered(worn)
    worn.lift(off=False)
    assert next_event(worn) == WearerWished(wish=Wish.HANG_UP)
    worn.headset.idle()
    burn(worn)


def test_headset_when_held_then_both_lamps(worn: HeadsetBench) -> None:
    answered(worn)
    worn.headset.held()
    burn(worn, LED_OFF_HOOK, LED_HOLD)


def test_headset_when_a_report_waits_then_its_file_is_readable(worn: HeadsetBench) -> None:
    worn.headset.ringing()
    worn.lift(off=True)
    assert select.select([worn.headset.fileno()], [], [], WAIT_S)[0]


def test_headset_when_unplugged_in_talk_then_an_event_and_no_crash(worn: HeadsetBench) -> None:
    answered(worn)
    worn.unplug()
    event = next_event(worn)
    assert isinstance(event, HeadsetGone)
    assert "plug" in event.reason
    worn.headset.idle()
    assert worn.headset.next_event(0.05) is None
    worn.headset.close()


def test_headset_when_closed_twice_then_safe_and_dark(worn: HeadsetBench) -> None:
    answered(worn)
    worn.headset.close()
    worn.headset.close()
    burn(worn)
