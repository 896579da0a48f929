"""Keys typed ahead."""

from __future__ import annotations

import pytest

from appliance.flow.digits import MOST_KEYS, SWALLOW_S, buffer_key, expect_terminator, is_late_terminator, next_key
from appliance.flow.facts import ContactFacts
from appliance.flow.machine import start
from appliance.flow.run import Run


@pytest.fixture
def run(flow, action, library):
    waiting = flow(action("a", "MessageParticipant", {"Text": "x"}, then="end"))
    return Run(start(waiting, ContactFacts(), library=library, now=0.0)[0], 10.0)


def test_keys_when_buffered_then_come_out_in_order_and_bounded(run):
    for key in "123" + "4" * MOST_KEYS:
        buffer_key(run, key)
    assert [next_key(run) for _ in range(3)] == ["1", "2", "3"]
    assert len(run.keys) == MOST_KEYS - 3
    run.keys = ""
    assert next_key(run) == ""


@pytest.mark.parametrize(("key", "after_s", "late"), [("#", 0.5, True), ("#", SWALLOW_S, False), ("1", 0.5, False)])
def test_terminator_when_it_follows_an_input_then_swallowed_only_soon_and_if_it_is_one(run, key, after_s, late):
    expect_terminator(run, "#")
    run.now += after_s
    assert is_late_terminator(run, key) is late
    assert not is_late_terminator(run, "#")


def test_terminator_when_typed_ahead_then_taken_out_of_the_buffer(run):
    run.keys = "##5"
    expect_terminator(run, "##")
    assert (run.keys, run.swallow) == ("5", "")
