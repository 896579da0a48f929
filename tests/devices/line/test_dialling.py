"""Numbers as an exchange wants to hear them."""

from __future__ import annotations

import pytest

from appliance.devices.line.dialling import keys_for


@pytest.mark.parametrize(
    ("number", "country", "prefix", "keys"),
    [
        ("+12125559999", "US", "", "12125559999"),
        ("+8225550100", "KR", "", "025550100"),
        ("+821012345678", "KR", "", "01012345678"),
        ("+442079460000", "GB", "", "02079460000"),
        ("+442079460000", "US", "", "011442079460000"),
        ("+4930123456", "DE", "0,", "0,030123456"),
        ("119", "KR", "", "119"),
        ("*72", "US", "9,", "9,*72"),
        ("+", "US", "", ""),
    ],
)
def test_number_when_dialled_then_as_the_country_does(number: str, country: str, prefix: str, keys: str) -> None:
    assert keys_for(number, country=country, prefix=prefix) == keys
