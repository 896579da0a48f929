"""What missing loop current means, and when."""

from __future__ import annotations

from hw.daa.loop_current import NO_CURRENT_S, LoopCurrent


def loop(*, sensed: bool = True) -> LoopCurrent:
    made = LoopCurrent(0.25, sensed=sensed)
    made.off_hook(10.0)
    return made


def test_current_when_it_never_flowed_then_there_is_no_line() -> None:
    one = loop()
    assert (one.broken_at, one.seen) == (10.0 + NO_CURRENT_S, False)


def test_current_when_it_breaks_then_a_disconnect_after_the_time_of_the_exchange() -> None:
    one = loop()
    one.told(True, 10.1)
    assert one.broken_at is None
    one.told(False, 12.0)
    one.told(False, 12.1)
    assert (one.broken_at, one.seen) == (12.25, True)
    one.told(True, 12.2)
    assert one.broken_at is None


def test_current_when_it_breaks_by_our_flash_then_nothing() -> None:
    one = loop()
    one.told(True, 10.1)
    one.flash(on=True)
    one.told(False, 12.0)
    one.flash(on=False)
    assert one.broken_at is None


def test_current_when_no_pin_tells_of_it_or_on_hook_then_nothing() -> None:
    assert loop(sensed=False).broken_at is None
    one = loop()
    one.on_hook()
    one.told(False, 11.0)
    assert one.broken_at is None


def test_current_when_a_break_was_told_then_not_again() -> None:
    one = loop()
    one.forget_break()
    assert one.broken_at is None
