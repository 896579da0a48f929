"""Codes of RFC 6238's own test vectors open once, and half a minute to either side."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.console.people import totp

SECRET = base64.b32encode(b"12345678901234567890").decode()  # RFC 6238 Appendix B
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
]


@pytest.mark.parametrize(("wall_s", "code"), VECTORS)
def test_code_when_of_the_standard_s_vectors_then_its_step(wall_s: int, code: str) -> None:
    assert totp.step_of(code, secret=SECRET, wall_s=wall_s, after_step=0) == wall_s // 30


@pytest.mark.parametrize("offset_s", [-30, 0, 30])
def test_code_when_the_phone_s_clock_is_a_little_off_then_taken(offset_s: int) -> None:
    assert totp.step_of("050471", secret=SECRET, wall_s=1111111111 + offset_s, after_step=0) == 1111111111 // 30


@pytest.mark.parametrize("offset_s", [-90, -60, 60, 90])
def test_code_when_old_or_of_later_then_refused(offset_s: int) -> None:
    assert totp.step_of("050471", secret=SECRET, wall_s=1111111111 + offset_s, after_step=0) is None


def test_code_when_used_already_then_refused_and_the_one_before_too() -> None:
    step = 1111111111 // 30
    assert totp.step_of("050471", secret=SECRET, wall_s=1111111111, after_step=step) is None
    assert totp.step_of("081804", secret=SECRET, wall_s=1111111111, after_step=step) is None


@given(st.text(max_size=12))
def test_code_when_no_six_digits_of_now_then_refused(typed: str) -> None:
    step = totp.step_of(typed, secret=SECRET, wall_s=59.0, after_step=-1)
    assert (step is not None) == ("".join(typed.split()) in {"755224", "287082", "359152"})


def test_address_when_shown_then_an_authenticator_knows_it() -> None:
    address = totp.address(SECRET, name="kim", host="console.example")
    assert address.startswith("otpauth://totp/Linekeeper:kim%40console.example?secret=" + SECRET)
