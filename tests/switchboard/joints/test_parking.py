"""Orbits: who gets which, and what is known of them from the contacts' events."""

from __future__ import annotations

from pathlib import Path

import pytest
from switchboard.harness import Harness, play

from appliance.contact.protocol import ParkContact, ParkRefused, WishPark
from appliance.errors import RequestError
from appliance.events import AttributesUpdated, ContactParked, ContactUnparked, UnparkedOutcome


def test_orbit_when_wished_is_the_first_free_one_and_kept_until_the_customer_leaves(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        first, second = await box.process(0), await box.process(1)
        one, other = first.begin(), second.begin()
        first.say(WishPark(contact=one))  # with its very first events
        command = await first.expect(ParkContact)
        assert (command.orbit, command.time_s) == ("701", 90.0)
        second.say(WishPark(contact=other))
        assert (await second.expect(ParkContact)).orbit == "702"  # the first is only promised, but so it is
        first.emit(ContactParked(orbit="701"))
        second.emit(ContactParked(orbit="702"))
        await first.settled()
        await second.settled()
        assert (await box.call("status"))["parked"] == [
            {"orbit": "701", "contact": one},
            {"orbit": "702", "contact": other},
        ]
        first.emit(ContactUnparked(orbit="701", outcome=UnparkedOutcome.RETRIEVED))
        await first.settled()
        assert [row["orbit"] for row in (await box.call("status"))["parked"]] == ["702"]

    play(tmp_path, scene)


def test_orbit_when_taken_or_none_is_refused_by_name(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0)
        contact = process.begin()
        await process.settled()
        process.emit(ContactParked(orbit="705"))
        await process.settled()
        for orbit, why in (("705", "orbit 705 is taken"), ("800", "800 is no orbit; they are 701 to 720")):
            with pytest.raises(RequestError, match=why):
                await box.call("contact.park", contact=contact, orbit=orbit)
        with pytest.raises(RequestError, match="not under way"):
            await box.call("contact.park", contact="none")

    play(tmp_path, scene)


def test_orbit_when_there_was_nobody_to_park_is_free_again(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0)
        contact = process.begin()
        await process.settled()
        assert (await box.call("contact.park", contact=contact))["orbit"] == "701"
        await process.expect(ParkContact)
        process.say(ParkRefused(contact=contact, orbit="701"))
        process.emit(AttributesUpdated(attributes={}))  # what is said after it has been heard, so it has been heard too
        await process.settled()
        assert (await box.call("contact.park", contact=contact))["orbit"] == "701"

    play(tmp_path, scene)


def test_parked_contact_when_the_switchboard_starts_again_is_still_known(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0)
        contact = process.begin()
        process.emit(ContactParked(orbit="703"))
        await process.settled()
        await box.stop()
        await box.start()
        assert (await box.call("status"))["parked"] == [{"orbit": "703", "contact": contact}]

    play(tmp_path, scene)
