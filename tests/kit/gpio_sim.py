"""The kernel's gpio-sim as a chip of pins: made through configfs, driven through sysfs, read by gpiozero's lgpio.

Only where the module is loaded (in the guest of `bootstrap.sh test-devices`); elsewhere `available` says no.
"""

from __future__ import annotations

import atexit
import functools
import os
from pathlib import Path
from typing import Any

CONFIG = Path("/sys/kernel/config/gpio-sim")
LINES = 54
PI_4B = 0xC03111  # a board revision: gpiozero knows pins by board


def available() -> bool:
    """Whether tests can have a chip; where LINEKEEPER_DEVICES=required there must be one."""
    there = CONFIG.is_dir()
    assert there or os.environ.get("LINEKEEPER_DEVICES") != "required", "gpio-sim is required and isn't loaded"
    return there


class GpioSim:
    """One chip of 54 pins. name: such as gpiochip0; `factory`: for gpiozero."""

    def __init__(self) -> None:
        from gpiozero.pins.lgpio import LGPIOFactory

        self._config = config = CONFIG / f"box{os.getpid()}"
        bank = config / "bank0"
        bank.mkdir(parents=True)
        (bank / "num_lines").write_text(str(LINES))
        (bank / "label").write_text("pinctrl-bcm2711")
        (config / "live").write_text("1")
        self.name = (bank / "chip_name").read_text().strip()
        self._pins = Path("/sys/devices/platform") / (config / "dev_name").read_text().strip() / self.name
        factory: Any = type("Factory", (LGPIOFactory,), {"_get_revision": lambda _factory: PI_4B})
        self.factory: Any = factory(chip=int(self.name.removeprefix("gpiochip")))

    def close(self) -> None:
        """The next process has its chip under the same name."""
        self.factory.close()
        (self._config / "live").write_text("0")
        (self._config / "bank0").rmdir()
        self._config.rmdir()

    def drive(self, gpio: int, high: bool) -> None:
        """From outside."""
        (self._pins / f"sim_gpio{gpio}" / "pull").write_text("pull-up" if high else "pull-down")

    def state(self, gpio: int) -> bool:
        """What the pin's level is, as seen from outside."""
        return (self._pins / f"sim_gpio{gpio}" / "value").read_text().strip() == "1"


@functools.cache
def chip() -> GpioSim:
    """The one chip of this process, as a box has one: lgpio loses edges of a chip that is opened a second time. It goes
    with the process."""
    made = GpioSim()
    atexit.register(made.close)
    return made
