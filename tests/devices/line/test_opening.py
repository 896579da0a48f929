"""Which device is a line's, and with which profile it is run."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.config.load import parse
from appliance.config.schema import Configuration
from appliance.devices.line.opening import found_of, line_of_device, open_line, profile_file, wanted
from appliance.errors import DevicesError
from hw.line.profile import PROFILES
from hw.line.profile_text import to_text
from hw.registry import Registry

LINE = '[[lines]]\nname = "front"\nkind = "{kind}"\nnumber = "2125550177"\nflow = "menu"\n'


def configuration(folder: Path, more: str = "", *, kind: str = "modem") -> Configuration:
    text = '[box]\nregion = "US"\ndata_dir = "data"\nrun_dir = "run"\n' + LINE.format(kind=kind) + more
    return parse(text, source="test", folder=folder)


@pytest.fixture
def mocks() -> Registry:
    return Registry(environment={"LINEKEEPER_HW": "mock"})


@pytest.mark.parametrize("kind", ["modem", "daa"])
@pytest.mark.parametrize("device", ["", 'device = "/dev/serial/by-id/usb-anything"\n'])
def test_device_when_all_are_mocks_then_the_mock_whatever_is_named(
    tmp_path: Path, mocks: Registry, kind: str, device: str
) -> None:
    made = configuration(tmp_path, device, kind=kind)
    with open_line(wanted(made, made.lines[0]), mocks) as line:
        assert line.found.driver == "mock"


def test_device_when_a_port_is_named_then_that_and_its_line_is_found_by_it(tmp_path: Path) -> None:
    master, slave = os.openpty()
    port, link = os.ttyname(slave), tmp_path / "by-another-name"
    link.symlink_to(port)
    made = configuration(tmp_path, f'device = "{port}"\n')
    registry = Registry(environment={})
    assert found_of(made.lines[0], registry).address == port
    assert line_of_device(made, str(link), registry) is made.lines[0]
    assert line_of_device(made, "/dev/null", registry) is None
    os.close(master)
    os.close(slave)


def test_device_when_it_is_not_there_then_the_line_is_named(tmp_path: Path) -> None:
    made = configuration(tmp_path, 'device = "24680246"\n')
    with pytest.raises(DevicesError, match=r"line front: no device 24680246"):
        found_of(made.lines[0], Registry(environment={}))


def test_profile_when_nothing_was_learned_then_the_countrys(tmp_path: Path) -> None:
    made = configuration(tmp_path, 'country = "GB"\nblind_dial = true\n')
    wish = wanted(made, made.lines[0])
    assert wish.profile == replace(PROFILES["GB"], blind_dial=True)
    assert not wish.learned


@pytest.mark.parametrize("own", [True, False])
def test_profile_when_learned_then_it_counts_for_that_country_only(tmp_path: Path, own: bool) -> None:
    made = configuration(tmp_path, "" if own else 'country = "DE"\n')
    learned = replace(PROFILES["US"], loop_drop_s=0.2)
    file = profile_file(made.box.data_dir, "front")
    file.parent.mkdir(parents=True)
    file.write_text(to_text(learned))
    wish = wanted(made, made.lines[0])
    assert (wish.profile, wish.learned) == ((learned, True) if own else (PROFILES["DE"], False))


def test_profile_when_it_cannot_be_read_then_which_file(tmp_path: Path) -> None:
    made = configuration(tmp_path)
    file = profile_file(made.box.data_dir, "front")
    file.parent.mkdir(parents=True)
    file.write_text("{")
    with pytest.raises(DevicesError, match=r"profile .*front.json of line front can't be used"):
        wanted(made, made.lines[0])
