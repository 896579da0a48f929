"""tus headers: what is written can be read, and nothing else can."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.cloud import tus
from appliance.cloud.errors import MalformedError

KEYS = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz_-0123456789"), min_size=1, max_size=20)


@given(pairs=st.dictionaries(KEYS, st.text(max_size=50), max_size=5))
def test_metadata_when_written_then_it_reads_the_same(pairs: dict[str, str]) -> None:
    assert tus.read_metadata(tus.write_metadata(pairs)) == pairs


@pytest.mark.parametrize("text", ["recording !!", "a YQ==,a YQ==", "a\tb YQ==", "a /w==", "x " + "A" * 5000])
def test_metadata_when_malformed_then_it_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        tus.read_metadata(text)


def test_metadata_when_a_key_has_no_value_then_it_is_empty() -> None:
    assert tus.read_metadata("is_confidential") == {"is_confidential": ""}


@given(data=st.binary(max_size=200), other=st.binary(max_size=200))
def test_checksum_when_compared_then_only_its_own_data_fits(data: bytes, other: bytes) -> None:
    assert tus.checksum_holds(tus.write_checksum(data), data)
    assert tus.checksum_holds(tus.write_checksum(data), other) == (data == other)


@pytest.mark.parametrize("text", ["md5 AAAA", "sha256 !", ""])
def test_checksum_when_of_another_kind_then_it_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        tus.checksum_holds(text, b"")


@pytest.mark.parametrize("text", [None, "", "-1", "+1", "01", "1.0", "1e3", "９", "9" * 16, " 1"])
def test_number_when_none_then_it_is_refused(text: str | None) -> None:
    with pytest.raises(MalformedError):
        tus.read_number(tus.OFFSET, text)
