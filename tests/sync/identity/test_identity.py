"""The identity on disk: readable by its account only, replaced whole, and a remedy where it can't be used."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from sync.identities import give_identity

from appliance.cloud.enrolment import CertificateAnswer
from appliance.errors import SyncError
from appliance.sync.identity.enrolling import EnrolmentError, console_url, is_due
from appliance.sync.identity.identity import identity_folder, is_enrolled, load_identity, renewed, store_identity
from appliance.sync.identity.key import from_pem, new_key


def test_identity_when_stored_then_others_can_read_nothing_of_it(tmp_path: Path) -> None:
    given = give_identity(tmp_path, "b1", "https://c")
    folder = identity_folder(tmp_path)
    assert folder.stat().st_mode & 0o077 == 0
    assert all(file.stat().st_mode & 0o077 == 0 for file in folder.iterdir())
    assert sorted(file.name for file in folder.iterdir()) == ["console.json", "credentials.pem"]
    found = load_identity(tmp_path)
    assert (found.box, found.key.private_numbers()) == ("b1", given.key.private_numbers())


def test_identity_when_there_is_none_then_the_error_says_how_to_get_one(tmp_path: Path) -> None:
    assert not is_enrolled(tmp_path)
    with pytest.raises(SyncError, match="linekeeper enroll URL CODE"):
        load_identity(tmp_path)


@pytest.mark.parametrize("name", ["console.json", "credentials.pem"])
def test_identity_when_a_file_is_damaged_then_the_error_says_what_to_do(tmp_path: Path, name: str) -> None:
    give_identity(tmp_path, "b1", "https://c")
    (identity_folder(tmp_path) / name).write_text("nonsense")
    with pytest.raises(SyncError, match="enrol the box anew"):
        load_identity(tmp_path)


def test_key_when_it_is_none_then_refused() -> None:
    with pytest.raises(SyncError, match="enrol the box anew"):
        from_pem("nonsense")


def test_renewal_when_two_thirds_have_passed_then_due(tmp_path: Path) -> None:
    identity = give_identity(tmp_path, "b1", "https://c")
    began = identity.certificate.not_valid_before_utc.timestamp()
    ends = identity.certificate.not_valid_after_utc.timestamp()
    assert identity.renew_from_s == pytest.approx(began + (ends - began) * 2 / 3)
    assert not is_due(identity, identity.renew_from_s - 1)
    assert is_due(identity, identity.renew_from_s)


def test_renewal_when_the_console_answers_then_what_it_says_counts_and_time_never_runs_backwards(
    tmp_path: Path,
) -> None:
    before = msgspec.structs.replace(give_identity(tmp_path, "b1", "https://c").console, floor_s=100.0)
    answer = CertificateAnswer(
        certificate="c", authorities="new", signing_keys=("k",), recipients=("age1",), now_s=50.0
    )
    after = renewed(before, answer)
    assert (after.authorities, after.signing_keys, after.recipients, after.floor_s) == ("new", ("k",), ("age1",), 100.0)
    assert (after.box, after.url) == ("b1", "https://c")


def test_identity_when_the_disk_takes_nothing_then_the_old_one_stays(tmp_path: Path) -> None:
    old = give_identity(tmp_path, "b1", "https://c")
    (identity_folder(tmp_path) / "credentials.pem").rename(tmp_path / "kept.pem")
    (identity_folder(tmp_path) / "credentials.pem").mkdir()
    with pytest.raises(SyncError, match="can't be stored"):
        store_identity(tmp_path, new_key(), "certificate", old.console)
    assert [file.name for file in identity_folder(tmp_path).glob(".*")] == []


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("console.example.com:8443", "https://console.example.com:8443"),
        ("https://10.0.0.5:8443/", "https://10.0.0.5:8443"),
    ],
)
def test_url_when_a_person_types_it_then_understood(typed: str, found: str) -> None:
    assert console_url(typed) == found


@pytest.mark.parametrize("typed", ["http://c", "https://", "https://c/x", "https://u@c", "ftp://c", ""])
def test_url_when_it_is_none_then_refused(typed: str) -> None:
    with pytest.raises(EnrolmentError, match="no console's address"):
        console_url(typed)
