"""A month of a branch says no more than the console knows."""

from __future__ import annotations

from datetime import UTC

import pytest

from appliance.console.pages.language import Language
from appliance.console.pages.outages import DAYS, month
from appliance.console.pages.shown import Shown
from appliance.console.pages.staleness import LATE_S, Link
from appliance.console.reading.documents import BranchSummary
from appliance.console.reading.outages import Cut

NOW_S = 1_795_348_800.0
HOUR_S, DAY_S = 3600.0, 86_400.0
LONG_AGO_S = NOW_S - 3 * DAYS * DAY_S
SHOWN = Shown(language=Language.ENGLISH, zone=UTC, now=NOW_S)


def branch(*, known_since_s: float | None, heard_s: float | None) -> BranchSummary:
    return BranchSummary(
        branch="leeds", name="Leeds", timezone="Europe/London", box=None, known_since_s=known_since_s, as_of_s=heard_s,
        stale=False, waiting=0, contacts=0, agents=0, health=None,
    )  # fmt: skip


def cut(hours_ago: float, hours: float, where: str = "leeds") -> Cut:
    began_s = NOW_S - hours_ago * HOUR_S
    return Cut(branch=where, began_s=began_s, ended_s=began_s + hours * HOUR_S)


@pytest.mark.parametrize(
    ("known_since_s", "heard_s", "cuts", "says"),
    [
        (None, None, [], "nothing is known"),
        (NOW_S - DAY_S, None, [], "nothing is known"),
        (LONG_AGO_S, NOW_S, [], "always connected"),
        (LONG_AGO_S, NOW_S, [cut(20, 2), cut(9, 1.5), cut(5, 1, "seoul")], "3:30:00 without a link"),
        (NOW_S - DAY_S, NOW_S, [], "always connected, known since Nov 21, 2026 12:00:00"),
        (LONG_AGO_S, NOW_S - 2 * HOUR_S, [cut(20, 2)], "4:00:00 without a link"),
    ],
)
def test_month_when_said_then_only_what_is_known(
    known_since_s: float | None, heard_s: float | None, cuts: list[Cut], says: str
) -> None:
    assert month(branch(known_since_s=known_since_s, heard_s=heard_s), cuts, NOW_S, SHOWN).says == says


@pytest.mark.parametrize("known_since_s", [None, NOW_S - DAY_S])
def test_month_when_the_branch_is_new_then_what_nobody_knows_is_drawn_as_such(known_since_s: float | None) -> None:
    one = month(branch(known_since_s=known_since_s, heard_s=NOW_S if known_since_s else None), [], NOW_S, SHOWN)
    assert str(one.strip).count('class="unknown"') == 1
    assert 'class="outage"' not in one.strip


def test_month_when_cut_off_now_then_drawn_up_to_now() -> None:
    one = month(branch(known_since_s=LONG_AGO_S, heard_s=NOW_S - LATE_S - 60), [], NOW_S, SHOWN)
    assert one.link is Link.CUT
    assert one.says == "6:00 without a link"
    assert 'class="outage"' in one.strip


def test_month_when_an_outage_began_before_it_then_only_its_part_is_drawn() -> None:
    one = month(branch(known_since_s=LONG_AGO_S, heard_s=NOW_S), [cut(DAYS * 24 + 5, 15)], NOW_S, SHOWN)
    assert 'class="outage" x="0.0"' in one.strip
    assert one.says == "10:00:00 without a link"
