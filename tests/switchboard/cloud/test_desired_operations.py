"""What the console wants of a real switchboard: compared, applied whole or not at all, put back exactly."""

from __future__ import annotations

import hashlib
import io
import wave
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kit import flows
from switchboard.harness import Harness, play

from appliance.edge.subscribers import list_subscribers
from appliance.store import Store

Json = dict[str, Any]


def item(kind: str, name: str, content: Json | None, **more: Any) -> Json:
    return {"kind": kind, "name": name, "content": content, **more}


WANTED = [
    item("agent", "kim", {"name": "Kim", "extension": "101", "profile": "front"}),
    item("extension", "101", {"name": "Reception", "ring_s": 15.0}),
    item("routing_profile", "front", {"queues": ["sales"], "outbound_queue": "sales"}),
    item("queue", "sales", {"name": "Sales", "ring_timeout_s": 17.0, "hours": "office"}),
    item("hours", "office", {"resource": {"TimeZone": "Asia/Seoul", "Config": []}, "overrides": []}),
    item("quick_connect", "Sales", {"type": "QUEUE", "target": "sales"}),
    item("disposition", "12@sales", {"name": "sold"}),
    item("configuration", "recording.internal", {"value": True}),
]


async def everything(box: Harness) -> Json:
    """All that can be steered, as the box shows it."""
    ops = ("queue", "routing_profile", "extension", "agent", "quick_connect", "disposition", "hours")
    found = {name: await box.call(f"{name}.list") for name in ops}
    for agent in found["agent"]:
        del agent["since"], agent["for_s"]
    assert box.switchboard is not None
    recording = box.switchboard.ground.settings.configuration.recording
    return {**found, "flows": await box.call("flow.export"), "internal": recording.internal}


def test_apply_when_all_is_good_then_all_is_there_and_comparing_finds_no_difference(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        before = await box.call("desired.compare", items=WANTED)
        assert [row["there"] for row in before] == [False] * len(WANTED)
        done = await box.call("desired.apply", items=WANTED)
        assert (done["applied"], done["failed"]) == (True, {})
        for row in await box.call("desired.compare", items=WANTED):
            assert (row["there"], row["local"]) == (True, row["desired"]), row
        assert list_subscribers(box.paths) == ("101",)
        assert (await everything(box))["internal"] is True

    play(tmp_path, scene)


def test_apply_when_one_thing_fails_then_nothing_is_changed(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        before = await everything(box)
        bad = [*WANTED, item("agent", "lee", {"profile": "nowhere"}), item("queue", "", {}), item("moon", "x", {})]
        with_bad_name = [one for one in bad if one["name"]]
        done = await box.call("desired.apply", items=with_bad_name)
        assert (done["applied"], sorted(done["failed"])) == (False, ["agent/lee", "moon/x"])
        checked = await box.call("desired.apply", items=WANTED, check=True)
        assert (checked["applied"], checked["failed"]) == (False, {})
        assert await everything(box) == before
        assert not box.paths.edge_db.exists() or list_subscribers(box.paths) == ()
        assert not (box.paths.data / "console.json").exists()

    play(tmp_path, scene)


def test_restore_when_things_were_changed_added_and_removed_then_all_is_as_before(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim", "lee", queue="sales", max_contacts=None)
        await box.call("agent.add", agent="lee", extension="")
        await box.call("quick_connect.add", name="Old", type="PHONE_NUMBER", target="+8225550100")
        subscribers, before = list_subscribers(box.paths), await everything(box)
        wanted = [
            *WANTED,
            item("queue", "sales", {"max_contacts": 3}),
            item("quick_connect", "Old", None),
            item("extension", "102", None),
            item("agent", "gone", None),
            item("flow_bundle", "main", {}, blob=put_bundle(box)),
        ]
        done = await box.call("desired.apply", items=wanted)
        assert (done["applied"], done["failed"]) == (True, {})
        assert (await everything(box))["flows"]["flows"] == ["welcome"]
        assert list_subscribers(box.paths) == ("101",)
        undone = await box.call("desired.restore", undo=msgspec.json.decode(msgspec.json.encode(done["undo"])))
        assert undone["failed"] == {}
        after = await everything(box)
        for kind, found in after.items():
            assert found == before[kind], kind
        assert list_subscribers(box.paths) == subscribers

    play(tmp_path, scene)


def put_bundle(box: Harness, *, rate_hz: int = 8000) -> str:
    """An archive with a flow and a prompt, as it lies among what came from the console; its SHA-256."""
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(b"\0\0" * 800)
    sha256 = hashlib.sha256(sound.getvalue()).hexdigest()
    document = {
        "Format": "linekeeper-flows/1",
        "Flows": {"welcome": {"Type": "CONTACT_FLOW", "Document": flows.menu("sales")}},
        "Hours": {}, "Bots": {}, "Functions": {}, "Prompts": {"hello": sha256}, "Map": {},
    }  # fmt: skip
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("bundle.json", msgspec.json.encode(document))
        archive.writestr(f"sounds/{sha256}.wav", sound.getvalue())
    return put(box, packed.getvalue())


def put(box: Harness, content: bytes) -> str:
    sha256 = hashlib.sha256(content).hexdigest()
    box.paths.incoming.mkdir(exist_ok=True)
    (box.paths.incoming / sha256).write_bytes(content)
    return sha256


def test_bundle_when_it_is_applied_and_changed_by_hand_then_the_comparison_tells(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.call("queue.add", queue="sales")
        wanted = [item("flow_bundle", "main", {}, blob=put_bundle(box))]
        assert (await box.call("desired.compare", items=wanted))[0]["there"] is False
        assert (await box.call("desired.apply", items=wanted))["failed"] == {}
        assert len(list(box.paths.prompts.glob("hello~*.wav"))) == 1
        (row,) = await box.call("desired.compare", items=wanted)
        assert row["local"] == row["desired"]
        await box.call("flow.install", name="welcome", document=flows.straight("sales"))
        (row,) = await box.call("desired.compare", items=wanted)
        assert row["local"] != row["desired"]

    play(tmp_path, scene)


@pytest.mark.parametrize("damage", ["changed", "absent", "rate", "no bundle"])
def test_bundle_when_it_is_not_what_the_order_names_then_refused(tmp_path: Path, damage: str) -> None:
    async def scene(box: Harness) -> None:
        await box.call("queue.add", queue="sales")
        sha256 = put_bundle(box, rate_hz=44100 if damage == "rate" else 8000)
        if damage == "changed":
            (box.paths.incoming / sha256).write_bytes(b"PK\x03\x04 tampered")
        elif damage == "absent":
            (box.paths.incoming / sha256).unlink()
        elif damage == "no bundle":
            sha256 = put(box, b"PK\x03\x04 nothing")
        before = await everything(box)
        done = await box.call("desired.apply", items=[item("flow_bundle", "main", {}, blob=sha256)])
        assert (done["applied"], list(done["failed"])) == (False, ["flow_bundle/main"])
        assert await everything(box) == before
        assert list(box.paths.prompts.glob("hello~*.wav")) == []

    play(tmp_path, scene)


def test_prompt_when_it_is_applied_and_put_back_then_the_old_file_is_there(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        file = box.paths.prompts / "hold.wav"
        file.write_bytes(b"the old one")
        with zipfile.ZipFile(box.paths.incoming / put_bundle(box)) as archive:
            sound = archive.read(next(name for name in archive.namelist() if name.endswith(".wav")))
        done = await box.call("desired.apply", items=[item("prompt", "hold", {}, blob=put(box, sound))])
        assert (done["failed"], file.read_bytes()) == ({}, sound)
        await box.call("desired.restore", undo=done["undo"])
        assert file.read_bytes() == b"the old one"
        bad = await box.call("desired.apply", items=[item("prompt", "../evil", {}, blob=put(box, sound))])
        assert list(bad["failed"]) == ["prompt/../evil"]

    play(tmp_path, scene)


def test_prompt_when_the_technician_has_one_of_another_format_then_it_is_the_local_one(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        theirs, ours = box.paths.prompts / "hold.mp3", box.paths.prompts / "hold.wav"
        theirs.write_bytes(b"the technician's")
        own = box.paths.prompts / "own" / "music.wav"
        own.parent.mkdir()
        own.write_bytes(b"the box's own")
        with zipfile.ZipFile(box.paths.incoming / put_bundle(box)) as archive:
            sound = archive.read(next(name for name in archive.namelist() if name.endswith(".wav")))
        wanted = [item("prompt", name, {}, blob=put(box, sound)) for name in ("hold", "music")]
        hold, music = await box.call("desired.compare", items=wanted)
        assert hold["local"] == {"sha256": hashlib.sha256(b"the technician's").hexdigest()}
        assert music["there"] is False
        done = await box.call("desired.apply", items=wanted)
        assert (done["failed"], ours.read_bytes(), theirs.exists()) == ({}, sound, False)
        gone = await box.call("desired.apply", items=[{**one, "content": None} for one in wanted])
        assert (gone["failed"], ours.exists(), own.read_bytes()) == ({}, False, b"the box's own")
        await box.call("desired.restore", undo=[*gone["undo"], *done["undo"]])
        assert (theirs.read_bytes(), ours.exists()) == (b"the technician's", False)
        assert not (box.paths.prompts / "music.wav").exists()
        bad = await box.call("desired.apply", items=[item("prompt", "가" * 70, {}, blob=put(box, sound))])
        assert len(bad["failed"]) == 1

    play(tmp_path, scene)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("box.data_dir", "/etc"),
        ("functions.command", ["sh"]),
        ("recording.internal", "maybe"),
        ("recording.nothing", 1),
        ("trunks", []),
    ],
)
def test_configuration_when_a_key_is_none_of_the_consoles_then_refused(tmp_path: Path, key: str, value: object) -> None:
    async def scene(box: Harness) -> None:
        done = await box.call("desired.apply", items=[item("configuration", key, {"value": value})])
        assert (done["applied"], list(done["failed"])) == (False, [f"configuration/{key}"])

    play(tmp_path, scene)


def test_configuration_when_the_technician_wrote_the_key_then_it_wins_until_overwritten(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        box.write_config("[recording]\noutbound = false\n")
        await box.call("config.reload")
        wanted = item("configuration", "recording.outbound", {"value": True})
        await box.call("desired.apply", items=[wanted])
        assert box.switchboard is not None
        settings = box.switchboard.ground.settings
        assert settings.configuration.recording.outbound is False
        (row,) = await box.call("desired.compare", items=[wanted])
        assert row["local"] == {"value": False}
        await box.call("desired.apply", items=[{**wanted, "overwrite": True}])
        assert settings.configuration.recording.outbound is True
        await box.call("desired.apply", items=[{**wanted, "content": None}])
        assert settings.configuration.recording.outbound is False

    play(tmp_path, scene)


def test_agents_when_they_are_steered_then_the_acd_hears_of_it(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.call("desired.apply", items=WANTED)
        await box.call("agent.status", agent="kim", status="Available")
        (kim,) = await box.call("agent.list")
        assert (kim["status"], kim["queues"]) == ("Available", ["sales"])
        with Store.open_read_only(box.paths.store) as store:
            assert {row.kind for row in store.outbox.pending(after=0)} >= {"agent", "queue", "extension"}

    play(tmp_path, scene)
