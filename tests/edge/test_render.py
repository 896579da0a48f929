"""The configuration that Kamailio gets, its check, and what is refused before it sees it."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from appliance.config.paths import BoxPaths
from appliance.config.schema import Configuration
from appliance.edge.database import create_databases
from appliance.edge.render import check, command, render
from appliance.errors import EdgeError

needs_kamailio = pytest.mark.scenario


@pytest.fixture
def paths(tmp_path: Path) -> BoxPaths:
    made = BoxPaths(data=tmp_path / "data", run=tmp_path / "run")
    made.make()
    return made


def configuration(**edge: object) -> Configuration:
    return Configuration.model_validate({"edge": {"address": "192.0.2.1"} | edge})


def test_render_when_written_then_private_and_without_left_overs(paths: BoxPaths) -> None:
    render(configuration(), paths)
    render(configuration(port=5099), paths)

    assert stat.S_IMODE(paths.edge_config.stat().st_mode) == 0o600
    assert '"!EDGE_PORT!5099!g"' in paths.edge_config.read_text()
    assert [path.name for path in paths.run.iterdir()] == ["kamailio.cfg"]


@pytest.mark.parametrize("name", ['x"!g', "two words", "line\nbreak", "a!b"])
def test_render_when_a_path_could_change_the_configuration_then_refused(paths: BoxPaths, name: str) -> None:
    with pytest.raises(EdgeError, match="EDGE_DATABASE is"):
        render(configuration(), BoxPaths(data=paths.data / name, run=paths.run))
    assert not paths.edge_config.exists()


def test_render_when_run_folder_is_missing_then_edge_error(tmp_path: Path) -> None:
    with pytest.raises(EdgeError, match="can't write"):
        render(configuration(), BoxPaths(data=tmp_path / "data", run=tmp_path / "run"))


@needs_kamailio
@pytest.mark.parametrize("transports", [("udp", "tcp"), ("udp",), ("tcp",)])
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_check_when_rendered_then_kamailio_accepts_it(
    paths: BoxPaths, transports: tuple[str, ...], address: str
) -> None:
    create_databases(paths)
    render(configuration(transports=transports, address=address), paths)
    check(paths)


@needs_kamailio
def test_check_when_broken_then_edge_error_with_kamailios_complaint(paths: BoxPaths) -> None:
    paths.edge_config.write_text("#!KAMAILIO\nno_such_setting=1\nrequest_route { exit; }\n")
    with pytest.raises(EdgeError, match="line 2"):
        check(paths)


def test_command_when_kamailio_is_missing_then_edge_error(paths: BoxPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_arguments, **_options: None)
    with pytest.raises(EdgeError, match="install the package kamailio"):
        command(paths)


def test_command_when_asked_then_foreground_and_no_secret(paths: BoxPaths) -> None:
    assert command(paths)[1:5] == ["-DD", "-E", "-f", str(paths.edge_config)]
