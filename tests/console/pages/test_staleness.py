"""When news is news no more."""

from __future__ import annotations

import pytest

from appliance.console.pages.staleness import LATE_S, Link, link_of
from appliance.console.reading.fleet import STALE_S, is_stale


@pytest.mark.parametrize(
    ("age_s", "link"),
    [(0, Link.CURRENT), (-5, Link.CURRENT), (STALE_S, Link.CURRENT), (STALE_S + 1, Link.LATE), (LATE_S + 1, Link.CUT)],
)
def test_link_when_news_has_an_age_then_what_it_is_worth(age_s: float, link: Link) -> None:
    assert link_of(1000.0 - age_s, 1000.0) is link


def test_link_when_never_heard_then_it_says_so() -> None:
    assert link_of(None, 1000.0) is Link.NEVER


def test_link_when_current_then_the_api_says_the_same() -> None:
    for age_s in (0.0, STALE_S, STALE_S + 0.1, LATE_S * 9):
        assert (link_of(1e6 - age_s, 1e6) is Link.CURRENT) is not is_stale(1e6 - age_s, 1e6)
