"""The token bucket: never more than its rate over a stretch, and never a needless wait."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from appliance.sync.pacing import BURST_S, Pace


@given(
    rate=st.floats(100, 1e6),
    sizes=st.lists(st.integers(1, 20_000), min_size=1, max_size=60),
    pauses=st.lists(st.floats(0, 5), min_size=60, max_size=60),
)
def test_pace_when_many_pieces_are_sent_then_the_rate_holds(rate: float, sizes: list[int], pauses: list[float]) -> None:
    now, sent = 1000.0, list[tuple[float, int]]()
    pace = Pace(rate, now)
    for size, pause in zip(sizes, pauses, strict=False):
        now += pause
        now += pace.delay_s(size, now)
        sent.append((now, size))
    for index, (began, _) in enumerate(sent):
        for ended, _ in sent[index:]:
            after = sum(size for at, size in sent[index + 1 :] if at <= ended)
            assert after <= rate * (ended - began + BURST_S) * 1.000001 + 1e-6


def test_pace_when_there_is_no_limit_then_nothing_waits() -> None:
    pace = Pace(None, 0.0)
    assert [pace.delay_s(10**9, 0.0) for _ in range(3)] == [0.0, 0.0, 0.0]


def test_pace_when_the_limit_changes_then_the_new_one_counts() -> None:
    pace = Pace(None, 0.0)
    pace.limit(1000.0, 5.0)
    assert pace.delay_s(3000, 5.0) == 3.0
    pace.limit(None, 6.0)
    assert pace.delay_s(10**6, 6.0) == 0.0
