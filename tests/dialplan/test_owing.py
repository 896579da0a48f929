"""Whom the box may call by itself: never an emergency number in any disguise, nor itself, nor inside unless allowed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.dialplan import EMERGENCY, DialPlan, ToExtension, ToOutside, Unroutable, is_emergency, may_be_called
from appliance.ids import AgentId, Extension, FlowId, TrunkId

PLAN = DialPlan(
    region="KR",
    trunks=(TrunkId("acme"),),
    extensions={Extension("101"): AgentId("kim")},
    numbers={"+82215771234": FlowId("branch"), "7000": FlowId("branch")},
)


@pytest.mark.parametrize(
    ("wanted", "number"),
    [("02-555-0100", "+8225550100"), ("+82 10-1234-5678", "+821012345678"), (" +12065550100 ", "+12065550100")],
)
def test_number_when_it_is_one_then_outside(wanted: str, number: str) -> None:
    assert may_be_called(PLAN, wanted) == ToOutside(number=number)


@pytest.mark.parametrize(
    ("wanted", "word"),
    [
        ("119", "emergency"),
        ("+82119", "emergency"),
        ("0082-112", "emergency"),
        ("911", "emergency"),
        ("1 1 9", "emergency"),
        ("101", "extension"),
        ("02-1577-1234", "this box"),
        ("7000", "this box"),
        ("060-700-1234", "premium"),
        ("anonymous", "no phone number"),
        ("", "no phone number"),
        ("12", "no phone number"),
    ],
)
def test_number_when_it_may_not_be_called_then_it_says_why(wanted: str, word: str) -> None:
    refused = may_be_called(PLAN, wanted)
    assert isinstance(refused, Unroutable)
    assert word in refused.why


def test_extension_when_allowed_then_inside() -> None:
    plan = DialPlan(**{**{name: getattr(PLAN, name) for name in PLAN.__struct_fields__}, "callbacks_inside": True})
    assert may_be_called(plan, "101") == ToExtension(extension=Extension("101"), agent=AgentId("kim"))


def test_number_when_there_is_no_trunk_then_nobody_is_reached() -> None:
    refused = may_be_called(DialPlan(region="US"), "+12065550100")
    assert isinstance(refused, Unroutable)
    assert "trunk" in refused.why


@given(
    number=st.sampled_from(sorted(EMERGENCY)),
    before=st.sampled_from(["", "+82", "0082", " ", "+82 "]),
    between=st.sampled_from(["", " ", "-", "."]),
)
def test_emergency_when_spelt_in_any_way_then_known(number: str, before: str, between: str) -> None:
    assert is_emergency(before + between.join(number), "KR")
    assert not isinstance(may_be_called(PLAN, before + between.join(number)), ToOutside | ToExtension)
