"""A mailbox opens at any phone inside by its number and PIN; wrong ones lock it, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from switchboard.fake_contact import FakeContact
from switchboard.harness import Harness, play

from appliance.errors import RequestError
from appliance.events import LegRole

PIN = "2580"


async def ready(box: Harness) -> tuple[FakeContact, str]:
    """Queue `sales` has a mailbox with a number and a PIN; a phone dials: its process and contact."""
    await box.staff("ann", available=False)
    await box.call("mailbox.add", mailbox="sales", number="801")
    assert await box.call("mailbox.pin", mailbox="sales", pin=PIN) == {"mailbox": "sales", "number": "801", "pin": None}
    process = await box.process(0)
    contact = process.begin(source="extension:101")
    process.leg("customer", LegRole.CUSTOMER, agent="ann", extension="101")
    await process.settled()
    return process, contact


async def opens(box: Harness, contact: str, number: str, pin: str = PIN) -> dict[str, str]:
    parameters = {"agent": number, "pin": pin}
    said: dict[str, str] = await box.call("feature.voicemail.open_by_pin", contact=contact, parameters=parameters)
    return said


async def refused(box: Harness, contact: str, number: str, pin: str = PIN) -> tuple[str, str]:
    """Kind and sentence."""
    with pytest.raises(RequestError) as caught:
        await opens(box, contact, number, pin)
    return caught.value.kind, caught.value.sentence


def test_mailbox_of_a_queue_when_number_and_pin_are_right_then_it_opens(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        _, contact = await ready(box)
        said = await opens(box, contact, "801")
        assert (said["next"], said["sentence"].startswith("You have no messages")) == ("ask", True)
        recorded = await box.call("feature.voicemail.key", contact=contact, parameters={"key": "8"})
        assert recorded["number"] == "greeting:sales"
        (row,) = [one for one in await box.call("mailbox.list") if one["mailbox"] == "sales"]
        assert (row["number"], row["has_pin"]) == ("801", True)
        assert "scrypt" not in str(row)

    play(tmp_path, scene)


def test_mailbox_of_an_extension_when_its_name_is_dialled_then_its_pin_opens_it(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        _, contact = await ready(box)
        await box.call("extension.add", extension="150")
        await box.call("mailbox.add", mailbox="150")
        made = (await box.call("mailbox.pin", mailbox="150"))["pin"]
        assert (await opens(box, contact, "150", made))["next"] == "ask"
        login = (await box.call("agent.pin", agent="ann", pin="4711"))["login"]
        assert (await opens(box, contact, login, "4711"))["next"] == "ask"  # as ever
        assert (await refused(box, contact, login, PIN))[0] == "refused"

    play(tmp_path, scene)


def test_mailbox_when_the_pin_is_wrong_thrice_then_it_alone_is_locked_even_after_a_restart(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process, contact = await ready(box)
        login = (await box.call("agent.pin", agent="ann", pin="4711"))["login"]
        for _ in range(3):
            assert await refused(box, contact, "801", "7777") == ("refused", "The number or the PIN is wrong.")
        assert (await refused(box, contact, "801"))[0] == "locked"
        assert (await opens(box, contact, login, "4711"))["next"] == "ask"
        await box.stop()
        await box.start()
        await process.connect()
        await process.settled()
        kind, sentence = await refused(box, contact, "801")
        assert (kind, "too many wrong PINs" in sentence) == ("locked", True)
        await box.call("mailbox.pin", mailbox="sales", pin=PIN)  # a new PIN ends it
        assert (await opens(box, contact, "801"))["next"] == "ask"

    play(tmp_path, scene)


def test_mailbox_when_it_has_no_pin_or_is_removed_or_nobody_has_the_number_then_it_sounds_the_same(
    tmp_path: Path,
) -> None:
    async def scene(box: Harness) -> None:
        _, contact = await ready(box)
        await box.call("extension.add", extension="150")
        await box.call("mailbox.add", mailbox="150", number="850")
        await box.call("mailbox.remove", mailbox="sales")
        heard = {await refused(box, contact, number) for number in ("850", "150", "801", "999")}
        assert heard == {("refused", "The number or the PIN is wrong.")}

    play(tmp_path, scene)


def test_mailbox_when_added_again_after_it_was_removed_then_the_old_pin_opens_nothing(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        _, contact = await ready(box)
        await box.call("mailbox.remove", mailbox="sales")
        await box.call("mailbox.add", mailbox="sales", number="801")
        assert (await refused(box, contact, "801"))[0] == "refused"

    play(tmp_path, scene)


@pytest.mark.parametrize(
    ("op", "arguments", "words"),
    [
        ("mailbox.add", {"mailbox": "150", "number": "801"}, "number 801 is mailbox sales's"),
        ("mailbox.add", {"mailbox": "sales", "number": "150"}, "number 150 is mailbox 150's"),
        ("mailbox.add", {"mailbox": "sales", "number": "101"}, "number 101 is agent ann's"),
        ("mailbox.add", {"mailbox": "sales", "number": "8x"}, "number"),
        ("mailbox.pin", {"mailbox": "nobody"}, "no mailbox nobody"),
        ("mailbox.pin", {"mailbox": "ann"}, "linekeeper agent pin ann"),
        ("mailbox.pin", {"mailbox": "sales", "pin": "1234"}, "too easy"),
    ],
)
def test_number_or_pin_when_it_can_not_be_then_it_says_why(
    tmp_path: Path, op: str, arguments: dict[str, Any], words: str
) -> None:
    async def scene(box: Harness) -> None:
        await ready(box)
        await box.call("extension.add", extension="150")
        await box.call("mailbox.add", mailbox="150")
        with pytest.raises(RequestError, match=words):
            await box.call(op, **arguments)

    play(tmp_path, scene)
