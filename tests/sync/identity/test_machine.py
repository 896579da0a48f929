"""The hardware's id: the same at every start, another on another machine, nothing that lies on the memory card."""

from __future__ import annotations

from pathlib import Path

from appliance.sync.identity.machine import machine_id

NOTHING = Path("/nonexistent")


def card(
    folder: Path, name: str, address: str, *, assigned: str = "0", plugged: bool = False, device: bool = True
) -> None:
    place = folder / name
    place.mkdir(parents=True)
    (place / "address").write_text(f"{address}\n")
    (place / "addr_assign_type").write_text(f"{assigned}\n")
    if device:
        target = folder.parent / ("usb1" if plugged else "pci0") / name
        target.mkdir(parents=True)
        (place / "device").symlink_to(target)


def test_machine_when_the_board_has_a_serial_number_then_by_it(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"10000000abcdef01\0")
    two.write_bytes(b"10000000abcdef02\0")
    assert machine_id(one, NOTHING) == machine_id(one, NOTHING) != machine_id(two, NOTHING)
    assert "abcdef01" not in machine_id(one, NOTHING)


def test_machine_when_there_is_no_serial_number_then_by_the_cards_that_are_built_in(tmp_path: Path) -> None:
    first = tmp_path / "a" / "net"
    card(first, "eth0", "aa:bb:cc:00:00:01")
    alone = machine_id(NOTHING, first)
    card(first, "usb0", "aa:bb:cc:00:00:02", plugged=True)
    card(first, "docker0", "aa:bb:cc:00:00:03", device=False)
    card(first, "wlan0", "aa:bb:cc:00:00:04", assigned="3")
    assert machine_id(NOTHING, first) == alone
    card(first, "eth1", "aa:bb:cc:00:00:05")
    assert machine_id(NOTHING, first) != alone


def test_machine_when_nothing_is_known_then_the_same_for_all() -> None:
    assert machine_id(NOTHING, NOTHING) == machine_id(NOTHING, NOTHING)
    assert len(machine_id(NOTHING, NOTHING)) == 32
