"""Sealing: only the organisation can open the result, and a cut at any byte costs nothing."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyrage import x25519

from appliance.sync.recordings import sealing
from appliance.sync.recordings.sealing import SealingError, seal

PLAIN = bytes(range(256)) * 1000


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "plain" / "one.flac"
    path.parent.mkdir()
    path.write_bytes(PLAIN)
    return path


def test_sealed_when_opened_by_any_recipient_then_it_is_the_recording(source: Path, tmp_path: Path) -> None:
    keys = [x25519.Identity.generate() for _ in range(2)]
    target = tmp_path / "sealed" / "one.flac.age"
    found = seal(source, target, [str(key.to_public()) for key in keys])
    sealed = target.read_bytes()
    assert [pyrage.decrypt(sealed, [key]) for key in keys] == [PLAIN, PLAIN]
    assert (found.bytes, found.sha256) == (len(sealed), hashlib.sha256(sealed).hexdigest())
    assert found.plain_sha256 == hashlib.sha256(PLAIN).hexdigest()
    assert target.stat().st_mode & 0o777 == 0o600
    assert PLAIN[:64] not in sealed
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [x25519.Identity.generate()])


@given(data=st.binary(max_size=70_000))
def test_sealed_when_of_any_length_then_it_opens_to_the_same(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    key = x25519.Identity.generate()
    (folder / "plain").write_bytes(data)
    seal(folder / "plain", folder / "sealed", [str(key.to_public())])
    assert pyrage.decrypt((folder / "sealed").read_bytes(), [key]) == data


def test_sealing_when_the_original_has_changed_then_nothing_is_made(source: Path, tmp_path: Path) -> None:
    target, key = tmp_path / "one.age", str(x25519.Identity.generate().to_public())
    with pytest.raises(SealingError, match="has changed since"):
        seal(source, target, [key], expected_sha256="0" * 64)
    assert [path.name for path in tmp_path.iterdir()] == ["plain"]


@pytest.mark.parametrize("recipients", [[], ["age1nonsense"], ["ssh-ed25519 AAAA"]])
def test_sealing_when_there_is_no_proper_key_then_it_says_so(
    recipients: list[str], source: Path, tmp_path: Path
) -> None:
    with pytest.raises(SealingError, match="enrol the box"):
        seal(source, tmp_path / "one.age", recipients)
    assert source.read_bytes() == PLAIN


def test_sealing_when_the_disk_is_full_then_no_part_is_left(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sealing.os, "fsync", full)
    with pytest.raises(SealingError, match="No space left"):
        seal(source, tmp_path / "one.age", [str(x25519.Identity.generate().to_public())])
    assert [path.name for path in tmp_path.iterdir()] == ["plain"]


_CHILD = """
import os, sys
from pathlib import Path
from appliance.sync.recordings import sealing
left = int(sys.argv[4])
class Cut(sealing._Counted):
    def write(self, data):
        global left
        if left < len(data):
            self._file.write(data[:left]); self._file.flush(); os._exit(9)  # as a power cut: no clean-up
        left -= len(data)
        return super().write(data)
real = sealing._Counted
sealing._Counted = lambda file: Cut(file) if "w" in file.mode else real(file)
sealing.seal(Path(sys.argv[1]), Path(sys.argv[2]), [sys.argv[3]])
"""


@pytest.mark.parametrize("cut", [0, 1, 21, 22, 150, 200, 65_000, 100_000, 256_100])
def test_sealing_when_the_power_goes_at_a_byte_then_the_next_try_does_it(
    cut: int, source: Path, tmp_path: Path
) -> None:
    key = x25519.Identity.generate()
    target, public = tmp_path / "one.age", str(key.to_public())
    arguments = [sys.executable, "-c", _CHILD, str(source), str(target), public, str(cut)]
    ended = subprocess.run(arguments, env={**os.environ}, check=False, timeout=60)
    assert ended.returncode == 9
    assert not target.exists()
    assert source.read_bytes() == PLAIN
    seal(source, target, [public])
    assert pyrage.decrypt(target.read_bytes(), [key]) == PLAIN
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.age", "plain"]
