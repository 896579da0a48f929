"""Traits from the descriptor, corrected by quirks."""

from __future__ import annotations

from kit.hid import headset

from hw.headset.descriptor import parse_descriptor
from hw.headset.traits import QUIRKS, traits_of, vendor_name


def test_traits_when_the_descriptor_says_presses_then_toggles() -> None:
    assert not traits_of(parse_descriptor(headset())).hook_toggles
    assert traits_of(parse_descriptor(headset(toggling_hook=True))).hook_toggles
    assert traits_of(parse_descriptor(headset())).mute_toggles
    assert not traits_of(parse_descriptor(headset(absolute_mute=True))).mute_toggles


def test_traits_when_a_vendor_is_known_for_more_then_corrected() -> None:
    layout = parse_descriptor(headset())
    assert traits_of(layout, 0x0B0E).hook_rejects
    assert not traits_of(layout, 0x047F).hook_rejects
    assert not traits_of(layout, 0x18D1).mute_toggles
    assert (vendor_name(0x0B0E), vendor_name(0x1234)) == ("Jabra", "")


def test_quirks_when_listed_then_each_names_where_it_was_seen() -> None:
    assert all(quirk.seen_on for quirk in QUIRKS)
