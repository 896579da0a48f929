"""The organisation's keys: made once, private, and the console works without the secret half."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyrage
import pytest

from appliance.console.recordings.keys import FOLDER, IDENTITIES, RECIPIENTS, RecordingKeyError, recording_keys


def test_keys_when_there_are_none_then_they_are_made_once_by_whoever_comes_first(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as many:
        found = list(many.map(lambda _: recording_keys(tmp_path), range(16)))
    assert len({one.recipients for one in found}) == 1
    keys = found[0]
    assert [str(one.to_public()) for one in keys.identities] == list(keys.recipients)
    assert (tmp_path / FOLDER).stat().st_mode & 0o777 == 0o700
    assert (tmp_path / FOLDER / IDENTITIES).stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in (tmp_path / FOLDER).iterdir()) == [IDENTITIES, RECIPIENTS]


def test_keys_when_the_secret_half_is_taken_away_then_boxes_still_seal_and_nobody_opens(tmp_path: Path) -> None:
    before = recording_keys(tmp_path)
    (tmp_path / FOLDER / IDENTITIES).unlink()
    after = recording_keys(tmp_path)
    assert (after.recipients, after.identities) == (before.recipients, ())


def test_keys_when_others_may_read_them_then_they_are_not_used(tmp_path: Path) -> None:
    recording_keys(tmp_path)
    (tmp_path / FOLDER / IDENTITIES).chmod(0o640)
    with pytest.raises(RecordingKeyError, match="chmod 600"):
        recording_keys(tmp_path)


def test_keys_when_shown_then_nothing_secret_is(tmp_path: Path) -> None:
    assert "AGE-SECRET" not in repr(recording_keys(tmp_path))
    (tmp_path / FOLDER / IDENTITIES).write_text("AGE-SECRET-KEY-1NONSENSE\n")
    with pytest.raises(RecordingKeyError) as raised:
        recording_keys(tmp_path)
    assert "NONSENSE" not in str(raised.value)


def test_keys_when_a_recipient_is_added_then_boxes_seal_to_both(tmp_path: Path) -> None:
    first = recording_keys(tmp_path).recipients[0]
    other = str(pyrage.x25519.Identity.generate().to_public())
    with (tmp_path / FOLDER / RECIPIENTS).open("a") as file:
        file.write(f"# the head office\n{other}  # kept in the safe\n")
    assert recording_keys(tmp_path).recipients == (first, other)
