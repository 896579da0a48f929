"""`linekeeper mailbox`: numbers and PINs, which never stand on the command line."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from appliance.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from conftest import FakeSwitchboard

Run = Callable[..., int]
Capture = pytest.CaptureFixture[str]


def test_mailbox_when_added_with_a_number_then_it_is_sent(box: FakeSwitchboard, run: Run) -> None:
    box.answers["mailbox.add"] = {"mailbox": "sales", "kind": "queue", "owner": "sales", "number": "801"}
    assert run("mailbox", "add", "sales", "--number", "801") == ExitCode.OK
    assert box.asked == ("mailbox.add", {"mailbox": "sales", "number": "801"})


def test_mailbox_pin_when_made_then_is_shown_once_with_what_to_dial(
    box: FakeSwitchboard, run: Run, capsys: Capture
) -> None:
    box.answers["mailbox.pin"] = {"mailbox": "sales", "number": "801", "pin": "583920"}
    assert run("mailbox", "pin", "sales", "--make") == ExitCode.OK
    assert capsys.readouterr().out == "mailbox sales has a PIN: dial *98801\nPIN: 583920\n"


@pytest.mark.parametrize(
    ("name", "words"), [("sales", "linekeeper mailbox add sales --number"), ("150", "dial *98150")]
)
def test_mailbox_pin_when_the_mailbox_has_no_number_then_says_what_helps(
    box: FakeSwitchboard, run: Run, capsys: Capture, name: str, words: str
) -> None:
    box.answers["mailbox.pin"] = {"mailbox": name, "number": None, "pin": None}
    assert run("mailbox", "pin", name, "--make") == ExitCode.OK
    assert words in capsys.readouterr().out


def test_mailbox_pin_when_read_from_standard_input_then_is_sent_and_not_shown(
    box: FakeSwitchboard, run: Run, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.answers["mailbox.pin"] = {"mailbox": "sales", "number": "801", "pin": None}
    monkeypatch.setattr("sys.stdin", io.StringIO("8026\n"))
    assert run("mailbox", "pin", "sales", "--stdin") == ExitCode.OK
    assert box.asked == ("mailbox.pin", {"mailbox": "sales", "pin": "8026"})
    assert "8026" not in capsys.readouterr().out


def test_mailbox_pin_when_given_as_an_argument_then_is_no_command(box: FakeSwitchboard, run: Run) -> None:
    assert run("mailbox", "pin", "sales", "8026") != ExitCode.OK
    assert box.requests == []
