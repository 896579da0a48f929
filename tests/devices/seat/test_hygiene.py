"""Who used which headset: kept through a power cut, kept short, shown by headset and agent."""

from __future__ import annotations

from pathlib import Path

from appliance.devices.seat import hygiene
from appliance.devices.seat.hygiene import Use, note_use, read_uses, users_of


def _use(at: float, agent: str, headset: str = "A1") -> Use:
    return Use(at=at, headset=headset, extension="201", agent=agent)


def test_uses_when_noted_then_read_in_order_and_a_cut_line_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "devices" / "headsets.jsonl"
    assert read_uses(file) == []
    note_use(file, _use(1.0, "ann"))
    note_use(file, _use(2.0, ""))
    with file.open("ab") as log:
        log.write(b'{"at": 3, "hea')
    assert read_uses(file) == [_use(1.0, "ann"), _use(2.0, "")]


def test_users_when_a_headset_is_shared_then_each_with_the_latest_use() -> None:
    uses = [_use(1.0, "ann"), _use(2.0, "bob"), _use(3.0, "ann"), _use(4.0, ""), _use(5.0, "bob", "B2")]
    found = users_of(uses)
    assert {headset: sorted(agents) for headset, agents in found.items()} == {"A1": ["ann", "bob"], "B2": ["bob"]}
    assert found["A1"]["ann"].at == 3.0


def test_file_when_it_grows_then_only_the_newest_stay(tmp_path: Path) -> None:
    file = tmp_path / "headsets.jsonl"
    for at in range(hygiene.MOST_USES + 600):
        with file.open("ab") as log:
            log.write(b'{"at": %d, "headset": "A1", "extension": "201"}\n' % at)
    note_use(file, _use(9999.0, "ann"))
    uses = read_uses(file)
    assert len(uses) == hygiene.MOST_USES
    assert uses[-1].at == 9999.0
