"""`linekeeper factory-reset`: all is gone, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.cli.main import main
from appliance.config.load import EXAMPLE_FILE


@pytest.fixture
def config(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    (data / "recordings" / "2026").mkdir(parents=True)
    (data / "store.db").write_bytes(b"records")
    (data / "recordings" / "2026" / "r.flac").write_bytes(b"sound")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "factory-reset").touch()
    (tmp_path / "provider.password").write_text("secret")
    (tmp_path / "keep.txt").write_text("somebody else's")
    file = tmp_path / "linekeeper.toml"
    file.write_text(f'[box]\nname = "mine"\ndata_dir = "{data}"\nrun_dir = "{tmp_path / "run"}"\n')
    return file


def test_reset_when_confirmed_then_nothing_of_the_box_is_left(config: Path) -> None:
    assert main(["factory-reset", "--yes", "--no-systemd", "--config", str(config)]) == 0
    assert list((config.parent / "data").iterdir()) == []
    assert config.read_text() == EXAMPLE_FILE.read_text()
    assert not (config.parent / "provider.password").exists()
    assert not (config.parent / "run" / "factory-reset").exists()
    assert (config.parent / "keep.txt").exists()


def test_reset_when_not_confirmed_then_nothing_happens(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("click.confirm", _refuse)
    assert main(["factory-reset", "--no-systemd", "--config", str(config)]) == 1
    assert (config.parent / "data" / "store.db").exists()


def _refuse(_question: str, *, abort: bool) -> None:
    import click

    assert abort
    raise click.exceptions.Abort
