"""Chronological order of one contact's events from two writers."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from appliance import events as ev
from appliance.ids import ContactId
from appliance.stamps import Stamp
from appliance.store import chronological

times = st.lists(st.floats(0, 1000), max_size=12).map(sorted)


def _line(writer: ev.Writer, monos: list[float], boot: str = "a") -> list[ev.ContactEvent]:
    return [
        ev.ContactEvent(
            contact=ContactId("c"),
            writer=writer,
            seq=number,
            at=Stamp(boot=boot, mono_s=mono_s, wall_s=0.0, synced=False),
            body=ev.SystemConnected(),
        )
        for number, mono_s in enumerate(monos, start=1)
    ]


@given(times, times, st.randoms(use_true_random=False))
def test_chronological_when_shuffled_then_time_and_each_writers_order_hold(
    contact: list[float], switchboard: list[float], random: Any
) -> None:
    events = [*_line(ev.Writer.CONTACT, contact), *_line(ev.Writer.SWITCHBOARD, switchboard)]
    shuffled = list(events)
    random.shuffle(shuffled)
    found = chronological(shuffled)
    assert [event.at.mono_s for event in found] == sorted(contact + switchboard)
    for writer in ev.Writer:
        assert [event.seq for event in found if event.writer is writer] == [
            event.seq for event in events if event.writer is writer
        ]


def test_chronological_when_repaired_after_a_reboot_then_the_repair_comes_last() -> None:
    before = _line(ev.Writer.CONTACT, [500.0, 600.0], boot="first")
    after = _line(ev.Writer.SWITCHBOARD, [3.0, 4.0], boot="second")
    assert chronological([*after, *before]) == [*before, *after]
