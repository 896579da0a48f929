"""A broken file never stops a box that has worked before."""

from __future__ import annotations

import logging
import stat
from pathlib import Path

import pytest

from appliance.config.lastgood import COPY_NAME, LastGood
from appliance.errors import ConfigError

GOOD = '[box]\nname = "seoul"\ndata_dir = "data"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "box.toml"
    path.write_text(GOOD)
    return path


def test_last_good_when_file_is_good_then_copy_is_kept_private(file: Path) -> None:
    loaded = LastGood(file).load()
    copy = file.parent / "data" / COPY_NAME
    assert not loaded.is_last_good
    assert copy.read_text() == GOOD
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "broken",
    [
        GOOD + "[edge]\nport = 0\n",
        GOOD + "[edge\n",
        '[box]\ndata_dir = "data"\nname = 5\n',
        "[box]\ndata_dir = 'data'\nname = \n",
    ],
)
def test_last_good_when_file_breaks_then_copy_runs_and_problems_are_loud(
    file: Path, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    LastGood(file).load()
    file.write_text(broken)
    with caplog.at_level(logging.ERROR):
        loaded = LastGood(file).load()
    assert loaded.is_last_good
    assert loaded.configuration.box.name == "seoul"
    assert loaded.configuration.box.data_dir == file.parent / "data"
    for problem in loaded.problems:
        assert problem in caplog.text
    assert "running with the last good configuration" in caplog.text


def test_last_good_when_never_good_then_all_problems(tmp_path: Path) -> None:
    file = tmp_path / "box.toml"
    file.write_text('[box]\nname = 5\ndata_dir = "data"\n')
    with pytest.raises(ConfigError, match=r"box\.name = 5"):
        LastGood(file).load()
    assert not (tmp_path / "data").exists()


def test_last_good_when_copy_is_broken_too_then_problems_of_the_file(file: Path) -> None:
    LastGood(file).load()
    (file.parent / "data" / COPY_NAME).write_text("[")
    file.write_text(GOOD + "nonsense = 1\n")
    with pytest.raises(ConfigError, match=r"box\.nonsense"):
        LastGood(file).load()


def test_last_good_when_mended_then_the_new_file_counts(file: Path) -> None:
    LastGood(file).load()
    file.write_text("[")
    file.write_text(GOOD.replace("seoul", "busan"))
    loaded = LastGood(file).load()
    assert loaded.problems == ()
    assert loaded.configuration.box.name == "busan"
    assert "busan" in (file.parent / "data" / COPY_NAME).read_text()


def test_last_good_when_copy_cannot_be_written_then_box_starts_all_the_same(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (file.parent / "data").write_text("a file where the folder should be")
    assert LastGood(file).load().configuration.box.name == "seoul"
    assert "can't keep the last good configuration" in caplog.text
