"""The panel's service with a mock panel: what it shows of a box that answers, and what its button does."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.config.paths import BoxPaths
from appliance.devices.panel import wishes
from appliance.devices.panel.looking import Watched, look
from appliance.devices.panel.service import PanelPlan, PanelService
from appliance.devices.panel.wishes import RESET_REQUEST, Means
from appliance.errors import DevicesError
from appliance.switchboard.wire import Answer, encode
from hw.panel.interface import Panel
from hw.panel.mock import MockPanel

BOARD = {
    "edge": {"answers": True},
    "processes": {"connected": 2, "free": 2, "capacity": 2},
    "under_way": [{"stage": "connected", "emergency": False}],
    "trunks": [],
}
WAIT_S = 20.0


class Answerer:
    """A socket that answers every question with the same result."""

    def __init__(self, path: Path, result: object) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(path))
        self._socket.listen()
        self._result = result
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(WAIT_S)

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(encode(Answer(ok=True, result=self._result)))


@pytest.fixture
def paths(tmp_path_factory: pytest.TempPathFactory) -> BoxPaths:
    folder = tmp_path_factory.mktemp("p")
    return BoxPaths(data=folder, run=folder)


@pytest.fixture
def programs(paths: BoxPaths, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`aplay` leaves what it is given in a file, with its arguments in another."""
    folder = paths.run / "bin"
    folder.mkdir()
    played = paths.run / "played.wav"
    (folder / "aplay").write_text(f'#!/bin/sh\necho "$@" >"{played}.words"\ncat >"{played}"\n')
    (folder / "aplay").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return played


def means(paths: BoxPaths, **more: object) -> Means:
    given = {"language": "en-US", "speaker": "plughw:0", "enrolment_file": paths.run / "e.txt", "run": paths.run}
    return Means(**{**given, "config": paths.run / "linekeeper.toml", **more})


@pytest.fixture
def served(paths: BoxPaths, programs: Path) -> Iterator[MockPanel]:
    answerer = Answerer(paths.api_socket, BOARD)
    panel = MockPanel()
    service = PanelService(
        PanelPlan(watched=Watched(paths=paths, networks=paths.run / "none"), means=means(paths)), Panel(panel)
    )
    thread = threading.Thread(target=service.run, daemon=True)
    thread.start()
    yield panel
    service.stop()
    thread.join(WAIT_S)
    assert not thread.is_alive()
    assert panel.closed
    assert not panel.burning
    answerer.close()


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def test_panel_when_the_box_answers_then_its_lamps_say_how_it_is(served: MockPanel) -> None:
    until(lambda: served.burning == {"power", "call"})  # no network: the link lamp is dark


def test_button_when_pressed_for_a_moment_then_the_address_is_spoken(served: MockPanel, programs: Path) -> None:
    served.inject_down()
    served.inject_up(time.monotonic() + 0.2)
    until(lambda: programs.exists() and programs.stat().st_size > 20_000)
    assert programs.read_bytes()[:4] == b"RIFF"
    assert programs.with_suffix(".wav.words").read_text().split() == ["-q", "-D", "plughw:0"]


def test_button_when_held_for_very_long_and_pressed_again_then_a_factory_reset_is_asked_for(
    served: MockPanel, paths: BoxPaths
) -> None:
    served.inject_down(time.monotonic() - 10.5)
    until(lambda: any(light == "fault" and on for _, light, on in served.history))  # it wants to be confirmed
    assert not (paths.run / RESET_REQUEST).exists()
    served.inject_up()
    served.inject_down()
    served.inject_up(time.monotonic() + 0.2)
    until((paths.run / RESET_REQUEST).exists)


def test_look_when_nobody_answers_then_no_board_and_no_console(paths: BoxPaths) -> None:
    seen = look(Watched(paths=paths, lines=("front",), networks=paths.run / "none"))
    assert (seen.board, seen.console, seen.network, seen.lines) == (None, None, False, (None,))


def test_look_when_a_network_is_up_then_so_and_loopback_does_not_count(paths: BoxPaths) -> None:
    for name, state in (("lo", "up"), ("eth0", "down"), ("wlan0", "up")):
        (paths.run / "net" / name).mkdir(parents=True)
        (paths.run / "net" / name / "operstate").write_text(f"{state}\n")
    watched = Watched(paths=paths, networks=paths.run / "net")
    assert look(watched).network
    (paths.run / "net/wlan0/operstate").write_text("down\n")
    assert not look(watched).network


@pytest.mark.parametrize(
    "text", [None, "", "https://console\n", "http://console\nCODE\nF\n", "https://console\nCODE\n"]
)
def test_enrolment_when_its_file_is_missing_or_wrong_then_what_it_should_hold(
    paths: BoxPaths, text: str | None
) -> None:
    if text is not None:
        (paths.run / "e.txt").write_text(text)
    with pytest.raises(DevicesError, match=r"URL|fingerprint"):
        wishes.enrol(means(paths))


def test_enrolment_when_the_console_is_not_there_then_the_commands_own_words(paths: BoxPaths) -> None:
    (paths.run / "e.txt").write_text("https://127.0.0.1:9\n7KQM-3XWP-9DTA\n" + "0" * 64 + "\n")
    (paths.run / "linekeeper.toml").write_text(f'[box]\ndata_dir = "{paths.data}"\nrun_dir = "{paths.run}"\n')
    with pytest.raises(DevicesError, match=r"127\.0\.0\.1:9") as caught:
        wishes.enrol(means(paths))
    assert "7KQM" not in str(caught.value)


def test_speech_when_no_program_can_be_run_then_what_to_install(
    paths: BoxPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(paths.run))
    with pytest.raises(DevicesError, match="install espeak-ng"):
        wishes.say_address(means(paths), "192.0.2.7")
    wishes.say_address(means(paths, speaker=""), "192.0.2.7")
