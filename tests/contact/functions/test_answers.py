"""What counts as an answer: flat texts or JSON within limits, and nothing else, whatever bytes come."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.contact.functions.answers import DEEPEST, MOST_BYTES, MOST_RAW_BYTES, read_answer
from appliance.contact.functions.faults import FunctionError
from appliance.contact.functions.messages import Answered, decode_answered, encode_line

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
DOCUMENTS = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


def failure(raw: bytes, response_type: str = "JSON") -> str:
    with pytest.raises(FunctionError) as caught:
        read_answer(raw, response_type)
    assert not caught.value.again
    return str(caught.value)


def test_string_map_when_values_are_numbers_or_booleans_then_json_spells_them() -> None:
    raw = b'{"a": "x", "n": 3, "f": 2.5, "t": true, "nothing": null}'
    assert read_answer(raw, "STRING_MAP") == {"a": "x", "n": "3", "f": "2.5", "t": "true", "nothing": ""}


@pytest.mark.parametrize("value", [[], {}, [1], {"b": "c"}])
def test_string_map_when_a_value_is_no_scalar_then_failure(value: object) -> None:
    assert failure(json.dumps({"a": value}).encode(), "STRING_MAP").startswith("the answer is no flat map of texts")


def test_json_when_nested_then_kept_as_it_is() -> None:
    value = {"a": {"b": [1, {"c": None}]}, "n": 3}
    assert read_answer(json.dumps(value).encode(), "JSON") == value


@pytest.mark.parametrize(
    "raw", [b"", b"null", b"[]", b'"text"', b"5", b"<html>", b"{", b"\xff\xfe", b'{"a":1}{}', b"NaN"]
)
def test_answer_when_no_json_object_then_failure(raw: bytes) -> None:
    assert failure(raw) in ("the answer is no JSON", "the answer is no JSON object")
    assert failure(raw, "STRING_MAP") in ("the answer is no JSON", "the answer is no JSON object")


def test_answer_when_at_the_limit_then_taken_and_one_byte_more_not() -> None:
    text = "x" * (MOST_BYTES - len(b'{"a":""}'))
    assert read_answer(json.dumps({"a": text}).encode(), "STRING_MAP") == {"a": text}
    assert failure(json.dumps({"a": text + "x"}).encode(), "STRING_MAP") == "the answer exceeds 32768 bytes"


def test_answer_when_indented_then_blanks_do_not_count() -> None:
    value = {"a": "x" * (MOST_BYTES - 100)}
    assert read_answer(b" " * MOST_BYTES + json.dumps(value).encode(), "JSON") == value
    assert failure(b" " * MOST_RAW_BYTES + b"{}") == "the answer exceeds 32768 bytes"


@pytest.mark.parametrize("depth", [DEEPEST + 1, 500, 20_000])
def test_answer_when_nested_too_deep_then_failure(depth: int) -> None:
    raw = b'{"a":' * depth + b"1" + b"}" * depth
    assert failure(raw) in (f"the answer is nested deeper than {DEEPEST} levels", "the answer is no JSON")


@given(st.binary(max_size=300) | st.builds(lambda value: json.dumps(value).encode(), DOCUMENTS))
def test_answer_whatever_comes_then_an_object_or_our_error(raw: bytes) -> None:
    for response_type in ("STRING_MAP", "JSON"):
        try:
            answer = read_answer(raw, response_type)
        except FunctionError:
            continue
        assert len(msgspec.json.encode(answer)) <= MOST_BYTES
        if response_type == "STRING_MAP":
            assert all(isinstance(value, str) for value in answer.values())


@given(st.dictionaries(st.text(), DOCUMENTS))
def test_answer_when_good_json_then_nothing_is_lost_on_the_way_to_the_flow(value: dict[str, Any]) -> None:
    try:
        answer = read_answer(json.dumps(value).encode(), "JSON")
    except FunctionError:
        return  # numbers that no JSON reader of ours takes, or too large
    line = encode_line(Answered(id=1, result=answer))
    assert line.endswith(b"\n")
    assert b"\n" not in line[:-1]
    assert decode_answered(line[:-1]).result == answer
