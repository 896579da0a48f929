"""Input reports as values, output reports with every bit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from kit.hid import FLASH, HOOK, LAMP_OFF_HOOK, LAMP_RING, REJECT, headset, keypad

from hw.headset import usages as u
from hw.headset.descriptor import parse_descriptor
from hw.headset.reports import OutputReports, read_report

LAYOUT, KEYPAD = parse_descriptor(headset()), parse_descriptor(keypad())


def test_report_when_hook_and_flash_are_set_then_these_two() -> None:
    found = read_report(LAYOUT, bytes([8, HOOK | FLASH]))
    assert {usage for usage, value in found.items() if value} == {u.HOOK_SWITCH, u.FLASH}
    assert read_report(LAYOUT, bytes([8, REJECT]))[u.REJECT] == 1


def test_report_when_short_or_of_another_id_then_says_nothing() -> None:
    for data in (b"", b"\x08", b"\x07\x01", b"\x09\x01"):
        assert read_report(LAYOUT, data) == {}


def test_report_when_an_array_names_a_key_then_only_that_is_pressed() -> None:
    third = u.usage(u.TELEPHONY, 0xB2)
    found = read_report(KEYPAD, bytes([3, 0b11]))
    assert [usage for usage, value in found.items() if value == 1] == [third]
    assert found[u.usage(0x0C, 0xE0)] == -1
    assert read_report(KEYPAD, bytes([0, 0b01]))[third] == 0


def test_lamps_when_set_one_by_one_then_each_report_carries_all() -> None:
    lamps = OutputReports(LAYOUT)
    assert lamps.set({u.LED_RING: True}) == [bytes([9, LAMP_RING])]
    assert lamps.set({u.LED_RING: True}) == []
    assert lamps.set({u.LED_OFF_HOOK: True}) == [bytes([9, LAMP_RING | LAMP_OFF_HOOK])]
    assert lamps.set({u.LED_RING: False}) == [bytes([9, LAMP_OFF_HOOK])]
    assert lamps.everything() == [bytes([9, LAMP_OFF_HOOK])]


def test_lamps_when_the_device_has_none_then_passed_over() -> None:
    lamps = OutputReports(KEYPAD)
    assert not lamps.has(u.LED_RING)
    assert lamps.set({u.LED_RING: True}) == []


@given(st.binary(max_size=20))
def test_report_when_any_bytes_then_values_in_range(data: bytes) -> None:
    for layout in (LAYOUT, KEYPAD):
        for usage, value in read_report(layout, data).items():
            assert value in (-2, -1, 0, 1), hex(usage)
