"""Report descriptors: what real ones say, and that no bytes make the parser do anything but answer or refuse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.hid import APPLICATION, END, INPUT, VARIABLE, headset, item, keypad, main, page, report, shape, span
from kit.hid import usage as one

from hw.headset.descriptor import MOST_BYTES, DescriptorError, Kind, parse_descriptor
from hw.headset.usages import FLASH, HEADSET, HOOK_SWITCH, LED_HOLD, LED_RING, PHONE_MUTE, REDIAL, REJECT, usage


def test_headset_when_parsed_then_each_button_and_lamp_is_at_its_bit() -> None:
    layout = parse_descriptor(headset())
    assert layout.numbered
    assert layout.sizes == {(Kind.INPUT, 8): 8, (Kind.OUTPUT, 9): 8}
    offsets = {field.usages[0]: field.offset for field in layout.fields if field.kind is Kind.INPUT}
    assert offsets == {HOOK_SWITCH: 0, PHONE_MUTE: 1, FLASH: 2, REDIAL: 3, REJECT: 4}
    assert {field.application for field in layout.fields} == {HEADSET}
    ring, hold = layout.find(Kind.OUTPUT, LED_RING), layout.find(Kind.OUTPUT, LED_HOLD)
    assert ring is not None and hold is not None
    assert (ring.report_id, ring.offset, hold.offset) == (9, 2, 3)
    assert layout.find(Kind.INPUT, LED_RING) is None


def test_headset_when_its_buttons_are_presses_then_their_flags_say_so() -> None:
    layout = parse_descriptor(headset(toggling_hook=True, absolute_mute=True))
    hook, mute = layout.find(Kind.INPUT, HOOK_SWITCH), layout.find(Kind.INPUT, PHONE_MUTE)
    assert hook is not None and mute is not None
    assert (hook.relative, hook.no_preferred, mute.relative) == (True, True, False)


def test_keypad_when_parsed_then_an_array_and_a_signed_field() -> None:
    layout = parse_descriptor(keypad())
    keys, volume = layout.fields
    assert not layout.numbered
    assert (keys.array, keys.low, keys.high, len(keys.usages)) == (True, 1, 12, 12)
    assert keys.usages[0] == usage(0x0B, 0xB0)
    assert (volume.signed, volume.low, volume.high, volume.offset) == (True, -1, 1, 8)


def test_range_of_one_byte_maximum_when_minimum_is_not_negative_then_unsigned() -> None:
    layout = parse_descriptor(page(8) + one(1) + item(1, 1, 0) + item(2, 1, 255) + shape(8, 1) + main(INPUT, VARIABLE))
    assert layout.fields[0].high == 255


def test_usage_of_four_bytes_when_another_page_is_in_force_then_its_own() -> None:
    told = page(0x0C) + item(0, 2, 0x000B0020, 4) + span(0, 1) + shape(1, 1) + main(INPUT, VARIABLE)
    assert parse_descriptor(told).fields[0].usages == (HOOK_SWITCH,)


def test_more_fields_than_usages_when_parsed_then_the_last_one_repeats() -> None:
    layout = parse_descriptor(page(8) + one(1) + one(2) + span(0, 1) + shape(1, 4) + main(INPUT, VARIABLE))
    assert [field.usages[0] & 0xFFFF for field in layout.fields] == [1, 2, 2, 2]


def test_pushed_state_when_popped_then_in_force_again() -> None:
    told = page(8) + span(0, 1) + shape(1, 1) + item(10, 1) + page(0x0B) + shape(8, 3) + item(11, 1)
    (field,) = parse_descriptor(told + one(5) + main(INPUT, VARIABLE)).fields
    assert (field.usages[0], field.bits) == (usage(8, 5), 1)


@pytest.mark.parametrize(
    ("told", "fault", "offset"),
    [
        (b"\x75", "cut off", 0),
        (b"\xfe", "without its size", 0),
        (END, "never began", 0),
        (page(1) + APPLICATION, "never closed", 2),
        (APPLICATION * 40, "nest too deep", 64),
        (item(11, 1), "never pushed", 0),
        (report(8)[:1] + b"\x00", "report id 0", 0),
        (item(1, 2, 9) + item(2, 2, 3), "no range", 2),
        (item(1, 2, 0, 4) + item(2, 2, 0xFFFFFF, 4), "no range", 5),
        (item(7, 1, 32) + item(9, 1, 0xFFFF, 2) + main(INPUT, 0), "too many", 5),
        (bytes(MOST_BYTES + 1), "more than", MOST_BYTES),
    ],
)
def test_descriptor_when_broken_then_the_error_says_what_and_where(told: bytes, fault: str, offset: int) -> None:
    with pytest.raises(DescriptorError, match=fault) as raised:
        parse_descriptor(told)
    assert raised.value.offset == offset


@given(st.binary(max_size=300))
def test_descriptor_when_any_bytes_then_fields_inside_their_reports_or_refused(data: bytes) -> None:
    try:
        layout = parse_descriptor(data)
    except DescriptorError:
        return
    for field in layout.fields:
        assert field.offset + field.bits <= layout.sizes[field.kind, field.report_id]
        assert field.usages


@given(st.data())
def test_descriptor_when_a_real_one_is_damaged_then_still_nothing_but_fields_or_refusal(data: st.DataObject) -> None:
    told = bytearray(headset())
    for _ in range(data.draw(st.integers(1, 4))):
        told[data.draw(st.integers(0, len(told) - 1))] = data.draw(st.integers(0, 255))
    try:
        parse_descriptor(bytes(told))
    except DescriptorError as error:
        assert 0 <= error.offset <= len(told)
