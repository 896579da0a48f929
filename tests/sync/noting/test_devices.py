"""What becomes of lines is noted once: there, without a line, gone. Their calls are not."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from sync.clocks import Clock

from appliance.devices.line.board import Board, LineShown, lines_folder
from appliance.sync.noting.devices import DEAD, GONE, THERE, Noted, changes, look


def shown(state: str, *, line: str = "pstn", pid: int = 0) -> LineShown:
    return LineShown(
        line=line, kind="modem", number="+1", state=state, since=1.0, model="CX93010", pid=pid or os.getpid()
    )


def states(noted: Noted, run: Path, now: Clock) -> list[tuple[str, str, str]]:
    found = list(changes(noted, look(run), now()))
    noted.update({note.device: (note.kind, note.state) for note in found})
    return [(note.device, note.state, note.text) for note in found]


def test_line_when_its_service_shows_it_then_noted_once_however_often_it_rings(tmp_path: Path) -> None:
    board, noted, now = Board(tmp_path), Noted(), Clock()
    assert states(noted, tmp_path, now) == []
    board.show(shown("idle"))
    assert states(noted, tmp_path, now) == [("pstn", THERE, "CX93010")]
    for state in ("ringing", "connected", "idle"):
        board.show(shown(state))
        assert states(noted, tmp_path, now) == []
    board.show(shown("no_line"))
    assert states(noted, tmp_path, now) == [("pstn", DEAD, "CX93010")]
    board.show(shown("idle"))
    assert states(noted, tmp_path, now) == [("pstn", THERE, "CX93010")]
    board.take_down()
    assert states(noted, tmp_path, now) == [("pstn", GONE, "")]
    assert states(noted, tmp_path, now) == []


def test_line_when_its_service_was_killed_or_its_file_is_broken_then_it_counts_as_gone(tmp_path: Path) -> None:
    folder = lines_folder(tmp_path)
    folder.mkdir()
    (folder / "a.json").write_bytes(msgspec.json.encode(shown("idle", pid=4_194_305)))  # above any process id
    (folder / "b.json").write_text("{")
    assert look(tmp_path) == {}
    assert look(tmp_path / "nowhere") == {}
