"""What `device list` says of each device: its place in the configuration, and who shares a headset."""

from __future__ import annotations

from pathlib import Path

from appliance.cli.device.listing import rows_of
from appliance.config.schema import Configuration, Headset, Line
from appliance.devices.seat.hygiene import Use
from hw.devices import Found, Kind

CONFIGURATION = Configuration(
    headsets=(Headset(extension="201", password_file=Path("secret"), device="A1", agent="ann"),),
    lines=(Line(name="front", kind="modem", number="100", device="M1"),),
)


def _found(serial: str, kind: Kind = Kind.HEADSET) -> Found:
    return Found(kind=kind, driver="hidraw", address=f"/dev/{serial}", name="a device", serial=serial)


def _use(at: float, agent: str, headset: str = "A1") -> Use:
    return Use(at=at, headset=headset, extension="201", agent=agent)


def test_headset_when_its_own_agent_wears_it_then_nothing_to_remark() -> None:
    row = next(rows_of([_found("A1")], CONFIGURATION, [_use(0.0, "ann"), _use(86400.0, "ann")]))
    assert (row["extension"], row["agent"], row["shared"], row["remark"]) == ("201", "ann", False, "")
    assert row["users"] == [{"agent": "ann", "last": "1970-01-02"}]


def test_headset_when_others_wear_it_then_it_is_to_be_cleaned() -> None:
    row = next(rows_of([_found("A1")], CONFIGURATION, [_use(0.0, "ann"), _use(1.0, "bob")]))
    assert row["shared"] is True
    assert row["remark"] == "ann's, and worn by bob: clean it"


def test_headset_when_it_is_nobodys_then_how_to_give_it_to_somebody() -> None:
    row = next(rows_of([_found("B2")], CONFIGURATION, []))
    assert row["extension"] is None
    assert row["remark"] == 'nobody\'s: add [[headsets]] with device = "B2"'


def test_line_when_its_device_is_found_then_its_name() -> None:
    rows = list(rows_of([_found("M1", Kind.MODEM), _found("M2", Kind.MODEM)], CONFIGURATION, []))
    assert [row["line"] for row in rows] == ["front", None]
    assert "shared" not in rows[0]
