"""The folder of made sounds: what is kept, what goes, what several processes see."""

from __future__ import annotations

import os
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from kit.audio import write_tone

from appliance.contact.speech.cache import Cache, find, path_of
from appliance.contact.speech.sound import playable, silence

SECOND = silence(1.0)
SECOND_BYTES = len(SECOND) + 44


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    made = Cache(tmp_path / "cache", 10 * SECOND_BYTES)
    made.open("these voices")
    return made


def names(cache: Cache) -> set[str]:
    return {path.stem for path in cache.folder.glob("[!.]*")}


def test_keep_when_given_samples_then_a_file_the_bridge_plays(cache: Cache) -> None:
    path = cache.keep("a", SECOND)
    assert playable(path)
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert file.readframes(8000) == SECOND
    assert find(cache.folder, "a") == path
    assert cache.has("a")


def test_find_when_unknown_then_none(cache: Cache) -> None:
    assert find(cache.folder, "a") is None
    assert not cache.has("a")


@pytest.mark.parametrize("size", [0, 20, 44, 1000])
def test_find_when_a_file_was_cut_short_then_it_is_not_there(cache: Cache, size: int) -> None:
    path = cache.keep("a", SECOND)
    os.truncate(path, size)
    assert find(cache.folder, "a") is None


def test_keep_when_too_much_then_the_longest_unused_go(cache: Cache) -> None:
    for number in range(10):
        os.utime(cache.keep(str(number), SECOND), (1000 + number, 1000 + number))
    assert len(names(cache)) == 10
    assert find(cache.folder, "0") is not None  # used now
    cache.keep("new", SECOND)
    assert names(cache) == {"0", "3", "4", "5", "6", "7", "8", "9", "new"}


def test_keep_when_one_is_larger_than_the_cache_then_it_is_kept_alone(cache: Cache) -> None:
    cache.keep("small", SECOND)
    cache.keep("large", SECOND * 20)
    assert names(cache) == {"large"}


def test_is_roomy_when_half_is_taken_then_no_longer(cache: Cache) -> None:
    for number in range(5):
        assert cache.is_roomy()
        cache.keep(str(number), SECOND)
    assert not cache.is_roomy()


def test_link_when_the_other_is_there_then_both_are_one_file(cache: Cache) -> None:
    first = cache.keep("content", SECOND)
    second = cache.link("name", "content")
    assert second == path_of(cache.folder, "name")
    assert first.samefile(second)
    assert cache.link("name", "content") == second
    assert cache.link("name", "unknown") is None


def test_open_when_made_by_the_same_then_everything_stays_but_leavings(cache: Cache) -> None:
    cache.keep("a", SECOND)
    (cache.folder / ".123.0.wav").write_bytes(b"half")
    again = Cache(cache.folder, 10 * SECOND_BYTES)
    again.open("these voices")
    assert names(again) == {"a"}
    assert not (cache.folder / ".123.0.wav").exists()


def test_open_when_voices_have_changed_then_nothing_stays(cache: Cache) -> None:
    cache.keep("a", SECOND)
    again = Cache(cache.folder, 10 * SECOND_BYTES)
    again.open("other voices")
    assert names(again) == set()
    again.keep("a", SECOND)
    again.open("other voices")
    assert names(again) == {"a"}


def test_open_when_files_are_there_then_they_count(cache: Cache) -> None:
    for number in range(8):
        cache.keep(str(number), SECOND)
    again = Cache(cache.folder, 10 * SECOND_BYTES)
    again.open("these voices")
    assert not again.is_roomy()
    again.keep("a", SECOND)
    again.keep("b", SECOND)
    again.keep("c", SECOND)
    assert len(names(again)) == 9


def test_keep_when_many_write_at_once_then_whole_files_within_the_limit(cache: Cache) -> None:
    def write(number: int) -> None:
        other = Cache(cache.folder, 10 * SECOND_BYTES) if number % 2 else cache
        other.keep(f"key{number % 7}", SECOND)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(60)))
    assert all(playable(path) for path in cache.folder.glob("[!.]*"))
    assert not list(cache.folder.glob(".*.wav"))


def test_take_when_the_file_was_written_aside_then_it_has_its_name(cache: Cache) -> None:
    aside = cache.aside()
    write_tone(aside, frequency_hz=440, duration_s=0.2)
    assert aside.name.startswith(".")
    assert cache.take("tone", aside) == path_of(cache.folder, "tone")
    assert not aside.exists()
