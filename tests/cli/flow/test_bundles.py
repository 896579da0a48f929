"""Checking, mapping, installing and exporting bundles on a box that is down."""

from __future__ import annotations

import io
import json
import tarfile
import wave
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from appliance.cli.exit_codes import ExitCode
from appliance.cli.main import main

Json = dict[str, Any]
Told = Callable[..., Any]
Capture = pytest.CaptureFixture[str]
HOURS = {"Name": "office", "TimeZone": "Asia/Seoul", "Config": []}
QUEUE_ID = "5f0e0000-0000-4000-8000-000000000002"


def sound() -> bytes:
    """A short tone at a rate that has to be converted."""
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(b"\x00\x10" * 1600 + b"\x00\xf0" * 1600)
    return stream.getvalue()


@pytest.fixture
def bundle(menu: Json, tmp_path: Path) -> Path:
    """A folder with a flow, hours, a prompt and an empty map."""
    folder = tmp_path / "branch"
    for name in ("flows", "hours", "prompts"):
        (folder / name).mkdir(parents=True)
    (folder / "flows" / "main.json").write_text(json.dumps(menu))
    (folder / "hours" / "office.json").write_text(json.dumps(HOURS))
    (folder / "prompts" / "Beep.wav").write_bytes(sound())
    (folder / "map.json").write_text("{}")
    return folder


def zipped(folder: Path) -> Path:
    target = folder.with_suffix(".zip")
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    return target


def tarred(folder: Path) -> Path:
    target = folder.with_suffix(".tar.gz")
    with tarfile.open(target, "w:gz") as archive:
        archive.add(folder, arcname=folder.name)
    return target


@pytest.mark.parametrize("packed", [lambda folder: folder, zipped, tarred], ids=["folder", "zip", "tar"])
def test_install_when_bundle_is_a_folder_or_an_archive_then_all_of_it_is_there(
    packed: Callable[[Path], Path], bundle: Path, office: Path, told: Told
) -> None:
    code, shown = told("flow", "install", packed(bundle))
    assert code == ExitCode.OK
    assert (shown["flows"], shown["hours"], shown["prompts"]) == (["Main menu"], ["office"], ["Beep"])
    assert shown["bundle_sha256"] == shown["installed_sha256"]
    assert len(shown["unmapped"]) == 1
    (file,) = (office / "data" / "prompts").glob("Beep~*.wav")
    with wave.open(str(file)) as opened:
        assert (opened.getframerate(), opened.getnchannels()) == (8000, 1)
    plan = json.loads((office / "data" / "published" / "dialplan.json").read_bytes())
    parts = json.loads((office / "data" / "published" / "flows" / f"{plan['parts']}.json").read_bytes())
    assert parts["prompts"] == {"Beep": file.stem}
    assert list(parts["hours"]) == ["office"]


def test_install_when_bundle_is_broken_then_every_problem_and_nothing_is_changed(
    bundle: Path, office: Path, told: Told, capsys: Capture
) -> None:
    told("flow", "install", bundle)
    before = told("flow", "list")
    (bundle / "flows" / "other.json").write_text("{}")
    (bundle / "hours" / "office.json").write_text(json.dumps({**HOURS, "TimeZone": "Nowhere"}))
    assert main(["flow", "install", str(bundle)]) == ExitCode.FAILURE
    said = capsys.readouterr().err
    assert "flows/other.json" in said
    assert told("flow", "list") == before


def test_install_when_a_prompt_is_no_sound_then_nothing_is_changed(
    bundle: Path, office: Path, told: Told, capsys: Capture
) -> None:
    (bundle / "prompts" / "broken.wav").write_bytes(b"not a sound")
    assert main(["flow", "install", str(bundle)]) == ExitCode.FAILURE
    assert "prompt broken: " in capsys.readouterr().err
    assert "Main menu" not in [row["flow"] for row in told("flow", "list")[1]]


def test_install_when_flow_is_an_older_export_then_it_says_which_command_takes_it(
    office: Path, tmp_path: Path, capsys: Capture
) -> None:
    file = tmp_path / "old.json"
    file.write_text('{"start": "a", "modules": [{"id": "a", "type": "Disconnect", "branches": []}]}')
    assert main(["flow", "install", str(file)]) == ExitCode.FAILURE
    assert f"linekeeper flow import {file} --install" in capsys.readouterr().err


def test_export_when_installed_elsewhere_then_the_same_hash(bundle: Path, office: Path, told: Told) -> None:
    _, installed = told("flow", "install", bundle)
    target = office / "copy.json"
    code, exported = told("flow", "export", "--output", target)
    assert code == ExitCode.OK
    assert exported["sha256"] == installed["bundle_sha256"]
    assert told("flow", "install", target)[1]["installed_sha256"] == exported["sha256"]
    assert told("flow", "export", "--output", target)[0] == ExitCode.FAILURE
    assert told("flow", "export", "--output", target, "--replace")[0] == ExitCode.OK


def test_check_when_bundle_names_what_is_not_here_then_unmapped_until_the_map_says(
    bundle: Path, office: Path, told: Told, capsys: Capture
) -> None:
    told("queue", "add", "sales")
    (judged,) = told("flow", "check", bundle)[1]
    assert [need["resource"] for need in judged["unmapped"]] == ["queue"]
    main(["flow", "check", str(bundle)])
    assert "unmapped choose: queue arn:aws:connect" in capsys.readouterr().out
    code, shown = told("flow", "map", bundle, "--set", f"{QUEUE_ID}=sales")
    assert code == ExitCode.OK
    assert [row["state"] for row in shown["rows"] if row["kind"] == "queue"] == ["mapped"]
    assert json.loads((bundle / "map.json").read_text())
    assert told("flow", "check", bundle)[1][0]["unmapped"] == []


def test_check_when_a_transfer_names_a_mailbox_or_group_that_is_not_here_then_it_warns(
    office: Path, menu: Json, told: Told
) -> None:
    for name, number in (("leave", "voicemail:sales"), ("ring", "group:team")):
        given = {"ThirdPartyPhoneNumber": number, "ThirdPartyConnectionTimeLimitSeconds": "20"}
        then = {"NextAction": "bye", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "bye"}]}
        kind = "TransferParticipantToThirdParty"
        menu["Actions"].append({"Identifier": name, "Type": kind, "Parameters": given, "Transitions": then})
    file = office / "transfers.json"
    file.write_text(json.dumps(menu))
    told("queue", "add", "sales")

    def warned() -> list[str]:
        code, judged = told("flow", "check", file)
        assert code == ExitCode.OK
        return [one["action"] for one in judged["findings"] if "there is no" in one["message"]]

    assert warned() == ["leave", "ring"]
    told("mailbox", "add", "sales")
    assert warned() == ["ring"]
    told("extension", "add", "101")
    told("group", "add", "team", "--number", "700", "--member", "101")
    assert warned() == []


@pytest.mark.parametrize("name", ["Sales", QUEUE_ID])
def test_map_when_a_name_is_given_short_then_it_is_the_one_meant(
    name: str, bundle: Path, office: Path, told: Told
) -> None:
    told("queue", "add", "verkauf")
    told("flow", "install", bundle)
    _, shown = told("flow", "map", "--set", f"{name}=verkauf")
    (foreign,) = shown["map"]
    assert foreign.endswith(QUEUE_ID) and shown["map"][foreign] == "verkauf"
    assert told("flow", "map", "--missing")[1]["rows"] == []
    assert told("flow", "map", "--forget", foreign)[1]["map"] == {}


def test_map_when_it_guesses_then_by_the_name_in_the_cloud(bundle: Path, office: Path, told: Told) -> None:
    told("queue", "add", "sales")
    told("flow", "install", bundle)
    assert list(told("flow", "map", "--guess")[1]["map"].values()) == ["sales"]


def test_map_when_shown_to_people_then_a_table_with_the_name_in_the_cloud(
    bundle: Path, office: Path, capsys: Capture
) -> None:
    main(["flow", "install", str(bundle)])
    capsys.readouterr()
    assert main(["flow", "map"]) == ExitCode.OK
    _, _, row, last = capsys.readouterr().out.splitlines()
    assert row.split() == ["missing", "queue", QUEUE_ID, "Sales", "-", "Main", "menu"]
    assert last.startswith("1 missing; ")


@pytest.mark.parametrize("text", ["=sales", "x=", "x"])
def test_map_when_a_pair_is_none_then_usage(text: str, office: Path) -> None:
    assert main(["flow", "map", "--set", text]) == ExitCode.USAGE


def test_map_when_name_to_forget_is_unknown_then_refused(bundle: Path, office: Path) -> None:
    assert main(["flow", "map", "--forget", "x"]) == ExitCode.REFUSED
    assert main(["flow", "map", str(bundle), "--forget", "x"]) == ExitCode.REFUSED


def test_check_when_archive_is_broken_then_exit_code_1(bundle: Path, office: Path, capsys: Capture) -> None:
    file = zipped(bundle)
    data = bytearray(file.read_bytes())
    data[30:60] = bytes(30)
    file.write_bytes(data)
    assert main(["flow", "check", str(file)]) == ExitCode.FAILURE
    assert "broken archive" in capsys.readouterr().err


@pytest.mark.usefixtures("no_box")
def test_check_when_there_is_no_box_then_it_says_so_and_makes_none(
    menu_file: Path, tmp_path: Path, capsys: Capture
) -> None:
    assert main(["flow", "check", str(menu_file)]) == ExitCode.OK
    assert "there is no box to compare with" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == [menu_file]


def test_export_when_an_archive_then_another_box_has_the_same_hash_and_the_audio(
    bundle: Path, office: Path, told: Told, tmp_path: Path
) -> None:
    _, installed = told("flow", "install", bundle)
    target = office / "copy.zip"
    assert told("flow", "export", "--output", target)[1]["audio"]
    sounds = {path.name: path.read_bytes() for path in office.rglob("Beep~*.wav")}
    for path in office.rglob("Beep~*.wav"):
        path.unlink()
    assert told("flow", "install", target)[1]["installed_sha256"] == installed["bundle_sha256"]
    assert {path.name: path.read_bytes() for path in office.rglob("Beep~*.wav")} == sounds
    assert len(sounds) == 1


def test_export_when_the_audio_of_a_prompt_is_gone_then_it_says_which(
    bundle: Path, office: Path, told: Told, capsys: Capture
) -> None:
    told("flow", "install", bundle)
    for path in office.rglob("Beep~*.wav"):
        path.unlink()
    assert main(["flow", "export", "--output", str(office / "copy.zip")]) == ExitCode.FAILURE
    assert "prompt Beep" in capsys.readouterr().err
    assert not (office / "copy.zip").exists()


def test_remove_when_a_number_starts_the_flow_then_refused_with_the_number(
    menu: Json, office: Path, told: Told, tmp_path: Path, capsys: Capture
) -> None:
    file = tmp_path / "menu.json"
    file.write_text(json.dumps(menu))
    told("flow", "install", file)
    configuration = office / "box.toml"
    before = configuration.read_text()
    configuration.write_text(f'{before}\n[[numbers]]\nnumber = "7000"\nflow = "menu"\n')
    assert main(["flow", "remove", "menu"]) == ExitCode.REFUSED
    assert "number 7000" in capsys.readouterr().err
    configuration.write_text(before)
    assert told("flow", "remove", "menu")[0] == ExitCode.OK
    assert "menu" not in [row["flow"] for row in told("flow", "list")[1]]
    assert main(["flow", "remove", "menu"]) == ExitCode.REFUSED
    assert "no flow" in capsys.readouterr().err
