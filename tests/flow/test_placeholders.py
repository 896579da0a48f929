"""Placeholders of templates."""

from __future__ import annotations

from appliance.flow.placeholders import fill, placeholders


def test_placeholders_when_listed_then_each_once_in_order():
    value = {"a": ["${Y} and {{x}}", {"b": "${Y}", "c": 3}], "d": "%Z% 5% of 10%", "e": "$.Attributes.a"}
    assert placeholders(value) == ["${Y}", "{{x}}", "%Z%"]


def test_fill_when_values_are_known_then_only_those_are_replaced():
    value = {"a": ["${Y}/{{x}}", 3, None], "b": "${Z}"}
    assert fill(value, {"${Y}": "1", "{{x}}": "2"}) == {"a": ["1/2", 3, None], "b": "${Z}"}
    assert value["a"][0] == "${Y}/{{x}}"
