"""Which sound card is meant: by its id, by its name, or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from hw.audio.cards import card_named
from hw.errors import DeviceAbsentError

TWO = """\
 0 [vc4hdmi        ]: vc4-hdmi - vc4-hdmi
                      vc4-hdmi
 2 [CODEC          ]: USB-Audio - USB AUDIO  CODEC
                      BurrBrown from Texas Instruments USB AUDIO  CODEC at usb-0000:01:00.0-1.3, full speed
"""


@pytest.fixture
def there(tmp_path: Path) -> Path:
    file = tmp_path / "cards"
    file.write_text(TWO)
    return file


@pytest.mark.parametrize("name", ["CODEC", "USB AUDIO", "USB-Audio"])
def test_card_when_named_then_its_id_and_the_file_by_which_its_holder_is_found(there: Path, name: str) -> None:
    card = card_named(name, there)
    assert (card.id, card.capture_file) == ("CODEC", "/dev/snd/pcmC2D0c")


def test_card_when_there_is_none_of_that_name_then_those_that_are_there(there: Path) -> None:
    with pytest.raises(DeviceAbsentError, match=r"no sound card 'headset'; there is: vc4hdmi \(vc4-hdmi - vc4-hdmi\),"):
        card_named("headset", there)


def test_card_when_the_machine_has_no_sound_then_none(tmp_path: Path) -> None:
    with pytest.raises(DeviceAbsentError, match="there is: none"):
        card_named("CODEC", tmp_path / "cards")
