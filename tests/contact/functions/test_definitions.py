"""The published definitions, and the file of secret headers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.contact.functions.definitions import (
    AnyFunction,
    CommandFunction,
    HttpFunction,
    TableFunction,
    encode_definitions,
    parse_headers,
    read_definitions,
)

FUNCTIONS: tuple[AnyFunction, ...] = (
    HttpFunction(name="crm", url="https://127.0.0.1/", headers={"A": "b"}, headers_file="/x", cache_max_age_s=5.0),
    CommandFunction(name="holiday", argv=("/bin/true", "-x"), cache_for="everyone", tries=1),
    TableFunction(name="vip", file="/x.db", table="t", column="c", parameter="p", default={"a": "b"}),
)


def test_definitions_when_written_then_read_back_equal(tmp_path: Path) -> None:
    file = tmp_path / "functions.json"
    file.write_bytes(encode_definitions(FUNCTIONS))
    assert read_definitions(file) == FUNCTIONS


def test_headers_when_lines_are_good_then_each_is_one() -> None:
    text = "# secrets\n\nAuthorization: Bearer a:b \nX-Api-Key:k\n"
    assert parse_headers(text) == {"Authorization": "Bearer a:b", "X-Api-Key": "k"}


@pytest.mark.parametrize(
    "line", ["s3cret", "A b: s3cret", "A: s3cr\u00e9t", "A: s3cret\x00", ": s3cret", "A: s3\x0bcret"]
)
def test_headers_when_a_line_is_bad_then_its_number_is_told_and_not_its_content(line: str) -> None:
    with pytest.raises(ValueError, match=r"line [23] is no header") as caught:
        parse_headers("Good: 1\n" + line)
    assert "s3c" not in str(caught.value)


@given(st.text())
def test_headers_whatever_the_file_holds_then_no_header_can_break_a_request(text: str) -> None:
    try:
        headers = parse_headers(text)
    except ValueError:
        return
    for name, value in headers.items():
        assert name.isascii() and not set(name) & set(" :\r\n\t")
        assert value.isascii() and value.isprintable()
