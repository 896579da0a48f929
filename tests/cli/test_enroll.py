"""`linekeeper enroll` against a console's real port: the code, the fingerprint, and what is said when it fails."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.console import sqlite_with_tables
from kit.enrolled import BoxPort, box_port

from appliance.cli.main import main
from appliance.sync.identity.identity import is_enrolled, load_identity


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoxPort]:
    folder = tmp_path_factory.mktemp("console")
    with box_port(sqlite_with_tables(folder / "console.db"), folder) as one:
        yield one


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "box.toml"
    file.write_text(f'[box]\nname = "desk"\ndata_dir = "{tmp_path}/data"\nrun_dir = "{tmp_path}/run"\n')
    return file


def test_enroll_when_code_and_fingerprint_are_right_then_the_box_belongs_to_the_branch(
    port: BoxPort, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = port.code("seoul")
    words = ["enroll", port.url, code, "--fingerprint", f"SHA256:{port.keys.fingerprint.upper()}"]
    assert main([*words, "--config", str(config), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    identity = load_identity(config.parent / "data")
    assert (told["box"], told["branch"], told["url"]) == (identity.box, "seoul", port.url)
    assert main([*words, "--config", str(config)]) == 4
    assert "--again" in capsys.readouterr().err


def test_enroll_when_the_code_comes_from_standard_input_then_taken(
    port: BoxPort, config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = port.code("busan")
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{code[:4]}-{code[4:8].lower()} {code[8:]}\n"))
    words = ["enroll", port.url, "--fingerprint", port.keys.fingerprint, "--config", str(config)]
    assert main(words) == 0
    assert "of branch busan" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--fingerprint", "0" * 64], "not the one given"),
        (["--fingerprint", "abc"], "no fingerprint"),
        ([], "give it with --fingerprint"),
    ],
)
def test_enroll_when_nobody_vouches_for_the_console_then_no_code_is_sent(
    port: BoxPort, config: Path, capsys: pytest.CaptureFixture[str], more: list[str], says: str
) -> None:
    code = port.code("jeju")
    assert main(["enroll", port.url, code, *more, "--config", str(config)]) == 4
    assert says in capsys.readouterr().err
    assert not is_enrolled(config.parent / "data")
    assert main(["enroll", port.url, code, "--fingerprint", port.keys.fingerprint, "--config", str(config)]) == 0


@pytest.mark.parametrize(
    ("url", "code", "says"),
    [
        (None, "222222222222", "no such code"),
        (None, "hello", "copy it anew"),
        ("https://127.0.0.1:1", "222222222222", "can't be reached"),
        ("http://127.0.0.1", "222222222222", "no console's address"),
    ],
)
def test_enroll_when_it_can_not_be_done_then_one_line_says_why(
    *, port: BoxPort, config: Path, capsys: pytest.CaptureFixture[str], url: str | None, code: str, says: str
) -> None:
    words = ["enroll", url or port.url, code, "--fingerprint", port.keys.fingerprint, "--config", str(config)]
    assert main(words) == 1
    told = capsys.readouterr().err
    assert says in told and told.count("\n") == 1
