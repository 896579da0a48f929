"""Finishing a recording with the real encoder: two sides in, one checked stereo file out."""

from __future__ import annotations

import hashlib
import os
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.errors import RecordError
from appliance.ids import RecordingId
from appliance.records import finish
from appliance.records.facts import check_recording
from appliance.records.finish import (
    RecordingLostError,
    RecordingSources,
    finish_recording,
    recording_sources,
    remove_sources,
)
from appliance.records.flac_program import decode_flac, encode_flac
from appliance.stamps import Stamp

PLACE = "2026/11/18/tape-1.flac"
STARTED = Stamp(boot="a", mono_s=5.0, wall_s=1_795_000_000.0, synced=True)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """(spool folder, recordings folder)"""
    spool, recordings = tmp_path / "spool", tmp_path / "recordings"
    spool.mkdir()
    recordings.mkdir()
    return spool, recordings


def _sources(spool: Path) -> RecordingSources:
    return recording_sources(
        RecordingId("tape-1"),
        customer=str(spool / "tape-1.customer.wav"),
        agent=str(spool / "tape-1.agent.wav"),
        rate_hz=8000,
        started=STARTED,
    )


def _sides(path: Path) -> tuple[array[int], array[int]]:
    stereo = array("h", b"".join(decode_flac(path)))
    return stereo[0::2], stereo[1::2]


def test_finish_when_both_sides_spoke_then_stereo_file_with_its_facts(
    folders: tuple[Path, Path], make_tone: Any, make_wav: Any
) -> None:
    spool, recordings = folders
    sources = _sources(spool)
    sources.customer.write_bytes(make_wav(make_tone(2.0)))
    sources.agent.write_bytes(make_wav(make_tone(1.5, hz=880.0), sized=True))
    done = finish_recording(sources, recordings)
    path = recordings / PLACE
    assert done.path == PLACE
    assert done.duration_s == 2.0
    assert done.bytes == path.stat().st_size
    assert done.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    left, right = _sides(path)
    assert left == make_tone(2.0)
    assert right == make_tone(1.5, hz=880.0) + array("h", bytes(8000))
    facts = check_recording(path, sha256=done.sha256)
    assert facts.valid and facts.customer_heard and facts.agent_heard
    assert (facts.channels, facts.rate_hz, facts.duration_s) == (2, 8000, 2.0)
    assert facts.customer_dbfs == pytest.approx(-17.0, abs=0.1)  # sine of a fifth: 20 log10(0.2 / sqrt 2)
    assert facts.agent_dbfs == pytest.approx(-18.2, abs=0.1)
    assert done.event().recording == "tape-1"


def test_finish_when_run_again_then_same_result_even_without_sources(
    folders: tuple[Path, Path], make_tone: Any, make_wav: Any
) -> None:
    spool, recordings = folders
    sources = _sources(spool)
    sources.customer.write_bytes(make_wav(make_tone(0.5)))
    first = finish_recording(sources, recordings)
    inode = (recordings / PLACE).stat().st_ino
    assert finish_recording(sources, recordings) == first
    assert (recordings / PLACE).stat().st_ino == inode
    remove_sources(sources)
    remove_sources(sources)
    assert list(spool.iterdir()) == []
    assert finish_recording(sources, recordings) == first


def test_finish_when_file_in_place_is_torn_then_made_again_from_the_sources(
    folders: tuple[Path, Path], make_tone: Any, make_wav: Any
) -> None:
    spool, recordings = folders
    sources = _sources(spool)
    sources.customer.write_bytes(make_wav(make_tone(1.0)))
    first = finish_recording(sources, recordings)
    path = recordings / PLACE
    path.write_bytes(path.read_bytes()[:2000])
    assert finish_recording(sources, recordings) == first


class PowerCutError(BaseException):
    """Ends the program where it stands; no handler of ours may catch it."""


@pytest.mark.parametrize("step", ["encode_flac", "read_stream_info", "sync", "_facts"])
def test_finish_when_crashed_at_a_step_then_done_again_from_intact_sources(
    folders: tuple[Path, Path], make_tone: Any, make_wav: Any, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    spool, recordings = folders
    sources = _sources(spool)
    sources.customer.write_bytes(make_wav(make_tone(0.5)))
    sources.agent.write_bytes(make_wav(make_tone(0.4)))
    before = [path.read_bytes() for path in sorted(spool.iterdir())]

    def crash(*_args: object, **_names: object) -> None:
        raise PowerCutError

    with monkeypatch.context() as patch:
        patch.setattr(finish, step, crash)
        with pytest.raises(PowerCutError):
            finish_recording(sources, recordings)
    assert [path.read_bytes() for path in sorted(spool.iterdir())] == before
    done = finish_recording(sources, recordings)
    assert check_recording(recordings / PLACE, sha256=done.sha256).valid
    assert [path.name for path in recordings.rglob("*") if path.is_file()] == ["tape-1.flac"]


def test_finish_when_no_audio_at_all_then_lost(folders: tuple[Path, Path], make_wav: Any) -> None:
    spool, recordings = folders
    sources = _sources(spool)
    with pytest.raises(RecordingLostError, match="tape-1 has no audio"):
        finish_recording(sources, recordings)
    sources.customer.write_bytes(make_wav(array("h")))
    with pytest.raises(RecordingLostError):
        finish_recording(sources, recordings)
    assert list(recordings.iterdir()) == []


def test_finish_when_rates_differ_then_refused(folders: tuple[Path, Path], make_tone: Any, make_wav: Any) -> None:
    spool, recordings = folders
    sources = _sources(spool)
    sources.customer.write_bytes(make_wav(make_tone(0.1)))
    sources.agent.write_bytes(make_wav(make_tone(0.1)).replace(b"\x40\x1f\0\0", b"\x80\x3e\0\0", 1))
    with pytest.raises(RecordError, match=r"8000 Hz, .* 16000 Hz"):
        finish_recording(sources, recordings)


def test_finish_when_flac_is_missing_then_error_says_so_and_nothing_is_left(
    folders: tuple[Path, Path], make_tone: Any, make_wav: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool, recordings = folders
    sources = _sources(spool)
    sources.customer.write_bytes(make_wav(make_tone(30.0)))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RecordError, match="install flac"):
        finish_recording(sources, recordings)
    assert [path for path in recordings.rglob("*") if path.is_file()] == []


def test_finish_when_the_encoder_was_given_something_else_then_refused(
    folders: tuple[Path, Path], make_tone: Any, make_wav: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool, recordings = folders
    sources = _sources(spool)
    sources.customer.write_bytes(make_wav(make_tone(0.5)))

    def one_sample_wrong(pcm: Iterator[array[int]], target: Path, *, rate_hz: int, tags: object) -> None:
        samples = array("h", b"".join(bytes(block) for block in pcm))
        samples[1000] ^= 1
        encode_flac([samples], target, rate_hz=rate_hz)

    monkeypatch.setattr(finish, "encode_flac", one_sample_wrong)
    with pytest.raises(RecordError, match="doesn't hold what was written"):
        finish_recording(sources, recordings)
    assert [path for path in recordings.rglob("*") if path.is_file()] == []


def test_finish_when_a_process_of_before_left_a_part_then_it_goes(
    folders: tuple[Path, Path], make_tone: Any, make_wav: Any
) -> None:
    spool, recordings = folders
    sources = _sources(spool)
    sources.customer.write_bytes(make_wav(make_tone(0.5)))
    left = recordings / f"{PLACE}.1.part"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"torn")
    finish_recording(sources, recordings)
    assert [path.name for path in recordings.rglob("*") if path.is_file()] == ["tape-1.flac"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_finish_when_disk_is_full_then_error_and_sources_stay(
    folders: tuple[Path, Path], make_tone: Any, make_wav: Any
) -> None:
    spool, recordings = folders
    sources = _sources(spool)
    sources.customer.write_bytes(make_wav(make_tone(5.0)))
    part = recordings / f"{PLACE}.{os.getpid()}.part"
    part.parent.mkdir(parents=True)
    part.symlink_to("/dev/full")
    with pytest.raises(RecordError, match=r"could not encode .*check the disk"):
        finish_recording(sources, recordings)
    assert sources.customer.stat().st_size == 44 + 80_000
    assert not part.is_symlink()
    assert finish_recording(sources, recordings).duration_s == 5.0


def test_finish_when_folder_cannot_be_made_then_error(
    folders: tuple[Path, Path], make_tone: Any, make_wav: Any
) -> None:
    spool, recordings = folders
    sources = _sources(spool)
    sources.customer.write_bytes(make_wav(make_tone(0.1)))
    (recordings / "2026").write_text("in the way")
    with pytest.raises(RecordError, match="could not finish recording"):
        finish_recording(sources, recordings)


@pytest.mark.parametrize("recording", ["", "../x", ".hidden", "a/b"])
def test_sources_when_id_is_no_file_name_then_refused(recording: str) -> None:
    with pytest.raises(RecordError, match="can't be a file name"):
        recording_sources(RecordingId(recording), customer="c", agent="a", rate_hz=8000, started=STARTED)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=15)
@given(cuts=st.tuples(st.integers(0, 1044), st.integers(0, 1044)))
def test_finish_when_sources_are_cut_at_any_byte_then_at_most_the_torn_sample_is_lost(
    folders: tuple[Path, Path], make_tone: Any, make_wav: Any, cuts: tuple[int, int]
) -> None:
    spool, recordings = folders
    sources = _sources(spool)
    tones = [make_tone(500 / 8000, hz=hz) for hz in (440.0, 880.0)]
    for path, samples, cut in zip((sources.customer, sources.agent), tones, cuts, strict=True):
        path.write_bytes(make_wav(samples)[:cut])
    whole = [max(0, cut - 44) // 2 for cut in cuts]
    (recordings / PLACE).unlink(missing_ok=True)
    if not any(whole):
        with pytest.raises(RecordingLostError):
            finish_recording(sources, recordings)
        return
    finish_recording(sources, recordings)
    length = max(whole)
    for side, samples, kept in zip(_sides(recordings / PLACE), tones, whole, strict=True):
        assert side == samples[:kept] + array("h", bytes(2 * (length - kept)))


def test_facts_when_a_side_is_silent_then_it_is_not_heard(
    folders: tuple[Path, Path], make_tone: Any, make_wav: Any
) -> None:
    spool, recordings = folders
    sources = _sources(spool)
    sources.agent.write_bytes(make_wav(make_tone(1.0)))
    finish_recording(sources, recordings)
    facts = check_recording(recordings / PLACE)
    assert facts.valid and facts.agent_heard and not facts.customer_heard
    assert facts.customer_dbfs == float("-inf")


def test_facts_when_a_byte_is_changed_or_missing_then_not_valid(
    folders: tuple[Path, Path], make_tone: Any, make_wav: Any
) -> None:
    spool, recordings = folders
    sources = _sources(spool)
    sources.agent.write_bytes(make_wav(make_tone(1.0)))
    done = finish_recording(sources, recordings)
    path = recordings / PLACE
    whole = path.read_bytes()
    for damaged in _damages(whole):
        path.write_bytes(damaged)
        facts = check_recording(path, sha256=done.sha256)
        assert not facts.valid
    path.write_bytes(b"RIFF" + whole[4:])
    with pytest.raises(RecordError, match="no FLAC file"):
        check_recording(path)
    path.unlink()
    with pytest.raises(RecordError, match="can't be read"):
        check_recording(path)


def _damages(whole: bytes) -> Iterator[bytes]:
    yield whole[: len(whole) // 2]
    middle = len(whole) // 2
    yield whole[:middle] + bytes([whole[middle] ^ 0xFF]) + whole[middle + 1 :]
    yield whole[:30] + bytes([whole[30] ^ 1]) + whole[31:]  # the MD5 in STREAMINFO


def test_finish_when_done_then_no_process_or_descriptor_is_left(
    folders: tuple[Path, Path], make_tone: Any, make_wav: Any
) -> None:
    spool, recordings = folders
    sources = _sources(spool)
    sources.agent.write_bytes(make_wav(make_tone(0.2)))
    finish_recording(sources, recordings)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        (recordings / PLACE).unlink()
        finish_recording(sources, recordings)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
