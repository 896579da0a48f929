from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.dialplan import (
    EMERGENCY,
    DialPlan,
    FeaturePlan,
    GroupPlan,
    ToExtension,
    ToFeature,
    ToFlow,
    ToGroup,
    ToIntercom,
    ToOutside,
    ToPage,
    Unroutable,
    e164,
    route,
)
from appliance.features import Takes
from appliance.ids import AgentId, Extension, FlowId, TrunkId

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
DIALLED = st.one_of(
    st.text("0123456789*#+", max_size=20),
    st.text(max_size=20),
    st.sampled_from(["101", "102", "600", "+12025550100", "2025550100", "+14155550123", *sorted(EMERGENCY)]),
)


def a_plan(region: str = "US", *, trunks: bool = True) -> DialPlan:
    return DialPlan(
        region=region,
        extensions={Extension("101"): AgentId("kim"), Extension("102"): None},
        numbers={"+12025550100": FlowId("branch"), "600": FlowId("straight")},
        trunks=(TrunkId("acme"),) if trunks else (),
    )


def test_e164_when_a_national_number_is_dialled_is_international() -> None:
    assert e164("02-555-0100", "KR") == "+8225550100"
    assert e164("2025550100", "US") == "+12025550100"
    assert e164("+82 2 555 0100", "US") == "+8225550100"
    assert e164("010-1234-5678", "KR") == "+821012345678"


@pytest.mark.parametrize("dialled", ["", "101", "alice", "+", "*67", "+999999999999", "1" * 40])
def test_e164_when_it_can_not_be_a_number_is_none(dialled: str) -> None:
    assert e164(dialled, "US") is None


@given(dialled=DIALLED, region=st.sampled_from([*REGIONS, "", "XX"]))
def test_e164_when_given_any_text_never_raises_and_is_stable(dialled: str, region: str) -> None:
    number = e164(dialled, region)
    if number is not None:
        assert number.startswith("+")
        assert number[1:].isdigit()
        assert len(number) <= 18
        assert e164(number, "US") in (number, None)


@pytest.mark.parametrize(
    ("dialled", "wanted"),
    [
        ("2025550100", ToFlow(number="+12025550100", flow=FlowId("branch"))),
        ("+12025550100", ToFlow(number="+12025550100", flow=FlowId("branch"))),
        ("600", ToFlow(number="600", flow=FlowId("straight"))),
        ("101", ToExtension(extension=Extension("101"), agent=AgentId("kim"))),
        ("102", ToExtension(extension=Extension("102"), agent=None)),
        ("4155550123", ToOutside(number="+14155550123")),
    ],
)
def test_route_when_somebody_inside_dials_finds_who_is_meant(dialled: str, wanted: object) -> None:
    assert route(a_plan(), dialled, from_trunk=False) == wanted


def test_route_when_an_extension_looks_like_a_number_prefers_the_extension() -> None:
    plan = DialPlan(region="US", extensions={Extension("2025550123"): None}, trunks=(TrunkId("acme"),))
    assert isinstance(route(plan, "2025550123", from_trunk=False), ToExtension)


def test_route_when_there_is_no_trunk_refuses_outside_numbers() -> None:
    found = route(a_plan(trunks=False), "4155550123", from_trunk=False)
    assert isinstance(found, Unroutable)
    assert found.sip_status == 404
    assert "linekeeper extension list" in found.why


@pytest.mark.parametrize("dialled", ["", "alice", "101 ", "101\n", "1" * 33, "１０１", "101;phone-context=x", "../101"])
def test_route_when_it_is_no_dialled_string_refuses(dialled: str) -> None:
    for from_trunk in (True, False):
        found = route(a_plan(), dialled, from_trunk=from_trunk)
        assert isinstance(found, Unroutable)
        assert found.sip_status == 404
        assert "\n" not in found.why


@given(dialled=DIALLED, region=st.sampled_from(REGIONS))
def test_route_when_a_trunk_calls_reaches_numbers_with_a_flow_only(dialled: str, region: str) -> None:
    plan = a_plan(region)
    found = route(plan, dialled, from_trunk=True)
    assert isinstance(found, ToFlow | Unroutable)
    if isinstance(found, ToFlow):
        assert plan.numbers[found.number] == found.flow


@given(dialled=DIALLED, region=st.sampled_from(REGIONS), from_trunk=st.booleans(), trunks=st.booleans())
def test_route_when_given_anything_never_raises_and_leads_to_what_the_plan_knows(
    dialled: str, region: str, from_trunk: bool, trunks: bool
) -> None:
    plan = a_plan(region, trunks=trunks)
    found = route(plan, dialled, from_trunk=from_trunk)
    if isinstance(found, ToExtension):
        assert plan.extensions[found.extension] == found.agent
    elif isinstance(found, ToOutside):
        assert plan.trunks
        assert e164(dialled, region) == found.number
    elif isinstance(found, Unroutable):
        assert 400 <= found.sip_status < 700
        assert found.why


@pytest.mark.parametrize("dialled", sorted(EMERGENCY))
@pytest.mark.parametrize("from_trunk", [True, False])
def test_route_when_an_emergency_number_is_dialled_never_calls_a_number_it_might_pass_for(
    dialled: str, from_trunk: bool
) -> None:
    """In some countries (KR, DE, AT) three digits are a possible local number: 119 would go out as +82119."""
    assert any(e164(dialled, region) for region in REGIONS)
    for region in REGIONS:
        assert isinstance(route(a_plan(region), dialled, from_trunk=from_trunk), Unroutable)


def test_route_when_an_intercom_or_a_page_is_dialled_is_a_call_and_no_flow() -> None:
    codes = {
        code: FeaturePlan(name=name, flow=FlowId("feature"), takes=Takes.EXTENSION)
        for code, name in (("*70", "intercom"), ("*71", "page"), ("*41", "unpark"))
    }
    plan = DialPlan(
        extensions={Extension("101"): AgentId("kim")},
        features=codes,
        groups={"desk": GroupPlan(group="desk", number="250", members=("101",))},
        orbits=("701",),
    )
    assert route(plan, "*70101", from_trunk=False) == ToIntercom(extension=Extension("101"), agent=AgentId("kim"))
    assert route(plan, "*71250", from_trunk=False) == ToPage(group="desk")
    assert route(plan, "250", from_trunk=False) == ToGroup(group="desk")
    found = route(plan, "701", from_trunk=False)
    assert isinstance(found, ToFeature)
    assert (found.code, found.argument) == ("*41", "701")
    for nobody in ("*70", "*70102", "*71251", "*71101"):
        assert isinstance(route(plan, nobody, from_trunk=False), Unroutable)
    assert isinstance(route(plan, "*70101", from_trunk=True), Unroutable)
