"""Which sound card belongs to a headset: both hang at the same USB device. Reads sysfs; opens nothing."""

from __future__ import annotations

from pathlib import Path

from hw.errors import DeviceAbsentError

SYS = Path("/sys/class/hidraw")


def card_of(node: Path) -> str:
    """The ALSA id (such as `Headset`) of the card of the same USB device as the hidraw entry `node` of sysfs.

    Raises DeviceAbsentError where the device has no sound card (a speakerphone's separate dongle, a handset cradle).
    """
    device = usb_device(node)
    cards = sorted(device.glob("*/sound/card*/id")) if device is not None else []
    for file in cards:
        if card := file.read_text(encoding="ascii", errors="replace").strip():
            return card
    raise DeviceAbsentError(f"{node.name} has no sound card of its own; plug in a headset with USB sound")


def capture_file(node: Path, dev: Path = Path("/dev")) -> str:
    """The device file of that card's microphone, "" for none: who has it open uses the sound."""
    device = usb_device(node)
    numbers = sorted(device.glob("*/sound/card*/pcmC*D0c")) if device is not None else []
    return str(dev / "snd" / numbers[0].name) if numbers else ""


def usb_device(node: Path) -> Path | None:
    """The USB device that `node` hangs at; None for one that hangs at another bus (Bluetooth, uhid)."""
    real = node.resolve()
    return next((folder for folder in real.parents if (folder / "idVendor").is_file()), None)
