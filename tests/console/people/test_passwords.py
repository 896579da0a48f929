"""What is taken as a password, and that only the right one opens."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from appliance.console.people import passwords
from appliance.console.people.errors import PersonError


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "too short"),
        ("x" * 201, "too long"),
        ("aaaaaaaaaaaa", "neighbouring"),
        ("abababababab", "neighbouring"),
        ("ponmlkjihgfedcba", "neighbouring"),
        ("password1234", "common word"),
        ("LinekeeperLinekeeper1", "common word"),
        ("kim.minji2026", "log-in name"),
    ],
)
def test_password_when_guessed_first_then_refused(password: str, why: str) -> None:
    with pytest.raises(PersonError, match=why):
        passwords.checked(password, name="kim.minji")


@pytest.mark.parametrize("password", ["correct horse battery", "비밀번호는 길면 길수록 좋다", "t7!kQ9z@m2Lp"])
def test_password_when_long_enough_then_taken(password: str) -> None:
    assert passwords.checked(password, name="kim") == password


def test_password_when_hashed_then_only_itself_matches_and_nobody_has_none() -> None:
    kept = passwords.hashed("correct horse battery")
    assert kept.startswith("$argon2id$") and "correct" not in kept
    assert passwords.matches("correct horse battery", kept)
    assert not passwords.matches("correct horse batterz", kept)
    assert not passwords.matches("correct horse battery", "")
    assert not passwords.matches("correct horse battery", "no hash at all")


def test_hash_when_made_with_weaker_parameters_then_outdated() -> None:
    assert passwords.outdated(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse battery"))
    assert not passwords.outdated(passwords.hashed("correct horse battery"))


def test_fresh_password_when_made_then_good_enough_and_another_each_time() -> None:
    made = {passwords.fresh() for _ in range(50)}
    assert len(made) == 50
    assert all(passwords.checked(one, name="kim") == one and len(one) == 19 for one in made)


def test_hashes_when_made_alike_then_a_text_is_found_among_them_by_one_hash() -> None:
    kept = passwords.hashed_alike(["first text", "second text"])
    assert passwords.hashed_like("second text", kept[0]) == kept[1]
    assert passwords.hashed_like("third text", kept[0]) not in kept
    assert passwords.hashed_alike(["first text"])[0] != kept[0]
