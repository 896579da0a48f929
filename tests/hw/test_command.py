"""`python -m hw`: mocks where they are wanted, real devices where there are some, and plain words for the rest."""

from __future__ import annotations

import json
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from kit.modem_on_pty import ModemOnPty

from hw.__main__ import main
from hw.registry import GROUP, Registry

ROOT = Path(__file__).parents[2]


def registry(environment: dict[str, str], **more: str) -> Registry:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"][GROUP]
    entries = [EntryPoint(name=name, value=value, group=GROUP) for name, value in {**table, **more}.items()]
    return Registry(entries, environment)


MOCKS = {"LINEKEEPER_HW": "mock"}


def test_list_when_mocks_are_wanted_then_one_of_each_kind(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json"], registry(MOCKS)) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(one["kind"], one["driver"], one["error"]) for one in told["devices"]] == [
        ("daa", "mock", ""),
        ("headset", "mock", ""),
        ("modem", "mock", ""),
        ("panel", "mock", ""),
    ]
    assert all(one["remarks"] for one in told["devices"])
    assert {"name": "modem.serial", "status": "ready", "reason": ""} in told["drivers"]


def test_list_when_only_listing_then_nothing_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"], registry(MOCKS)) == 0
    assert capsys.readouterr().out.splitlines()[0] == "daa mock:daa: mock DAA (mock)"


def test_list_when_a_driver_is_broken_then_named_and_the_rest_works(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], registry(MOCKS, **{"panel.bad": "hw.nowhere:Nothing"})) == 0
    assert "driver panel.bad is broken: ModuleNotFoundError" in capsys.readouterr().out


def test_port_when_a_modem_is_there_then_probed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    modem = ModemOnPty("cx")
    assert main([modem.path, "--json"], registry({})) == 0
    (device,) = json.loads(capsys.readouterr().out)["devices"]
    assert device["facts"]["model"] == "Conexant CX930xx"
    modem.close()


def test_port_when_it_is_not_there_then_exit_code_1_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["/dev/ttyACM99"], registry({})) == 1
    assert "can't be used: /dev/ttyACM99 isn't there" in capsys.readouterr().out


def test_address_when_nonsense_then_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nonsense"], registry({})) == 2
    assert capsys.readouterr().err.startswith("hw: no device nonsense")
    with pytest.raises(SystemExit) as stop:
        main(["--nonsense"], registry({}))
    assert stop.value.code == 2
