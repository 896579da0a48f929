"""Outages, waiting, sizes: the courier's pure parts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from sync.clocks import Clock

from appliance.cloud.batch import MOST_EVENTS
from appliance.cloud.chain import genesis
from appliance.sync.delivering.backoff import LEAST_S, LONGEST_S, wait_s
from appliance.sync.delivering.link import LinkMemory, failed, succeeded
from appliance.sync.delivering.sizing import Sizing

START = genesis("box-1")


def test_link_when_it_fails_for_long_then_an_outage_from_first_failure_to_success(now: Clock) -> None:
    memory, ended = succeeded(LinkMemory(), now(), outage_s=60.0)
    assert (memory.up, ended) == (True, None)
    memory = failed(memory, now(), "no route", after=START)
    now.pass_time(50)
    memory = failed(memory, now(), "refused", after=genesis("box-2"))
    assert (memory.up, memory.failures, memory.why, memory.last_why) == (False, 2, "no route", "refused")
    now.pass_time(50)
    memory, ended = succeeded(memory, now(), outage_s=60.0)
    assert memory.up
    assert ended is not None
    assert (ended.lasted_s, ended.why, ended.after) == (100.0, "no route", START)
    assert ended.ended_s - ended.began_s == 100.0


def test_link_when_it_fails_shortly_then_no_outage(now: Clock) -> None:
    memory = failed(LinkMemory(), now(), "no route", after=START)
    now.pass_time(59)
    assert succeeded(memory, now(), outage_s=60.0)[1] is None


def test_outage_when_the_clock_was_set_meanwhile_then_its_beginning_is_restated(now: Clock) -> None:
    now.wall_s = 5.0  # 1970
    memory = failed(LinkMemory(), now(), "no route", after=START)
    now.pass_time(3600)
    now.wall_s = 1_795_000_000.0
    ended = succeeded(memory, now(), outage_s=60.0)[1]
    assert ended is not None
    assert (ended.began_s, ended.lasted_s) == (1_795_000_000.0 - 3600, 3600)


def test_outage_when_the_box_was_booted_meanwhile_then_wall_time_counts(now: Clock) -> None:
    memory = failed(LinkMemory(), now(), "no route", after=START)
    now.boot, now.mono_s, now.wall_s = "boot-2", 30.0, now.wall_s + 7200
    ended = succeeded(memory, now(), outage_s=60.0)[1]
    assert ended is not None
    assert ended.lasted_s == 7200


@given(failures=st.integers(1, 10_000), chance=st.floats(0, 1))
def test_wait_when_failures_go_on_then_within_bounds(failures: int, chance: float) -> None:
    assert LEAST_S <= wait_s(failures, chance) <= LONGEST_S
    assert wait_s(failures, chance) <= max(LEAST_S, 2.0 ** min(failures - 1, 30))


def test_wait_when_chance_is_highest_then_it_doubles_up_to_the_longest() -> None:
    assert [wait_s(failures, 1.0) for failures in (1, 2, 3, 9, 10, 99)] == [1.0, 2.0, 4.0, 256.0, 300.0, 300.0]


def test_sizing_when_the_link_breaks_and_holds_then_between_one_and_most() -> None:
    sizing = Sizing()
    for _ in range(20):
        sizing.broke()
    assert sizing.events == 1
    for _ in range(20):
        sizing.went_well()
    assert sizing.events == MOST_EVENTS
