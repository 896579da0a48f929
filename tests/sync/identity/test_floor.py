"""A clock that says 1970 doesn't stop TLS, and doesn't bring an ended certificate back to life."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from sync.identities import give_identity

from appliance.sync.identity.floor import BUILT_S, floor_of, has_ended, surely_s


def test_floor_when_nothing_is_known_then_the_build() -> None:
    assert floor_of(0.0) == BUILT_S
    assert datetime.datetime.fromtimestamp(BUILT_S, datetime.UTC).year == 2026


def test_floor_when_the_console_told_a_later_time_then_that() -> None:
    assert floor_of(BUILT_S + 5) == BUILT_S + 5


@pytest.mark.parametrize(("wall_s", "found"), [(0.0, BUILT_S), (BUILT_S + 9, BUILT_S + 9)])
def test_time_when_the_clock_is_behind_then_the_floor(wall_s: float, found: float) -> None:
    assert surely_s(wall_s, BUILT_S) == found


def test_certificate_when_its_end_has_surely_passed_then_ended(tmp_path: Path) -> None:
    certificate = give_identity(tmp_path, "b1", "https://c").certificate
    began, ends = (one.timestamp() for one in (certificate.not_valid_before_utc, certificate.not_valid_after_utc))
    assert floor_of(0.0, certificate) == began
    assert not has_ended(certificate, ends)
    assert has_ended(certificate, ends + 1)
