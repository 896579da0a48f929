"""The counting of the bench: what is lost must not look heard."""

from __future__ import annotations

from typing import Any

import pytest
from kit import heard


def _report(*streams: tuple[int, dict[str, tuple[int, int, int]]]) -> dict[str, Any]:
    return {
        "streams": [
            {
                "stream": number,
                "jitter_ms": 1.5 * number,
                "heard": {
                    sender: {"first": first, "last": last, "distinct": distinct, "repeated": 0}
                    for sender, (first, last, distinct) in senders.items()
                },
            }
            for number, senders in streams
        ]
    }


def test_lost_pct_when_frames_are_missing_in_the_middle_then_they_count() -> None:
    found = heard.ways(_report((1, {"2": (100, 299, 190)}), (2, {"1": (0, 199, 200)})), least_s=2)
    assert heard.lost_pct(found) == pytest.approx(100 * 10 / 400)


def test_lost_pct_when_a_direction_dies_early_then_the_missing_rest_counts() -> None:
    found = heard.ways(_report((1, {"2": (0, 49, 50)})), least_s=4)
    assert [(way.expected, way.lost) for way in found] == [(200, 150)]


def test_lost_pct_when_nothing_was_heard_then_everything_is_lost() -> None:
    assert heard.lost_pct([]) == 100.0


def test_pairs_when_only_one_direction_works_then_it_is_no_pair() -> None:
    report = _report((1, {"2": (0, 9, 10)}), (2, {"1": (0, 9, 10)}), (3, {"4": (0, 9, 10)}))
    assert heard.pairs(heard.ways(report, least_s=0)) == {(1, 2)}


def test_worst_jitter_when_there_are_streams_then_the_highest_of_all() -> None:
    assert heard.worst_jitter_ms(_report((1, {}), (3, {}), (2, {}))) == 4.5
