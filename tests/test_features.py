"""The table of features: every row can work, and the dial plan finds its code."""

from __future__ import annotations

import string

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.dialplan import (
    DialPlan,
    FeaturePlan,
    GroupPlan,
    ToExtension,
    ToFeature,
    ToFlow,
    ToGroup,
    Unroutable,
    route,
)
from appliance.dialplan.routing import CALLS
from appliance.features import ASKING, FEATURES, GENERIC, Feature, Takes, box_functions
from appliance.flow.defaults import languages, sentences, system_documents
from appliance.flow.document import parse
from appliance.ids import AgentId, Extension, FlowId
from appliance.switchboard.desk.book import HANDLERS

PLAN = DialPlan(
    extensions={Extension("101"): None, Extension("71"): None},
    numbers={"*13": FlowId("own")},
    features={
        "*1": FeaturePlan(name="short", flow=GENERIC, takes=Takes.EXTENSION),
        "*11": FeaturePlan(name="long", flow=ASKING),
        "*2": FeaturePlan(name="number", flow=GENERIC, takes=Takes.NUMBER),
        "*13": FeaturePlan(name="hidden", flow=GENERIC),
        "71": FeaturePlan(name="digits", flow=GENERIC, takes=Takes.EXTENSION),
    },
)


def found(dialled: str) -> tuple[str, str]:
    destination = route(PLAN, dialled, from_trunk=False)
    assert isinstance(destination, ToFeature), destination
    assert dialled == destination.code + destination.argument
    return destination.feature.name, destination.argument


@pytest.mark.parametrize(
    ("dialled", "expected"),
    [
        ("*11", ("long", "")),
        ("*1", ("short", "")),
        ("*1201", ("short", "201")),
        ("*2+12025550123", ("number", "+12025550123")),
        ("*2*#9", ("number", "*#9")),
        ("7110", ("digits", "10")),
    ],
)
def test_code_when_dialled_inside_then_the_longest_one_counts(dialled: str, expected: tuple[str, str]) -> None:
    assert found(dialled) == expected


@pytest.mark.parametrize("dialled", ["*110", "*1*2", "*9"])
def test_code_when_followed_by_what_it_does_not_take_then_nobody_is_meant(dialled: str) -> None:
    assert isinstance(route(PLAN, dialled, from_trunk=False), Unroutable)


def test_code_when_it_is_an_extension_or_a_number_with_a_flow_then_these_are_reached() -> None:
    assert isinstance(route(PLAN, "71", from_trunk=False), ToExtension)
    assert isinstance(route(PLAN, "*13", from_trunk=False), ToFlow)


@given(st.sampled_from(sorted(PLAN.features)), st.text(string.digits + "*#+", max_size=6))
def test_code_when_dialled_from_a_trunk_then_is_never_reached(code: str, rest: str) -> None:
    assert not isinstance(route(PLAN, code + rest, from_trunk=True), ToFeature)


def test_agents_number_when_dialled_then_rings_where_the_agent_sits() -> None:
    desks = {Extension("1001"): Extension("105"), Extension("101"): Extension("105"), Extension("1002"): None}
    extensions = {Extension("101"): None, Extension("105"): AgentId("ann")}
    plan = DialPlan(extensions=extensions, desks=desks)
    there = ToExtension(extension=Extension("105"), agent=AgentId("ann"))
    assert [route(plan, number, from_trunk=False) for number in ("1001", "101", "105")] == [there] * 3
    group = GroupPlan(group="all", number="1003")
    crowded = msgspec.structs.replace(plan, groups={"all": group}, desks={Extension("1003"): Extension("105")})
    assert route(crowded, "1003", from_trunk=False) == ToGroup(group="all")
    absent = route(plan, "1002", from_trunk=False)
    assert isinstance(absent, Unroutable)
    assert absent.sip_status == 480
    assert isinstance(route(plan, "1001", from_trunk=True), Unroutable)


def test_table_when_read_then_names_and_codes_are_unique_and_everything_is_there() -> None:
    codes = [feature.code for feature in FEATURES if feature.code]
    assert len(set(codes)) == len(codes)
    assert len({feature.name for feature in FEATURES}) == len(FEATURES)
    flows = {name: parse(document, name=name) for name, document in system_documents().items()}
    for feature in FEATURES:
        handled = feature.operation in HANDLERS if feature.operation else feature.name in CALLS
        assert handled, f"feature {feature.name} has no handler in desk/book.py, and is no call"
        assert not feature.code or feature.flow in flows
        assert not feature.question or feature.question in sentences("en")
        assert (feature.flow == ASKING) <= bool(feature.question), f"feature {feature.name} asks without a question"


def test_handlers_when_listed_then_each_belongs_to_a_row() -> None:
    assert set(HANDLERS) == {feature.operation for feature in FEATURES if feature.operation}


@pytest.mark.parametrize("language", languages())
def test_sentences_when_translated_then_every_language_has_all_and_the_same_values(language: str) -> None:
    fields = {key: _fields(text) for key, text in sentences("en").items()}
    assert {key: _fields(text) for key, text in sentences(language).items()} == fields
    untranslated = {key for key, text in sentences(language).items() if text == sentences("en")[key]} - {
        "agent_whisper"
    }
    assert language == "en" or untranslated == set()


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_box_functions_when_rows_share_an_operation_then_the_first_counts() -> None:
    first, second = Feature(name="a", operation="x.y"), Feature(name="b", operation="x.y")
    assert box_functions((first, second, Feature(name="c"))) == {"linekeeper:x.y": first}
