"""Addresses of DAAs: read, written, refused."""

from __future__ import annotations

import pytest

from hw.daa.gpio_lines import GpioLines, found_at
from hw.daa.wiring import parse_wiring
from hw.errors import DeviceAbsentError


@pytest.mark.parametrize(
    "address",
    ["daa:ring=17,hook=27", "daa:ring=17!,hook=27,loop=22,polarity=23!,voltage=24,audio=CODEC"],
)
def test_wiring_when_read_and_written_then_the_same(address: str) -> None:
    assert str(parse_wiring(address)) == address


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("modem", "is no daa"),
        ("daa:ring=17", "ring and hook"),
        ("daa:ring=17,hook=17", "twice"),
        ("daa:ring=x,hook=27", "no pin"),
        ("daa:ring=17,hook=27,bell=3", "'bell' is no part"),
        ("daa:ring=17,hook=27,audio=a b", "no name of a sound card"),
    ],
)
def test_wiring_when_wrong_then_what_is_wrong(address: str, fault: str) -> None:
    with pytest.raises(DeviceAbsentError, match=fault):
        parse_wiring(address)


def test_find_when_wirings_are_named_then_those(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEKEEPER_DAAS", "daa:ring=17,hook=27; daa:ring=5,hook=6")
    assert list(GpioLines().find()) == [found_at("daa:ring=17,hook=27"), found_at("daa:ring=5,hook=6")]
