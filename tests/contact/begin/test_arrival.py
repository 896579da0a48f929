from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.contact.begin.arrival import caller, destination_of
from appliance.contact.services import FlowShelf, Published, build_library
from appliance.contact.sip.identity import name_addr
from appliance.contact.sip.invite import Invite
from appliance.dialplan import DialPlan, FlowPlan, ToExtension, ToFlow, ToOutside, Unroutable
from appliance.events import Endpoint
from appliance.flow.defaults import default_document
from appliance.flow.document import parse
from appliance.ids import AgentId, Extension, FlowId, TrunkId

# RFC 3261 §25.1: a quoted-string without escapes, then an addr-spec between angle brackets, and nothing after it
NAME_ADDR = re.compile(r'(?:"[^"\\\r\n\x00]*" )?<sip:[\w+.*#-]+@linekeeper>', re.ASCII)
NASTY = st.text(st.one_of(st.characters(), st.sampled_from('\r\n"\\<>@;:?&=, \x00\x7f%')), max_size=60)


def invite(caller: str = "2025550199", *, dialled: str = "101", source: str = "trunk:acme", name: str = "") -> Invite:
    return Invite(dialled=dialled, source=source, caller=caller, caller_name=name, headers={})


@given(address=NASTY, name=NASTY)
def test_name_addr_when_given_any_text_is_one_header_value_with_nothing_injected(address: str, name: str) -> None:
    made = name_addr(Endpoint(address=address, display_name=name), "linekeeper")
    assert NAME_ADDR.fullmatch(made), made
    assert "\r" not in made
    assert "\n" not in made


@pytest.mark.parametrize(
    ("address", "name", "made"),
    [
        ("+12025550199", "Ann Lee", '"Ann Lee" <sip:+12025550199@linekeeper>'),
        ("101", "", "<sip:101@linekeeper>"),
        ("", "", "<sip:anonymous@linekeeper>"),
        ("@@", "  ", "<sip:anonymous@linekeeper>"),
        ("101>\r\nRoute: <sip:evil", 'Ann"\r\nX: y', '"AnnX: y" <sip:101Routesipevil@linekeeper>'),
        ("kim.lee-1", "김", '"김" <sip:kim.lee-1@linekeeper>'),
    ],
)
def test_name_addr_when_given_a_caller_keeps_what_belongs_there(address: str, name: str, made: str) -> None:
    assert name_addr(Endpoint(address=address, display_name=name), "linekeeper") == made


def test_caller_when_it_is_a_number_is_e164() -> None:
    plan = DialPlan(region="US")
    assert caller(invite("(202) 555-0199", name="Ann"), plan) == Endpoint(address="+12025550199", display_name="Ann")


def test_caller_when_it_is_no_number_is_kept_as_it_is() -> None:
    plan = DialPlan(region="US")
    assert caller(invite("alice"), plan).address == "alice"
    assert caller(invite(""), plan).address == "anonymous"


def test_caller_when_an_extension_calls_is_the_extension_whatever_its_from_says() -> None:
    found = caller(invite("+12025550199", source="extension:101", name="Kim"), DialPlan())
    assert found == Endpoint(address="101", type="VOIP", display_name="Kim")


@given(NASTY)
def test_caller_when_given_any_text_never_raises(text: str) -> None:
    assert caller(invite(text), DialPlan(region="KR")).address


@pytest.fixture
def published(tmp_path: Path) -> Published:
    document = default_document("branch")
    flow = parse(document, name=FlowId("branch"))
    (tmp_path / f"{flow.sha256}.json").write_bytes(document)
    whole = FlowPlan(flow=FlowId("branch"), flow_type=str(flow.flow_type), sha256=flow.sha256)
    missing = FlowPlan(flow=FlowId("lost"), flow_type="CONTACT_FLOW", sha256="0" * 64)
    plan = DialPlan(
        extensions={Extension("101"): AgentId("kim")},
        numbers={"+12025550100": FlowId("branch"), "600": FlowId("lost"), "601": FlowId("never published")},
        flows={plan.flow: plan for plan in (whole, missing)},
        trunks=(TrunkId("acme"),),
    )
    return Published(plan=plan, library=build_library(plan, FlowShelf(tmp_path)))


def test_destination_when_the_number_has_a_flow_is_that_flow(published: Published) -> None:
    found = destination_of(published, invite(dialled="2025550100"))
    assert found == ToFlow(number="+12025550100", flow=FlowId("branch"))


@pytest.mark.parametrize("dialled", ["600", "601"])
def test_destination_when_the_flow_can_not_be_read_refuses_and_names_it(published: Published, dialled: str) -> None:
    found = destination_of(published, invite(dialled=dialled))
    assert isinstance(found, Unroutable)
    assert found.sip_status == 503
    assert f"flow {published.plan.numbers[dialled]} is not installed" in found.why


def test_destination_when_an_extension_dials_reaches_inside_and_outside(published: Published) -> None:
    inside = destination_of(published, invite(dialled="101", source="extension:102"))
    outside = destination_of(published, invite(dialled="4155550123", source="extension:102"))
    assert inside == ToExtension(extension=Extension("101"), agent=AgentId("kim"))
    assert outside == ToOutside(number="+14155550123")


@pytest.mark.parametrize("dialled", ["101", "4155550123"])
@pytest.mark.parametrize("source", ["trunk:acme", "trunk:unknown", "whatever"])
def test_destination_when_a_trunk_dials_reaches_neither_inside_nor_outside(
    published: Published, source: str, dialled: str
) -> None:
    found = destination_of(published, invite(dialled=dialled, source=source))
    assert isinstance(found, Unroutable)
    assert found.sip_status == 404
