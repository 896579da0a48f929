"""The housekeeper in a real switchboard: it stops recording, says so, and starts again."""

from __future__ import annotations

from pathlib import Path

from switchboard.harness import Harness, play

from appliance.switchboard.keeping.budget import Level


def test_storage_when_the_budget_is_used_up_then_contacts_are_told_and_everybody_who_asks(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        first = await box.call("storage.show")
        assert first["level"] in (Level.OK, Level.WARNING)
        assert not box.paths.no_recording.exists()
        assert box.switchboard is not None
        box.write_config("[recording]\nreserve_mb = 900000000\n")
        await box.call("config.reload")
        full = await box.call("storage.show")
        assert full["level"] == Level.FULL
        assert "no call is recorded any more" in full["text"]
        assert box.paths.no_recording.exists()
        live = await box.call("live.look")
        assert [one for one in live["health"]["warnings"] if "no call is recorded" in one]
        await box.stop()
        assert box.paths.no_recording.exists()  # contact processes go on, and so does what they were told
        await box.start()
        box.write_config("")
        await box.call("config.reload")
        await box.call("storage.show")
        assert not box.paths.no_recording.exists()

    play(tmp_path, scene)


def test_erasure_when_a_contact_was_under_way_then_the_housekeeper_ends_it(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(1)
        contact = process.begin()
        await process.settled()
        await box.call("erasure.carry_out", request="e1", number=1, contacts=[contact])
        assert [one["request"] for one in (await box.call("erasure.list"))["open"]] == ["e1"]
        process.abandoned()
        await box.closed(contact)
        await box.call("storage.show")
        assert (await box.call("erasure.list"))["open"] == []
        found = await box.closed(contact)
        assert found["record"]["CustomerEndpoint"]["Address"] == ""

    play(tmp_path, scene)
