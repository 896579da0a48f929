"""Headsets in the configuration: what is refused, and which entry a device has."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.config.headsets import headset_entry
from appliance.config.load import parse
from appliance.errors import ConfigError


def _entry(**fields: str) -> str:
    given = {"extension": "201", "password_file": "secret"} | fields
    return "[[headsets]]\n" + "".join(f'{name} = "{value}"\n' for name, value in given.items())


def test_headset_when_given_then_its_password_file_is_absolute(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    headset = parse(_entry(agent="ann"), source="x", folder=tmp_path).headsets[0]
    assert headset.password_file == tmp_path / "secret"
    assert (headset.extension, headset.agent, headset.ring, headset.side_tone) == ("201", "ann", True, 0.0)


def test_headsets_when_two_share_what_they_must_not_then_each_fault_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret")
    text = _entry(device="A1", agent="ann") + _entry(device="A1", agent="ann", password_file="none")
    with pytest.raises(ConfigError) as caught:
        parse(text, source="x", folder=tmp_path)
    assert [problem.split(":")[0].split(" = ")[0] for problem in caught.value.problems] == [
        "headsets[1].password_file",
        "headsets[1].device",
        "headsets[1].extension",
        "headsets[1].agent",
    ]


def test_entry_when_a_device_is_named_then_that_one_else_the_nameless(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret")
    text = _entry(device="A1") + _entry(extension="202")
    configuration = parse(text, source="x", folder=tmp_path)
    named, other = headset_entry(configuration, {"A1", "/dev/hidraw0"}), headset_entry(configuration, {"B2"})
    assert named is not None
    assert other is not None
    assert (named.extension, other.extension) == ("201", "202")
    assert headset_entry(parse(_entry(device="A1"), source="x", folder=tmp_path), {"B2"}) is None
