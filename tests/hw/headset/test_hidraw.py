"""Headsets in sysfs: which ones are found, what is told of them, and who may open them."""

from __future__ import annotations

import os
import tty
from pathlib import Path

import pytest
from kit import hid
from kit.headset_bench import DESCRIPTOR, UEVENT, plugged

from hw.devices import Found, Kind
from hw.errors import DeviceAbsentError, DeviceBusyError, DeviceError, DriverError
from hw.headset.hidraw import HidrawHeadsets

MOUSE = bytes.fromhex(
    "05010902a1010901a1000509190129031500250195037501810295017505810105010930093181257f750895028106c0c0"
)


@pytest.fixture
def backend(tmp_path: Path) -> HidrawHeadsets:
    plugged(tmp_path, 0, MOUSE, "HID_ID=0003:0000046D:0000C077\nHID_NAME=Mouse\n")
    plugged(tmp_path, 1, DESCRIPTOR)
    plugged(tmp_path, 2, b"\xa1", "HID_NAME=Damaged\n")
    plugged(tmp_path, 3, hid.headset(toggling_hook=True), "HID_NAME=\n")
    (tmp_path / "sys" / "hidraw4").mkdir()
    return HidrawHeadsets(tmp_path / "sys", tmp_path)


def test_find_when_a_mouse_and_a_damaged_device_are_there_too_then_just_the_headsets(
    backend: HidrawHeadsets, tmp_path: Path
) -> None:
    assert backend.find() == [
        Found(
            kind=Kind.HEADSET,
            driver="hidraw",
            address=str(tmp_path / "hidraw1"),
            name="Bench Headset",
            vendor=0x1395,
            product=1,
            serial="LK0001",
            stable="headset:1395:0001:LK0001",
        ),
        Found(kind=Kind.HEADSET, driver="hidraw", address=str(tmp_path / "hidraw3"), name="headset"),
    ]
    assert "HID_UNIQ" in UEVENT


def test_probe_when_it_can_be_opened_then_buttons_lamps_and_manners(backend: HidrawHeadsets, tmp_path: Path) -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    (tmp_path / "hidraw3").symlink_to(os.ttyname(slave))
    probed = backend.probe(backend.find()[1])
    assert probed.facts == {
        "maker": "unknown",
        "buttons": "hook switch, flash, redial, mute, reject",
        "lamps": "mute lamp, off-hook lamp, ring lamp, hold lamp",
        "hook": "a press",
        "mute": "a press",
        "sound": "none",
    }
    assert list(probed.remarks) == []
    os.close(slave)
    os.close(master)


def test_open_when_somebody_has_it_then_busy_and_by_whom(backend: HidrawHeadsets, tmp_path: Path) -> None:
    (tmp_path / "hidraw1").touch()
    found = backend.find()[0]
    port = backend.open(found)
    with pytest.raises(DeviceBusyError, match=r"hidraw1 is in use by this process"):
        backend.open(found)
    port.close()
    port.close()
    backend.open(found).close()


def test_open_when_it_has_no_file_or_is_gone_then_said(backend: HidrawHeadsets, tmp_path: Path) -> None:
    found = backend.find()[0]
    with pytest.raises(DeviceAbsentError, match=r"hidraw1 isn't there; `python -m hw` lists"):
        backend.open(found)
    (tmp_path / "hidraw1").mkdir()
    with pytest.raises(DeviceError, match=r"can't be opened"):
        backend.open(found)
    (tmp_path / "sys" / "hidraw1" / "device" / "report_descriptor").unlink()
    with pytest.raises(DeviceAbsentError):
        backend.open(found)


def test_check_when_the_kernel_has_no_hidraw_then_said(tmp_path: Path) -> None:
    backend = HidrawHeadsets(tmp_path / "none", tmp_path)
    with pytest.raises(DriverError, match=r"the kernel lacks hidraw"):
        backend.check()
    assert backend.find() == []
