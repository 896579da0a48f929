"""Supervisors at the switchboard, with contact processes that do as a test says."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from switchboard.fake_contact import FakeContact
from switchboard.harness import Harness, play

from appliance import events as said
from appliance.contact import protocol
from appliance.errors import RequestError
from appliance.ids import AgentId, ContactId, Extension, LegId


async def talk(harness: Harness, slot: int = 0) -> tuple[FakeContact, ContactId]:
    """Agent kim talks with a customer."""
    process = await harness.process(slot)
    contact = process.begin()
    process.emit(said.LegAnswered(leg=LegId("customer")))
    process.leg("agent-1", said.LegRole.AGENT, agent="kim", extension="101")
    process.emit(said.LegAnswered(leg=LegId("agent-1")))
    process.emit(said.AgentConnected(agent=AgentId("kim"), extension=Extension("101")))
    await process.settled()
    return process, contact


async def supervisor(harness: Harness, agent: str = "lee") -> None:
    await harness.call("agent.add", agent=agent, supervisor=True)


async def listen(harness: Harness, host: FakeContact, monitor: FakeContact, contact: ContactId) -> ContactId:
    """Lee's phone is rung, answers, and the two processes join."""
    asked = asyncio.create_task(harness.call("contact.monitor", contact=contact, supervisor="lee"))
    order = await monitor.expect(protocol.OriginateContact)
    assert (order.method, order.agent, order.number) == (said.InitiationMethod.MONITOR, "lee", "")
    monitor.begin_outbound(order)
    monitor.emit(said.LegAnswered(leg=LegId("agent-1")))
    expected = await host.expect(protocol.ExpectJoin)
    joins = await monitor.expect(protocol.JoinContact)
    assert joins.join == expected.join
    assert len(joins.join) == 32
    assert (joins.port, joins.other, expected.other) == (host.sip_port, contact, order.contact)
    monitor.emit(said.ContactJoined(other=contact, leg=LegId("joint-2")))
    assert (await asked)["monitor"] == order.contact
    return order.contact


def end(process: FakeContact) -> None:
    process.disconnected("CONNECTED")
    process.release()


def test_monitor_when_the_phone_answers_then_processes_join_and_modes_go_to_both(tmp_path: Path) -> None:
    async def scene(harness: Harness) -> None:
        await harness.staff("kim", "lee", available=False)
        await supervisor(harness)
        host, contact = await talk(harness)
        monitor = await harness.process(1)
        listening = await listen(harness, host, monitor, contact)
        await harness.call("contact.mode", contact=contact, supervisor="lee", mode="whisper")
        for process, extension in ((host, "102"), (monitor, None)):
            told = await process.expect(protocol.SetMonitorMode)
            assert (told.other, told.mode, told.extension) == (listening, protocol.MonitorMode.WHISPER, extension)
        end(monitor)
        await harness.closed(listening)
        end(host)
        await harness.closed(contact)
        kinds = [event["type"] for event in await harness.events(contact)]
        steps = [kind for kind in kinds if kind.startswith("Monitoring")]
        assert steps == ["MonitoringStarted", "MonitoringChanged", "MonitoringEnded"]

    play(tmp_path, scene)


def test_monitor_when_the_switchboard_restarts_then_it_still_knows_who_listens(tmp_path: Path) -> None:
    async def scene(harness: Harness) -> None:
        await harness.staff("kim", "lee", available=False)
        await supervisor(harness)
        host, contact = await talk(harness)
        monitor = await harness.process(1)
        listening = await listen(harness, host, monitor, contact)
        await harness.stop()
        await harness.start()
        for process in (host, monitor):
            await process.connect()
        await harness.until_agent("kim", activity="on_contact")
        await harness.call("contact.take_over", contact=contact, supervisor="lee")
        told = await host.expect(protocol.SetMonitorMode)
        assert (told.mode, told.agent) == (protocol.MonitorMode.TAKE_OVER, "lee")
        end(monitor)
        await harness.closed(listening)
        end(host)
        await harness.closed(contact)

    play(tmp_path, scene)


def test_monitor_when_the_phone_is_not_answered_then_said_so_and_nothing_rings_on(tmp_path: Path) -> None:
    async def scene(harness: Harness) -> None:
        await harness.staff("kim", "lee", available=False)
        await supervisor(harness)
        host, contact = await talk(harness)
        monitor = await harness.process(1)
        asked = asyncio.create_task(harness.call("contact.monitor", contact=contact, supervisor="lee"))
        monitor.begin_outbound(await monitor.expect(protocol.OriginateContact))
        end(monitor)
        with pytest.raises(RequestError, match="lee was not answered"):
            await asked
        assert host.count(protocol.ExpectJoin) == 0
        end(host)
        await harness.closed(contact)

    play(tmp_path, scene)


def test_monitor_when_the_processes_can_not_join_then_the_supervisor_is_hung_up(tmp_path: Path) -> None:
    async def scene(harness: Harness) -> None:
        await harness.staff("kim", "lee", available=False)
        await supervisor(harness)
        host, contact = await talk(harness)
        monitor = await harness.process(1)
        asked = asyncio.create_task(harness.call("contact.monitor", contact=contact, supervisor="lee"))
        order = await monitor.expect(protocol.OriginateContact)
        monitor.begin_outbound(order)
        monitor.emit(said.LegAnswered(leg=LegId("agent-1")))
        await monitor.expect(protocol.JoinContact)
        monitor.say(protocol.JoinFailed(contact=order.contact, other=contact, sip_status=403))
        with pytest.raises(RequestError, match="its process answered 403"):
            await asked
        await monitor.expect(protocol.HangUpContact)
        assert await harness.events(contact, "MonitoringStarted") == []
        end(monitor)
        end(host)
        await harness.closed(contact)

    play(tmp_path, scene)


def test_monitor_when_it_may_not_be_then_says_why_and_nobody_is_rung(tmp_path: Path) -> None:
    async def scene(harness: Harness) -> None:
        await harness.staff("kim", "lee", available=False)
        host, contact = await talk(harness)
        monitor = await harness.process(1)
        with pytest.raises(RequestError, match="lee is no supervisor"):
            await harness.call("contact.monitor", contact=contact, supervisor="lee")
        await supervisor(harness)
        await supervisor(harness, "kim")
        with pytest.raises(RequestError, match="kim has part in contact"):
            await harness.call("contact.monitor", contact=contact, supervisor="kim")
        with pytest.raises(RequestError, match="does not listen"):
            await harness.call("contact.mode", contact=contact, supervisor="lee", mode="barge")
        await harness.call("agent.add", agent="kim", monitorable=False)
        with pytest.raises(RequestError, match="kim is not to be monitored"):
            await harness.call("contact.monitor", contact=contact, supervisor="lee")
        assert len(await harness.events(contact, "MonitoringRefused")) == 1
        assert monitor.count(protocol.OriginateContact) == 0
        end(host)
        await harness.closed(contact)
        with pytest.raises(RequestError, match="not under way"):
            await harness.call("contact.monitor", contact=contact, supervisor="lee")

    play(tmp_path, scene)


def test_monitor_when_the_conversation_goes_on_as_another_contact_then_so_does_the_listening(tmp_path: Path) -> None:
    async def scene(harness: Harness) -> None:
        await harness.staff("kim", "lee", available=False)
        await supervisor(harness)
        host, contact = await talk(harness)
        monitor = await harness.process(1)
        listening = await listen(harness, host, monitor, contact)
        following = ContactId("c0ffee00-0000-4000-8000-000000000001")
        host.emit(said.ContactTransferred(next=following, target="103", kind="blind"))
        end(host)
        host.begin(contact=following)
        await host.settled()
        [started] = await harness.events(following, "MonitoringStarted")
        assert (started["host"], started["monitor"]) == (following, listening)
        await harness.call("contact.mode", contact=following, supervisor="lee", mode="barge")
        told = await host.expect(protocol.SetMonitorMode)
        assert told.contact == following
        end(monitor)
        end(host)
        await harness.closed(following)

    play(tmp_path, scene)


def test_monitor_when_an_agent_joins_who_is_not_to_be_monitored_then_the_supervisor_is_hung_up(tmp_path: Path) -> None:
    async def scene(harness: Harness) -> None:
        await harness.staff("kim", "lee", "ann", available=False)
        await supervisor(harness)
        await harness.call("agent.add", agent="ann", monitorable=False)
        host, contact = await talk(harness)
        monitor = await harness.process(1)
        listening = await listen(harness, host, monitor, contact)
        host.emit(said.AgentConnected(agent=AgentId("ann"), extension=Extension("103")))
        assert (await monitor.expect(protocol.HangUpContact)).contact == listening
        end(monitor)
        end(host)
        await harness.closed(contact)

    play(tmp_path, scene)
