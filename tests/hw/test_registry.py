"""Which driver is taken, and what becomes of those that are broken."""

from __future__ import annotations

import tomllib
import warnings
from collections.abc import Sequence
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from hw.devices import Found, Kind, Probed
from hw.errors import DeviceAbsentError, DriverError
from hw.headset.mock import MockHeadsets
from hw.line.mock import MockLines
from hw.registry import GROUP, DriverFallback, DriverStatus, Registry

ROOT = Path(__file__).parents[2]


class Good:
    """A headset driver with one device."""

    rank = 10

    def check(self) -> None:
        """It works."""

    def find(self) -> Sequence[Found]:
        return [Found(kind=Kind.HEADSET, driver="good", address="/dev/good", name="good", stable="/dev/by-id/good")]

    def probe(self, found: Found) -> Probed:
        return Probed(found=found)

    def open(self, found: Found) -> None:
        raise NotImplementedError

    def open_sound(self, found: Found, exchange: object) -> None:
        raise NotImplementedError


class Unfit(Good):
    """A better one, elsewhere."""

    rank = 1

    def check(self) -> None:
        raise DriverError("it needs a kernel that this machine hasn't")


class Broken:
    def __init__(self) -> None:
        raise OSError("libmissing.so: cannot open shared object file")


def point(name: str, backend: type | str) -> EntryPoint:
    value = backend if isinstance(backend, str) else f"{__name__}:{backend.__name__}"
    return EntryPoint(name=name, value=value, group=GROUP)


MOCK = EntryPoint(name="headset.mock", value="hw.headset.mock:MockHeadsets", group=GROUP)


def declared() -> list[EntryPoint]:
    """As pyproject.toml has them; the installed package may be an older one."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"][GROUP]
    return [EntryPoint(name=name, value=value, group=GROUP) for name, value in table.items()]


def test_drivers_when_declared_then_none_is_broken_and_every_kind_of_line_has_a_mock() -> None:
    registry = Registry(declared(), {})
    assert [str(driver) for driver in registry.drivers if driver.status is DriverStatus.BROKEN] == []
    named = {str(driver) for driver in registry.drivers}
    assert {"headset.mock", "modem.mock", "daa.mock"} <= named


def test_choice_when_mocks_are_wanted_then_mocks_everywhere() -> None:
    registry = Registry(declared(), {"LINEKEEPER_HW": "mock"})
    assert isinstance(registry.headsets(), MockHeadsets)
    assert isinstance(registry.lines(Kind.MODEM), MockLines)
    assert registry.lines(Kind.DAA).find()[0].kind is Kind.DAA
    assert {one.driver for one in registry.find()} == {"mock"}


def test_choice_when_the_environment_is_nonsense_then_said() -> None:
    with pytest.raises(DriverError, match=r"LINEKEEPER_HW is 'moc'; set it to 'mock' or not at all"):
        Registry([], {"LINEKEEPER_HW": "moc"})


def test_choice_when_nobody_wants_mocks_then_never_one() -> None:
    registry = Registry([MOCK], {})
    with pytest.raises(DriverError, match=r"no driver for a headset works here \(none is installed\)"):
        registry.headsets()
    assert registry.find() == []


def test_choice_when_a_better_driver_cannot_work_then_a_warning_names_both() -> None:
    registry = Registry([point("headset.good", Good), point("headset.unfit", Unfit), MOCK], {})
    with pytest.warns(DriverFallback, match=r"headset.unfit is unusable \(it needs a kernel.*headset.good is used"):
        backend = registry.headsets()
    assert type(backend).__name__ == "Good"


def test_choice_when_the_best_works_then_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert type(Registry([point("headset.good", Good)], {}).headsets()).__name__ == "Good"


def test_name_when_its_driver_cannot_work_then_an_error_and_no_fallback() -> None:
    registry = Registry([point("headset.good", Good), point("headset.unfit", Unfit)], {"LINEKEEPER_HW": "mock"})
    with pytest.raises(DriverError, match=r"driver headset.unfit is unusable: it needs a kernel"):
        registry.headsets("unfit")
    with pytest.raises(DriverError, match=r"no driver 'gud' for a headset; there is: unfit, good"):
        registry.headsets("gud")
    assert type(registry.headsets("good")).__name__ == "Good"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("hw.nowhere:Nothing", "ModuleNotFoundError"),
        ("hw.headset.mock:Nothing", "AttributeError"),
        ("hw.devices:Found", "TypeError"),
        ("builtins:list", "no backend"),
    ],
)
def test_driver_when_broken_then_reported_and_the_others_work(value: str, reason: str) -> None:
    registry = Registry([point("headset.bad", value), MOCK], {"LINEKEEPER_HW": "mock"})
    bad = next(driver for driver in registry.drivers if driver.name == "bad")
    assert bad.status is DriverStatus.BROKEN
    assert reason in bad.reason
    assert isinstance(registry.headsets(), MockHeadsets)
    with pytest.raises(DriverError, match=r"headset.bad is broken"):
        registry.headsets("bad")


def test_driver_when_its_library_is_missing_then_the_fallback_says_so() -> None:
    registry = Registry([point("headset.bad", Broken), point("headset.good", Good)], {})
    with pytest.warns(DriverFallback, match=r"libmissing"):
        registry.headsets()


def test_driver_when_of_an_unknown_kind_then_passed_over() -> None:
    assert Registry([point("teapot.good", Good)], {}).drivers == []


def test_device_when_asked_for_by_either_address_then_found() -> None:
    registry = Registry([point("headset.good", Good)], {})
    assert registry.found("/dev/good") == registry.found("/dev/by-id/good")
    with pytest.raises(DeviceAbsentError, match=r"no device /dev/bad; `python -m hw` lists"):
        registry.found("/dev/bad")
