"""Which contact process begins a contact that the box begins itself."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from switchboard.fake_contact import FakeContact
from switchboard.harness import Harness, play

from appliance import events as said
from appliance.contact import protocol
from appliance.contact.protocol import OriginateContact
from appliance.errors import RequestError
from appliance.ids import ContactId
from appliance.switchboard.daemon import Switchboard
from appliance.switchboard.joints.originating import new_contact


def wanted() -> OriginateContact:
    return OriginateContact(contact=new_contact(), method=said.InitiationMethod.OUTBOUND, number="+12125559999")


def board(harness: Harness) -> Switchboard:
    assert harness.switchboard is not None
    return harness.switchboard


async def linked(harness: Harness, count: int) -> list[FakeContact]:
    """Processes that the switchboard knows."""
    made = [await harness.process(slot) for slot in range(count)]

    async def known() -> bool:
        return board(harness).under_way.contacts.processes.connected == count

    await harness.until(known, f"{count} processes")
    return made


def test_originate_when_a_process_takes_it_then_its_id_is_returned_and_commands_reach_it(tmp_path: Path) -> None:
    async def scene(harness: Harness) -> None:
        [process] = await linked(harness, 1)
        command = wanted()
        asked = asyncio.create_task(board(harness).meetings.originating.originate(command))
        received = await process.expect(protocol.OriginateContact)
        assert received.begin_by is not None
        process.begin(contact=received.contact)
        assert await asked == command.contact
        board(harness).under_way.contacts.command(protocol.HangUpContact(contact=command.contact))
        await process.expect(protocol.HangUpContact)
        process.hung_up()
        await harness.closed(command.contact)

    play(tmp_path, scene)


def test_originate_when_one_declines_then_the_next_is_asked(tmp_path: Path) -> None:
    async def scene(harness: Harness) -> None:
        processes = await linked(harness, 2)
        command = wanted()
        asked = asyncio.create_task(board(harness).meetings.originating.originate(command))
        await processes[0].expect(protocol.OriginateContact)
        processes[0].say(protocol.Declined(contact=command.contact))
        await processes[1].expect(protocol.OriginateContact)
        processes[1].begin(contact=command.contact)
        assert await asked == command.contact
        assert processes[0].count(protocol.OriginateContact) == 1
        processes[1].hung_up()
        await harness.closed(command.contact)

    play(tmp_path, scene)


def test_originate_when_all_decline_or_have_a_contact_then_refused(tmp_path: Path) -> None:
    async def scene(harness: Harness) -> None:
        busy, free = await linked(harness, 2)
        contact = busy.begin()
        await busy.settled()
        command = wanted()
        asked = asyncio.create_task(board(harness).meetings.originating.originate(command))
        await free.expect(protocol.OriginateContact)
        free.say(protocol.Declined(contact=command.contact))
        with pytest.raises(RequestError, match="no contact process is free"):
            await asked
        assert busy.count(protocol.OriginateContact) == 0
        busy.hung_up()
        await harness.closed(contact)

    play(tmp_path, scene)


def test_originate_when_asked_twice_for_one_contact_then_the_second_is_refused(tmp_path: Path) -> None:
    async def scene(harness: Harness) -> None:
        [process] = await linked(harness, 1)
        command = wanted()
        asked = asyncio.create_task(board(harness).meetings.originating.originate(command))
        await process.expect(protocol.OriginateContact)
        with pytest.raises(RequestError, match="about to begin already"):
            await board(harness).meetings.originating.originate(command)
        process.begin(contact=command.contact)
        assert await asked == command.contact
        process.hung_up()
        await harness.closed(command.contact)

    play(tmp_path, scene)


def test_dial_when_it_can_not_be_then_says_why(tmp_path: Path) -> None:
    async def scene(harness: Harness) -> None:
        with pytest.raises(RequestError, match="no agent"):
            await harness.call("contact.dial", agent="nobody", number="101")
        await harness.staff("kim", available=False)
        with pytest.raises(RequestError, match="can't be called"):
            await harness.call("contact.dial", agent="kim", number="479")
        with pytest.raises(RequestError, match="no queue"):
            await harness.call("contact.dial", agent="kim", number="101", queue="nowhere")
        with pytest.raises(RequestError, match="no contact process"):
            await harness.call("contact.dial", agent="kim", number="101")

    play(tmp_path, scene)


def test_dial_when_on_behalf_of_a_queue_then_caller_id_and_wrap_up_are_the_queues(tmp_path: Path) -> None:
    async def scene(harness: Harness) -> None:
        [process] = await linked(harness, 1)
        await harness.staff("kim", available=False)
        await harness.call("extension.add", extension="102")
        await harness.call("queue.add", queue="sales", caller_id="+12125550100", wrap_up_s=0)
        asked = asyncio.create_task(harness.call("contact.dial", agent="kim", number="102", queue="sales"))
        command = await process.expect(protocol.OriginateContact)
        assert (command.agent, command.extension, command.number) == ("kim", "101", "102")
        assert (command.queue, command.caller_id) == ("sales", "+12125550100")
        contact = process.begin_outbound(command)
        assert (await asked)["contact"] == contact
        await harness.until_agent("kim", activity="on_contact")
        process.emit(said.AgentConnected(agent=command.agent, extension=command.extension))
        process.emit(said.AgentLeft(agent=command.agent))
        process.leg_ends("agent-1", said.LegRole.AGENT)
        process.disconnected("CONNECTED")
        process.release()
        await harness.until_agent("kim", activity="after_contact_work")
        await harness.call("agent.clear", agent="kim")
        shown = await harness.closed(ContactId(contact))
        assert shown["contact"]["queue"] == "sales"

    play(tmp_path, scene)
