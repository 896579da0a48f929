"""The storage budget: records have their room, recording stops before it ends, and begins again with some distance."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from appliance.switchboard.keeping.budget import Level, Policy, Usage, assess, sentence

MB = 1_000_000
SIZES = st.integers(0, 10**12)
USAGES = st.builds(
    lambda free, here, share, records, recordings: Usage(
        free=free,
        recordings=here,
        delivered=int(here * share),
        records_a_day=records,
        recordings_a_day=recordings,
    ),
    SIZES,
    SIZES,
    st.floats(0, 1),
    st.integers(0, 10**9),
    st.integers(0, 10**10),
)
POLICIES = st.builds(
    Policy,
    reserve=st.integers(0, 10**10),
    budget=st.one_of(st.just(0), SIZES),
    warn=st.floats(0.01, 0.99),
    records_days=st.integers(0, 3660),
)
USAGE = Usage(free=100_000 * MB, recordings=0, delivered=0, records_a_day=10 * MB, recordings_a_day=0)
POLICY = Policy(reserve=200 * MB)


@given(usage=USAGES, policy=POLICIES, before=st.sampled_from(Level))
def test_assessment_when_recording_goes_on_then_records_have_their_room(
    usage: Usage, policy: Policy, before: Level
) -> None:
    found = assess(usage, policy, before=before)
    if found.level is not Level.FULL:
        assert usage.free + usage.delivered > found.kept >= policy.reserve
        assert found.used < found.budget
        assert not policy.budget or found.budget <= policy.budget
    assert found.to_free <= usage.delivered
    assert bool(sentence(found)) == (found.level is not Level.OK)


@given(usage=USAGES, policy=POLICIES)
def test_assessment_when_more_is_recorded_then_the_level_never_falls(usage: Usage, policy: Policy) -> None:
    order = list(Level)
    more = msgspec.structs.replace(usage, free=usage.free // 2, recordings=usage.recordings + usage.free // 2)
    assert order.index(assess(more, policy).level) >= order.index(assess(usage, policy).level)


def test_assessment_when_a_box_is_offline_for_months_then_warning_before_full() -> None:
    """200 MB of recordings a day on a disk of 32 GB; records take 10 MB a day."""
    levels = list[Level]()
    before = Level.OK
    for day in range(200):
        here = day * 200 * MB
        free = 32_000 * MB - here - day * 10 * MB
        usage = Usage(
            free=free, recordings=here, delivered=0, records_a_day=10 * MB, recordings_a_day=200 * MB, waiting=day
        )
        found = assess(usage, POLICY, before=before)
        before = found.level
        levels.append(before)
        if before is Level.FULL:
            assert free - 90 * 10 * MB >= -200 * MB  # three months of records still fit
            break
    assert levels[0] is Level.OK
    assert 14 <= levels.count(Level.WARNING) < 60
    assert levels[-1] is Level.FULL
    assert levels == sorted(levels, key=list(Level).index)


def test_assessment_when_full_then_recording_begins_again_only_with_some_distance() -> None:
    policy = Policy(reserve=0, budget=1000 * MB, records_days=0)
    full = assess(msgspec.structs.replace(USAGE, recordings=1000 * MB), policy)
    assert full.level is Level.FULL
    nearly = msgspec.structs.replace(USAGE, recordings=970 * MB)
    assert assess(nearly, policy, before=Level.FULL).level is Level.FULL
    assert assess(nearly, policy, before=Level.WARNING).level is Level.WARNING
    assert assess(msgspec.structs.replace(USAGE, recordings=900 * MB), policy, before=Level.FULL).level is Level.WARNING


def test_assessment_when_the_console_has_them_then_they_count_as_free_and_go_as_needed() -> None:
    policy = Policy(reserve=0, budget=1000 * MB, records_days=0)
    usage = msgspec.structs.replace(USAGE, recordings=1100 * MB, delivered=900 * MB, recordings_a_day=50 * MB)
    found = assess(usage, policy)
    assert (found.level, found.used, found.to_free) == (Level.OK, 200 * MB, 150 * MB)


def test_sentence_when_full_then_it_says_what_stops_what_goes_on_and_what_helps() -> None:
    text = sentence(assess(msgspec.structs.replace(USAGE, free=0, waiting=7), POLICY))
    assert "no call is recorded any more" in text
    assert "7 recordings wait" in text
    assert "calls and records go on" in text
