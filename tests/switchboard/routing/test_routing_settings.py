"""Routing profiles, proficiencies and queue settings by the local API: what is shown, refused, and told to the ACD."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from switchboard.harness import Harness, play

from appliance import events as said
from appliance.acd.model import AvailabilityTimer
from appliance.contact import protocol
from appliance.errors import RequestError
from appliance.events import AgentConnected
from appliance.ids import AgentId, Extension, ProfileId, QueueId


def test_profile_when_changed_then_every_agent_who_has_it_serves_anew(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim", "lee")
        served = [{"queue": "sales", "priority": 2, "delay_s": 30}]
        added = await box.call("routing_profile.add", profile="first", queues=served, outbound_queue="sales")
        assert added["served"] == [{"queue": "sales", "priority": 2, "delay_s": 30.0}]
        row = await box.call("agent.add", agent="kim", profile="first")
        assert (row["profile"], row["queues"]) == ("first", ["sales"])
        await box.call("routing_profile.add", profile="first", queues=[], timer="TIME_SINCE_LAST_INBOUND")
        assert box.switchboard is not None
        kim = box.switchboard.under_way.routing.acd._floor.agents["kim"]
        assert (kim.plan.queues, kim.plan.timer) == ((), AvailabilityTimer.LAST_INBOUND)
        assert kim.plan.outbound_queue == "sales"
        assert [entry["agent"] for entry in (await box.call("queue.list"))[0]["members"]] == ["lee"]
        (shown,) = await box.call("routing_profile.list")
        assert shown["agents"] == ["kim"]

    play(tmp_path, scene)


def test_profile_when_an_agent_gets_another_then_contact_record_and_history_keep_which_it_was(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim")
        await box.call("routing_profile.add", profile="first", queues=["sales"])
        await box.call("agent.add", agent="kim", profile="first")
        assert json.loads(box.paths.dial_plan.read_bytes())["profiles"] == {"kim": "first"}
        process = await box.process(0)
        contact = process.begin()
        process.emit(
            AgentConnected(agent=AgentId("kim"), extension=Extension("101"), offer=None, profile=ProfileId("first"))
        )
        await process.settled()
        await box.call("agent.add", agent="kim", queues=["sales"])
        process.hung_up()
        agent = (await box.closed(contact))["record"]["Agent"]
        assert agent["RoutingProfile"]["Name"] == "first"
        assert agent["RoutingProfile"]["ARN"].endswith("/routing-profile/first")
        store = box.switchboard.ground.store if box.switchboard is not None else None
        assert store is not None
        profiles = await store.run(lambda opened: [change.profile for change in opened.agent_states.changes()])
        known = [profile for profile, _ in itertools.groupby(profiles)]
        assert known == ["agent:kim", "first", "agent:kim"]

    play(tmp_path, scene)


def test_profile_when_an_agent_has_it_then_it_can_not_go(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim")
        await box.call("routing_profile.add", profile="first", queues=["sales"])
        await box.call("agent.add", agent="kim", profile="first")
        with pytest.raises(RequestError, match="belongs to kim"):
            await box.call("routing_profile.remove", profile="first")
        await box.call("agent.add", agent="kim", queues=["sales"])
        assert (await box.agent("kim"))["profile"] is None
        await box.call("routing_profile.remove", profile="first")
        with pytest.raises(RequestError, match="there is no routing-profile first"):
            await box.call("routing_profile.remove", profile="first")

    play(tmp_path, scene)


@pytest.mark.parametrize(
    "args",
    [
        {"queues": [{"queue": "sales", "priority": 0}]},
        {"queues": [{"queue": "sales", "priority": 100}]},
        {"queues": [{"queue": "sales", "delay_s": 10000}]},
        {"queues": [{"queue": "sales", "delay_s": -1}]},
        {"timer": "SOMETIMES"},
        {"queues": ["unknown"]},
        {"outbound_queue": "unknown"},
    ],
)
def test_profile_when_out_of_range_then_refused(tmp_path: Path, args: dict[str, object]) -> None:
    async def scene(box: Harness) -> None:
        await box.staff()
        with pytest.raises(RequestError):
            await box.call("routing_profile.add", profile="first", **args)
        assert await box.call("routing_profile.list") == []

    play(tmp_path, scene)


def test_proficiency_when_set_and_taken_away_then_shown(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim")
        await box.call("agent.proficiency", agent="kim", name="language", value="ko", level=5)
        row = await box.call("agent.proficiency", agent="kim", name="language", value="ko", level=3.5)
        assert row["proficiencies"] == [{"name": "language", "value": "ko", "level": 3.5}]
        assert (await box.agent("kim"))["proficiencies"] == row["proficiencies"]
        await box.call("agent.proficiency", agent="kim", name="language", value="ko")
        assert (await box.agent("kim"))["proficiencies"] == []
        with pytest.raises(RequestError, match="has no proficiency language = ko"):
            await box.call("agent.proficiency", agent="kim", name="language", value="ko")
        with pytest.raises(RequestError, match="level"):
            await box.call("agent.proficiency", agent="kim", name="language", value="ko", level=5.5)

    play(tmp_path, scene)


def test_agent_when_it_names_both_profile_and_queues_then_refused(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim")
        with pytest.raises(RequestError, match="give one of profile and queues"):
            await box.call("agent.add", agent="kim", profile="first", queues=["sales"])

    play(tmp_path, scene)


def test_agent_when_limits_are_set_then_they_stay_until_changed(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim")
        await box.call("agent.add", agent="kim", wrap_up_s=90, auto_accept=True)
        row = await box.call("agent.add", agent="kim", name="Kim")
        assert (row["wrap_up_s"], row["auto_accept"], row["extension"]) == (90.0, True, "101")
        row = await box.call("agent.add", agent="kim", wrap_up_s="queue", auto_accept=False, extension="")
        assert (row["wrap_up_s"], row["auto_accept"], row["extension"]) == (None, False, None)

    play(tmp_path, scene)


def test_queue_when_disabled_then_new_contacts_are_refused(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim", available=False)
        shown = await box.call("queue.add", queue="sales", enabled=False, agent_order="round_robin", last_agent_s=15)
        assert (shown["enabled"], shown["agent_order"], shown["last_agent_s"]) == (False, "round_robin", 15.0)
        process = await box.process(0)
        process.begin()
        process.emit(said.QueueRequested(queue=QueueId("sales")))
        refused = await process.expect(protocol.RefuseQueue)
        assert refused.error == "NoMatchingError"

    play(tmp_path, scene)
