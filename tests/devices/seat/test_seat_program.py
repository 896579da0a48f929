"""The headset's program where it can't serve: what it says, and its exit status. (Where it can: the scenarios.)"""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from appliance.devices.seat.__main__ import NO_ENTRY, main
from hw.headset.mock import MockHeadsets
from hw.registry import Registry


@pytest.fixture(autouse=True)
def mocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEKEEPER_HW", "mock")


@pytest.fixture(autouse=True)
def own_logging(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program sets up logging for its process; the test's stays as it is."""
    monkeypatch.setattr("appliance.logs.set_up", lambda *_args, **_more: None)


def _config(folder: Path, headset: str = "") -> Path:
    (folder / "secret").write_text("s3cret")
    file = folder / "linekeeper.toml"
    file.write_text(f'[box]\ndata_dir = "{folder}"\nrun_dir = "{folder}"\n{headset}')
    return file


def test_program_when_nobody_gave_it_an_extension_then_3_and_how(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    assert main(["--device", "MOCK1", "--config", str(_config(tmp_path))]) == NO_ENTRY
    assert 'headset MOCK1 has no extension; add [[headsets]] with device = "MOCK1"' in caplog.text


def test_program_when_the_headset_is_not_there_then_1_and_where_to_look(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert main(["--device", "/dev/hidraw77", "--config", str(_config(tmp_path))]) == 1
    assert "no headset /dev/hidraw77; 'linekeeper device list'" in caplog.text


def test_program_when_the_headset_is_in_use_then_1_and_by_whom(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    registry = Registry()
    backend = registry.headsets()
    assert isinstance(backend, MockHeadsets)
    port = backend.open(MockHeadsets.THE_ONE)
    entry = '[[headsets]]\nextension = "201"\npassword_file = "secret"\n'
    assert main(["--config", str(_config(tmp_path, entry))], registry) == 1
    assert "mock:headset is in use by this process" in caplog.text
    port.close()


def test_program_when_the_configuration_is_broken_then_1_and_its_faults(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    entry = '[[headsets]]\nextension = "x"\npassword_file = "nothing"\n'
    assert main(["--config", str(_config(tmp_path, entry))]) == 1
    assert "headsets[0].extension" in caplog.text
