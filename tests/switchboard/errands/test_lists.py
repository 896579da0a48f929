"""Lists as people have them: good rows become candidates, each bad one has a line and a reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.acd.campaigns import Candidate
from appliance.dialplan import DialPlan
from appliance.ids import Extension, FlowId, TrunkId
from appliance.switchboard.errands.lists import BadRow, read_list, zones_of

PLAN = DialPlan(
    region="US",
    trunks=(TrunkId("any"),),
    extensions={Extension("101"): None},
    numbers={"+12125550100": FlowId("branch")},
)


def read(text: str) -> list[Candidate | BadRow]:
    return list(read_list(text, PLAN, "UTC"))


def test_list_when_rows_are_good_then_numbers_are_normalised_and_zones_known() -> None:
    found = read("\ufeffNumber,Name,Zone,Policy\n(212) 555-0199,Han,,P-7\n+82 10-1234-5678,Kim,Asia/Seoul,\n")
    assert found == [
        Candidate(number="+12125550199", name="Han", zones=("America/New_York",), attributes={"policy": "P-7"}),
        Candidate(number="+821012345678", name="Kim", zones=("Asia/Seoul",)),
    ]


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("911,Han", "emergency"),
        ("101,Han", "extension"),
        ("+12125550100,Han", "this box"),
        ("1-900-555-1234,Han", "premium"),
        (",Han", "no number"),
        ("banana,Han", "no phone number"),
        ("+12125550199,Han,more", "3 values for 2 columns"),
        ('"+12125550199,Han', "CSV"),
        ("+12125550199," + "x" * 2000, "longer"),
    ],
)
def test_list_when_a_row_is_bad_then_line_and_reason_and_the_others_stay(row: str, word: str) -> None:
    first, second = read(f"number,name\n+12065550100,Ann\n{row}\n")
    assert isinstance(first, Candidate)
    assert isinstance(second, BadRow)
    assert second.line == 3
    assert word in second.reason


def test_list_when_the_zone_is_none_then_said() -> None:
    (bad,) = read("number,zone\n+12065550100,Mars/Olympus\n")
    assert isinstance(bad, BadRow)
    assert "Mars/Olympus" in bad.reason


@pytest.mark.parametrize("text", ["", "name,age\nHan,7\n"])
def test_list_when_no_column_has_numbers_then_one_reason(text: str) -> None:
    (bad,) = read(text)
    assert isinstance(bad, BadRow)
    assert bad.line == 1


def test_zones_when_the_number_could_be_anywhere_then_all_of_them() -> None:
    assert len(zones_of("+18005550100", "UTC")) > 20
    assert zones_of("+821012345678", "UTC") == ("Asia/Seoul",)


@given(st.text(max_size=300))
def test_list_when_it_is_anything_then_every_row_is_accounted_for(text: str) -> None:
    for row in read("number,name\n" + text):
        assert isinstance(row, Candidate | BadRow)
