"""`linekeeper config` and the command line's general manners."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from appliance.cli.exit_codes import DESCRIPTION, ExitCode
from appliance.cli.main import linekeeper, main
from appliance.config.lastgood import COPY_NAME
from appliance.config.load import EXAMPLE_FILE
from appliance.contact.settings import read_settings

Run = Callable[..., int]
Capture = pytest.CaptureFixture[str]


def walk(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command below `command` that does something, with its words."""
    if not isinstance(command, click.Group):
        yield words, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        assert inner is not None
        yield from walk(inner, (*words, name))


COMMANDS = dict(walk(linekeeper))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_command_when_asked_for_help_then_example_and_json(words: tuple[str, ...], capsys: Capture) -> None:
    assert main([*words, "--help"]) == ExitCode.OK
    shown = " ".join(capsys.readouterr().out.split())
    assert f"linekeeper {' '.join(words)}" in shown.split("Example:", 1)[1]
    assert "--json" in shown


def test_readme_when_its_table_is_compared_then_exactly_the_commands_there_are() -> None:
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    told: set[tuple[str, ...]] = set()
    for line in (line for line in readme.splitlines() if line.startswith("| `linekeeper ")):
        _, words, inner, *_ = line.split("|")
        command = words.strip(" `").removeprefix("linekeeper ")
        told |= {(command, name) for name in inner.replace("`", "").split()} or {(command,)}
    assert sorted(told) == sorted(COMMANDS)


def test_readme_when_searched_then_it_explains_every_exit_code() -> None:
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    for code in ExitCode:
        assert f"`{code.value}`" in readme
        assert f"{code.value} " in DESCRIPTION


def test_commands_when_listed_then_those_of_the_issue() -> None:
    assert {words[0] for words in COMMANDS} >= {
        "up", "status", "extension", "agent", "queue", "flow", "contact", "recording", "install", "config",
    }  # fmt: skip


def test_help_when_asked_then_no_command_module_is_loaded() -> None:
    program = (
        "import sys; from appliance.cli.main import main; main(['--help']);"
        "print(sorted(m for m in sys.modules if m in ('pjsua2', 'sqlite_utils', 'appliance.cli.up')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("words", [("nonsense",), ("queue", "nonsense"), ("queue", "add"), ("queue", "list", "--x")])
def test_command_when_wrongly_used_then_exit_code_2(words: tuple[str, ...], capsys: Capture) -> None:
    assert main(words) == ExitCode.USAGE
    assert "Usage: linekeeper" in capsys.readouterr().err


def test_command_when_run_by_its_name_then_exit_code_reaches_the_shell(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("linekeeper")
    words = [str(program), "status", "--config", str(tmp_path / "none.toml")]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == ExitCode.FAILURE
    assert f"linekeeper: there is no configuration {tmp_path}/none.toml" in done.stderr


def test_config_check_when_good_then_exit_code_0(run: Run, capsys: Capture) -> None:
    assert run("config", "check") == ExitCode.OK
    assert capsys.readouterr().out.endswith("is good\n")


def test_config_check_when_broken_then_each_problem_on_a_line(run: Run, config_file: Path, capsys: Capture) -> None:
    config_file.write_text("[edge]\nport = 0\nprot = 1\n")
    assert run("config", "check") == ExitCode.FAILURE
    lines = capsys.readouterr().err.splitlines()
    assert lines[1:] == [
        "  edge.port = 0: is too small; use 1 or more",
        '  edge.prot: no such key; did you mean "port"?',
    ]


def test_config_check_when_broken_and_json_then_list_of_problems(run: Run, config_file: Path, capsys: Capture) -> None:
    config_file.write_text("nonsense = 1\n")
    assert run("config", "check", "--json") == ExitCode.FAILURE
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["kind"] == "config"
    assert len(error["problems"]) == 1


def test_config_show_when_password_then_stars(run: Run, config_file: Path, capsys: Capture) -> None:
    with config_file.open("a") as file:
        file.write('[[trunks]]\nname = "a"\nkind = "registered"\nhost = "192.0.2.1"\nusername = "u"\n')
        file.write('password = "hunter22"\n')
    assert run("config", "show") == ExitCode.OK
    assert run("config", "show", "--json") == ExitCode.OK
    shown = capsys.readouterr().out
    assert "hunter22" not in shown
    assert "[[trunks]]" in shown


def test_config_example_when_printed_then_the_shipped_file(capsys: Capture) -> None:
    assert main(["config", "example"]) == ExitCode.OK
    assert capsys.readouterr().out == EXAMPLE_FILE.read_text(encoding="utf-8")


def test_config_render_contact_when_called_then_settings_are_there(run: Run, config_file: Path) -> None:
    assert run("config", "render", "contact") == ExitCode.OK
    settings = read_settings(config_file.parent / "run" / "contact.json")
    assert settings.media_address == "127.0.0.1"


def test_config_render_edge_when_called_then_kamailio_accepts_it(run: Run, config_file: Path) -> None:
    assert run("config", "render", "edge") == ExitCode.OK
    assert (config_file.parent / "run" / "kamailio.cfg").is_file()
    assert (config_file.parent / "data" / "edge.db").is_file()


def test_commands_when_used_by_a_person_then_they_keep_no_copy(run: Run, config_file: Path) -> None:
    assert run("status") == ExitCode.NOT_RUNNING
    assert not (config_file.parent / "data" / COPY_NAME).exists()


def test_config_option_when_given_by_environment_then_taken(
    config_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("LINEKEEPER_CONFIG", str(config_file))
    assert main(["config", "check", "--json"]) == ExitCode.OK
    assert json.loads(capsys.readouterr().out)["file"] == str(config_file)
