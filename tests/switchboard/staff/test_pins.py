"""PINs: what may be one, and that a hash tells nothing else."""

from __future__ import annotations

import pytest

from appliance.errors import RequestError
from appliance.switchboard.staff.pins import checked_pin, hash_pin, is_pin, make_pin


@pytest.mark.parametrize("pin", ["123", "12345678901", "12a4", "1111", "1234", "9876", "", "１２４５"])
def test_pin_when_it_is_none_or_easy_then_is_refused_without_being_named(pin: str) -> None:
    with pytest.raises(RequestError) as caught:
        checked_pin(pin)
    assert not pin or pin not in str(caught.value)


def test_pin_when_hashed_then_only_itself_fits_and_no_two_hashes_are_alike() -> None:
    first, second = hash_pin("4711"), hash_pin("4711")
    assert first != second
    assert is_pin("4711", first)
    assert is_pin("4711", second)
    assert not is_pin("4712", first)
    assert "4711" not in first


def test_pin_when_none_was_set_then_nothing_fits() -> None:
    assert not is_pin("", "")
    assert not is_pin("4711", "")


def test_pin_when_made_then_may_be_one() -> None:
    assert checked_pin(make_pin())
