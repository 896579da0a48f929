"""Files that are whole or not there, and never a second writer's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from appliance import durable


def test_replace_when_done_then_the_new_content_alone_is_there_for_the_service_only(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    for content in (b"a much longer first content", b"second"):
        durable.replace(file, content)
    assert file.read_bytes() == b"second"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


def test_replace_when_it_can_not_be_written_then_the_old_content_stays(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    durable.replace(file, b"old")
    (tmp_path / "state.json.new").mkdir()
    with pytest.raises(OSError, match=r"state\.json\.new"):
        durable.replace(file, b"new")
    assert file.read_bytes() == b"old"


def test_keep_first_when_several_begin_at_once_then_one_wins_and_nothing_is_left_behind(tmp_path: Path) -> None:
    file = tmp_path / "key"
    contents = [f"key of {number}".encode() * 1000 for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda content: durable.keep_first(file, content), contents))
    kept = file.read_bytes()
    assert kept in contents
    durable.keep_first(file, b"later")
    assert file.read_bytes() == kept
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_sync_when_it_is_a_file_or_a_folder_then_done_and_else_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"content")
    durable.sync(file)
    durable.sync(tmp_path)
    with pytest.raises(FileNotFoundError):
        durable.sync(tmp_path / "nothing")
