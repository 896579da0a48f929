"""What contact processes are told, and which address the box says it has."""

from __future__ import annotations

import ipaddress
from pathlib import Path

from appliance.config.address import edge_address, own_address
from appliance.config.contact_settings import box_paths, to_contact_settings, write_contact_settings
from appliance.config.load import parse
from appliance.contact.settings import read_settings


def test_contact_settings_when_written_then_read_back_equal(tmp_path: Path) -> None:
    text = (
        '[box]\ndata_dir = "data"\nrun_dir = "run"\nregion = "KR"\n'
        '[edge]\naddress = "192.0.2.9"\n[recording]\nreserve_mb = 3'
    )
    configuration = parse(text, source="test", folder=tmp_path)
    paths = box_paths(configuration)
    paths.make()
    settings = read_settings(write_contact_settings(configuration, paths))
    assert settings == to_contact_settings(configuration, paths)
    assert settings.media_address == "192.0.2.9"
    assert settings.recording_reserve_bytes == 3_000_000
    assert settings.spool == str(tmp_path / "data" / "spool")
    assert list(paths.run.iterdir()) == [paths.contact_settings]


def test_edge_address_when_auto_then_the_address_of_the_default_route() -> None:
    configuration = parse("", source="test", folder=Path("/"))
    assert edge_address(configuration) == own_address()
    assert ipaddress.ip_address(own_address()).version == 4


def test_edge_address_when_given_then_taken() -> None:
    configuration = parse('[edge]\naddress = "2001:db8::7"', source="test", folder=Path("/"))
    assert edge_address(configuration) == "2001:db8::7"
