"""Which sound card is a headset's: both at one USB device, whatever else is plugged in."""

from __future__ import annotations

from pathlib import Path

import pytest

from hw.errors import DeviceAbsentError
from hw.headset.cards import capture_file, card_of, usb_device
from hw.headset.hidraw import HidrawHeadsets
from hw.headset.mock_headset import DESCRIPTOR


@pytest.fixture
def node(tmp_path: Path) -> Path:
    """A hub with a headset at 1-1.2 (card 3, Evolve) and a webcam at 1-1.3 (card 1)."""
    hub = tmp_path / "devices" / "usb1" / "1-1"
    for place, card, name in (("1-1.2", 3, "Evolve"), ("1-1.3", 1, "Webcam")):
        sound = hub / place / f"{place}:1.0" / "sound" / f"card{card}"
        (sound / f"pcmC{card}D0c").mkdir(parents=True)
        (sound / f"pcmC{card}D0p").mkdir()
        (sound / "id").write_text(f"{name}\n")
        (hub / place / "idVendor").write_text("0b0e\n")
    (hub / "idVendor").write_text("1d6b\n")
    hidraw = hub / "1-1.2" / "1-1.2:1.3" / "0003:0B0E:0305.0001" / "hidraw" / "hidraw0"
    hidraw.mkdir(parents=True)
    link = tmp_path / "class" / "hidraw0"
    link.parent.mkdir()
    link.symlink_to(hidraw)
    return link


def test_card_when_headset_has_one_then_its_own_and_nobody_elses(node: Path) -> None:
    assert card_of(node) == "Evolve"
    assert capture_file(node) == "/dev/snd/pcmC3D0c"


def test_headset_when_it_has_no_serial_number_then_its_socket_is_its_address(node: Path, tmp_path: Path) -> None:
    device = node.resolve() / "device"
    device.mkdir()
    (device / "report_descriptor").write_bytes(DESCRIPTOR)
    for told, stable in (
        ("HID_ID=0003:00000B0E:00000305\nHID_NAME=Evolve\n", "usb:1-1.2"),
        ("HID_ID=0003:00000B0E:00000305\nHID_UNIQ=A1\n", "headset:0b0e:0305:A1"),
    ):
        (device / "uevent").write_text(told)
        (found,) = HidrawHeadsets(tmp_path / "class", tmp_path).find()
        assert found.stable == stable


def test_card_when_the_device_is_no_usb_device_then_absent(tmp_path: Path) -> None:
    (tmp_path / "hidraw1").mkdir()
    assert usb_device(tmp_path / "hidraw1") is None
    assert capture_file(tmp_path / "hidraw1") == ""
    with pytest.raises(DeviceAbsentError, match="hidraw1 has no sound card of its own"):
        card_of(tmp_path / "hidraw1")
