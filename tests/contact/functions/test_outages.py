"""When a function counts as out of reach."""

from __future__ import annotations

from appliance.contact.functions.outages import RETRY_S, Outages


def test_function_when_it_failed_then_down_until_it_works_or_time_has_passed() -> None:
    outages = Outages()
    assert not outages.is_down("f", 100.0)
    outages.failed("f", 100.0)
    assert outages.is_down("f", 100.0 + RETRY_S - 0.1)
    assert not outages.is_down("f", 100.0 + RETRY_S)
    assert not outages.is_down("g", 100.0)
    outages.worked("f")
    assert not outages.is_down("f", 100.0)
    outages.worked("never failed")


def test_probe_when_one_is_under_way_then_no_second_begins() -> None:
    outages = Outages()
    assert outages.begin_probe("f")
    assert not outages.begin_probe("f")
    assert outages.begin_probe("g")
    outages.end_probe("f")
    assert outages.begin_probe("f")
