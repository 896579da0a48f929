"""The errors this library raises on purpose; each says fault, value and remedy in one line.

HwError
├── DriverError      no driver of that name, or none that fits
├── DeviceError      a device that is absent, busy or gone
│   ├── DeviceAbsentError
│   ├── DeviceBusyError     names the holder
│   └── DeviceGoneError     unplugged while in use
├── ProfileError     a stored profile of a line that can't be read
├── CaptureError     a recording of a line that can't be read
└── SignalError      what a device sent can't be what it should be (a descriptor, a reply, a caller-id message)
    └── ChecksumError       a message that arrived damaged; nothing of it is believed
"""

from __future__ import annotations


class HwError(Exception):
    """Root of everything below `hw`."""


class DriverError(HwError):
    """No such driver, or none for this device."""


class DeviceError(HwError):
    """A device that can't be used now."""


class DeviceAbsentError(DeviceError):
    """Not plugged in, or under another name."""


class DeviceBusyError(DeviceError):
    """In use by `holder` (a process, a service)."""

    def __init__(self, device: str, holder: str) -> None:
        super().__init__(f"{device} is in use by {holder}; stop that first")
        self.device = device
        self.holder = holder


class DeviceGoneError(DeviceError):
    """Unplugged, or its driver gave up, while it was in use."""


class ProfileError(HwError):
    """A line's stored profile is no profile."""


class CaptureError(HwError):
    """A recording for the line doctor that is none."""


class SignalError(HwError):
    """Bytes or tones that make no sense."""


class ChecksumError(SignalError):
    """A message whose checksum is wrong: reported, never guessed at."""
