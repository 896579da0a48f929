"""The mock headset's own promises: a history, acknowledged lamps, one holder at a time."""

from __future__ import annotations

import pytest

from hw.errors import DeviceAbsentError, DeviceBusyError, DeviceGoneError
from hw.headset.interface import Headset
from hw.headset.mock import MockHeadsets
from hw.headset.mock_headset import MockHeadset
from hw.headset.usages import LED_OFF_HOOK, LED_RING


def test_history_when_lamps_change_then_times_and_lamps_in_order() -> None:
    mock = MockHeadset()
    headset = Headset(mock)
    headset.ringing()
    headset.talking()
    headset.idle()
    times = [at for at, _ in mock.history]
    assert times == sorted(times)
    assert [lamps for _, lamps in mock.history] == [set(), {LED_RING}, {LED_OFF_HOOK}, set()]
    headset.close()


def test_lamp_when_set_then_acknowledged_as_a_hook_that_means_nothing() -> None:
    mock = MockHeadset()
    with Headset(mock) as headset:
        headset.talking()
        assert headset.next_event(0.05) is None
        assert mock.receive() is None  # the acknowledgement was read


def test_report_when_of_any_bytes_then_no_crash() -> None:
    mock = MockHeadset()
    with Headset(mock) as headset:
        for report in (b"\x02", b"\xff\xff", b"\x03\x01", bytes(64)):
            mock.inject_report(report)
            assert headset.next_event(0.05) is None


def test_backend_when_a_headset_is_open_then_busy_until_closed() -> None:
    backend = MockHeadsets()
    found = backend.find()[0]
    port = backend.open(found)
    with pytest.raises(DeviceBusyError, match=r"mock:headset is in use by this process"):
        backend.open(found)
    port.close()
    port.close()
    with pytest.raises(DeviceGoneError, match=r"closed"):
        port.receive()
    backend.open(found).close()
    backend.plugged.clear()
    with pytest.raises(DeviceAbsentError, match=r"isn't plugged in"):
        backend.open(found)
