"""`linekeeper line`: lines listed as their services show them, and a doctor for real drivers and for recordings."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from kit.exchange import Place, Plan
from kit.line_captures import of_a_line
from kit.modem_on_pty import ModemOnPty
from kit.processes import wait_until

from appliance.cli.exit_codes import ExitCode
from appliance.cli.main import main
from appliance.devices.line.board import Board, LineShown
from hw.line.caller_id import CallerId
from hw.line.doctor.files import save
from hw.line.profile_text import from_text

Run = Callable[..., tuple[int, str]]
SUBSCRIBER = "5550100"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "linekeeper.toml"


@pytest.fixture
def run(config: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Exit code, and what was printed."""

    def do(*words: str) -> tuple[int, str]:
        code = main(["line", *words, "--config", str(config)])
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    return do


def write(config: Path, device: str = "", *, kind: str = "modem", more: str = "") -> None:
    config.write_text(
        f'[box]\nregion = "US"\ndata_dir = "data"\nrun_dir = "run"\n[[lines]]\nname = "front"\nkind = "{kind}"\n'
        f'number = "2125550177"\nflow = "menu"\n{f"device = {json.dumps(device)}" if device else ""}\n{more}\n'
    )


@pytest.fixture
def modem() -> Iterator[ModemOnPty]:
    plan = Plan(
        ring_s=(0.4, 0.6), caller_after_s=0.4, short_caller=True, answer_after_s=0.5, subscribers=(SUBSCRIBER,),
        breaks=False, echo=0.25,
    )  # fmt: skip
    made = ModemOnPty("cx", plan)
    yield made
    made.close()


def test_list_when_no_service_runs_then_so_told(config: Path, run: Run) -> None:
    write(config, more='[[lines]]\nname = "back"\nkind = "sipfxo"\nnumber = "12"\nflow = "x"\nhost = "192.0.2.13"\n')
    code, shown = run("list")
    assert code == ExitCode.OK
    assert [line.split()[0] for line in shown.splitlines()[2:]] == ["front", "back"]
    assert shown.count("not running") == 2


def test_list_when_a_service_shows_its_line_then_state_calls_and_remarks(config: Path, run: Run) -> None:
    write(config)
    shown = LineShown(
        line="front", kind="modem", number="+12125550177", state="talking", since=1.0, device="/dev/ttyACM0",
        model="Conexant CX930xx", calls_in=3, remarks=("It hums.",), pid=os.getpid(),
    )  # fmt: skip
    Board(config.parent / "run").show(shown)
    rows = json.loads(run("list", "--json")[1])
    assert (rows[0]["state"], rows[0]["calls_in"], rows[0]["remarks"]) == ("talking", 3, ["It hums."])
    assert rows[0]["since"] == "1970-01-01T00:00:01+00:00"


def test_list_when_the_service_was_killed_then_not_running(config: Path, run: Run) -> None:
    write(config)
    shown = LineShown(line="front", kind="modem", number="1", state="idle", since=1.0, pid=2**22 + 5)
    Board(config.parent / "run").show(shown)
    (config.parent / "run/lines/broken.json").write_text("{")
    assert json.loads(run("list", "--json")[1])[0]["state"] == "not running"


def test_doctor_when_the_line_is_well_then_everything_is_found_and_its_profile_written(
    config: Path, run: Run, modem: ModemOnPty, tmp_path: Path
) -> None:
    write(config, modem.path)
    helper = threading.Thread(target=technician, args=(modem,), daemon=True)
    helper.start()
    words = ("--call", SUBSCRIBER, "--wait-call", "30", "--keep", str(tmp_path / "kept"))
    code, shown = run("doctor", "front", *words)
    helper.join(30)
    assert "Nothing is wrong." in shown
    assert code == ExitCode.OK
    assert "dial tone:  350 + 440 Hz" in shown
    assert "tone plan:  US, GB, KR" in shown
    assert "voltage:    48 V" in shown
    assert 10 <= return_loss_db(shown) <= 14, "12 dB, but for what a busy machine cuts out of the sound"
    assert "caller id:  read by the device" in shown
    assert "hang-up:    busy tone, 480 + 620 Hz, 0.5 s on, 0.5 s off" in shown
    profile = from_text((tmp_path / "data/lines/front.json").read_text())
    assert profile.country == "US"
    assert profile.tones == ()
    assert not modem.modem.off_hook
    again, from_files = run("doctor", "--captures", str(tmp_path / "kept"))
    assert (again, return_loss_db(from_files)) == (ExitCode.OK, return_loss_db(shown))


def return_loss_db(shown: str) -> int:
    found = re.search(r"^echo: +return loss (\d+) dB", shown, re.MULTILINE)
    assert found, shown
    return int(found[1])


def technician(modem: ModemOnPty) -> None:
    """Answers the call, hangs up; then calls, lets it ring, and gives up."""
    wait_until(lambda: modem.exchange.place is Place.TALK, timeout_s=40, what="the doctor calls")
    modem.exchange.hang_up()
    wait_until(lambda: modem.exchange.place is Place.HUNG_UP, timeout_s=10, what="busy tone")
    wait_until(lambda: modem.exchange.place is Place.IDLE and not modem.modem.off_hook, timeout_s=20, what="on-hook")
    wait_until(lambda: modem.modem.commands[-1] == "AT+VLS=0", timeout_s=5, what="initialised")
    threading.Event().wait(3.0)  # as long as it takes to read the screen and dial
    modem.exchange.call(CallerId(number="2125550123", name="HAN"))
    wait_until(lambda: modem.exchange.rings >= 3, timeout_s=20, what="three rings")
    modem.exchange.give_up()


def test_doctor_when_the_cable_is_out_then_so_told_and_exit_code_1(config: Path, run: Run, modem: ModemOnPty) -> None:
    write(config, modem.path)
    modem.modem.volts = 1.4
    modem.exchange.plan.country = "none"
    code, shown = run("doctor", "front", "--json", "--dry-run")
    told: dict[str, Any] = json.loads(shown)
    assert code == ExitCode.FAILURE
    assert told["facts"]["line"] == "no voltage"
    assert told["remarks"][0].startswith("No voltage (1.4 V): the cable is out")
    assert told["profile_file"] is None


def test_doctor_when_the_modem_is_deaf_then_so_told(config: Path, run: Run, modem: ModemOnPty) -> None:
    write(config, modem.path)
    modem.modem.refuses = ("AT+VTR", "AT+VRX")
    code, shown = run("doctor", "front")
    assert code == ExitCode.FAILURE
    assert "! The device carries no voice" in shown


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "name a line, or recordings with --captures"),
        (("rear",), "there is no line 'rear'; under [[lines]] there is: front"),
        (("front",), "/dev/ttyACM99 isn't there"),
    ],
)
def test_doctor_when_asked_wrongly_then_the_remedy(config: Path, run: Run, words: tuple[str, ...], told: str) -> None:
    write(config, "/dev/ttyACM99")
    code, shown = run("doctor", *words)
    assert code != ExitCode.OK
    assert told in shown


def test_doctor_when_a_gateway_has_the_line_then_where_to_look(config: Path, run: Run) -> None:
    write(config, kind="sipfxo", more='host = "192.0.2.13"')
    assert "its own web page" in run("doctor", "front")[1]


def test_doctor_when_the_line_is_in_use_then_by_whom(config: Path, run: Run, modem: ModemOnPty) -> None:
    from hw.line.profile import Profile
    from hw.modem.serial_modems import SerialModems, found_at

    write(config, modem.path)
    with SerialModems().open(found_at(modem.path), Profile()):
        code, shown = run("doctor", "front")
    assert code == ExitCode.FAILURE
    assert "is in use by this process" in shown


def test_doctor_when_recordings_tell_another_country_then_which(run: Run, config: Path, tmp_path: Path) -> None:
    save(of_a_line(Plan(country="DE")), tmp_path / "taken")
    code, shown = run("doctor", "--captures", str(tmp_path / "taken"), "--country", "FR")
    assert code == ExitCode.FAILURE
    assert "! The dial tone is that of DE or NL, but the line is set to FR: set country." in shown
