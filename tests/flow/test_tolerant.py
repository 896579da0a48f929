"""Almost-JSON and JSON inside other texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.flow.tolerant import decode_text, embedded, loads, repaired


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, 2,], }', {"a": [1, 2]}),
        ('{"a": 1, // one\n "b": 2 /* two */}', {"a": 1, "b": 2}),
        ('{"a": ${x.y}, "b": {{z}}}', {"a": "${x.y}", "b": "{{z}}"}),
        ('{"a": "line\nbreak\ttab"}', {"a": "line\nbreak\ttab"}),
        ('{"a": "${f("x")}"}', {"a": '${f("x")}'}),
        ('{"a": "1,]"}', {"a": "1,]"}),
        ("[%A%, %%B%%, <<C>>, $${D}]", ["%A%", "%%B%%", "<<C>>", "$${D}"]),
    ],
)
def test_loads_when_text_is_almost_json_then_its_value(text, value):
    assert loads(text) == value


@pytest.mark.parametrize("text", ["", "{", "nonsense", '{"a"}', '"open'])
def test_loads_when_there_is_nothing_to_save_then_value_error(text):
    with pytest.raises(ValueError, match="no JSON value"):
        loads(text)


def test_repaired_when_json_is_exact_then_means_the_same():
    text = '{"a": "b // no comment", "c": ["#", "\\"{{q}}\\""]}'
    assert loads(repaired(text)) == loads(text)


def test_embedded_when_text_holds_objects_then_each_with_the_mark():
    text = 'x = {"no": 1}; y = {"deep": {"StartAction": "a", "t": "}"}} z {"modules": []}'
    assert embedded(text) == [{"StartAction": "a", "t": "}"}, {"modules": []}]


def test_decode_when_bytes_are_in_any_encoding_then_text():
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert decode_text("안녕".encode(encoding)) == "안녕"
    assert decode_text(b"caf\xe9") == "café"
    assert decode_text(b"\xff\xfe\x00")


@given(st.text(alphabet=st.sampled_from('{}[]",:\\/*#%$<> \nabStartAction"modules'), max_size=80))
def test_readers_when_given_any_text_then_value_or_value_error(text):
    assert isinstance(embedded(text), list)
    try:
        loads(text)
    except ValueError as error:
        assert str(error)
