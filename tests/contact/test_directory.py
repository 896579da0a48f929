from __future__ import annotations

from pathlib import Path

from appliance.contact.directory import Directory
from appliance.dialplan.directory import encode_directory
from appliance.events import Endpoint


def publish(path: Path, revision: int, names: dict[str, str]) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_bytes(encode_directory(revision, names.items()))
    fresh.replace(path)


def test_name_when_the_file_is_replaced_is_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "directory.tsv"
    directory = Directory(path)
    assert directory.name("+8225550100") == ""
    publish(path, 1, {"+8225550100": "Kim"})
    assert directory.name("+8225550100") == "Kim"
    publish(path, 2, {"+8225550100": "Kim Minsu"})
    assert directory.name("+8225550100") == "Kim Minsu"
    path.unlink()
    assert directory.name("+8225550100") == ""


def test_endpoint_when_the_directory_knows_it_has_that_name_and_else_its_own(tmp_path: Path) -> None:
    publish(tmp_path / "directory.tsv", 1, {"+8225550100": "Kim Minsu"})
    directory = Directory(tmp_path / "directory.tsv")
    known = Endpoint(address="+8225550100", display_name="KIM")
    assert directory.named(known).display_name == "Kim Minsu"
    other = Endpoint(address="+8225550101", display_name="LEE")
    assert directory.named(other) is other
    inside = Endpoint(address="+8225550100", type="VOIP", display_name="Ann")
    assert directory.named(inside) is inside
    assert Directory(None).named(known) is known
