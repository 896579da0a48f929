"""The local API's operations in a running switchboard: what they do, and what they say when they can't."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from switchboard.harness import Harness, play

from appliance.contact import protocol
from appliance.edge.subscribers import list_subscribers
from appliance.errors import FlowError, RequestError
from appliance.events import CustomerHeld
from appliance.ids import AgentId, LegId

BAD_FLOW = {"Version": "2019-10-30", "StartAction": "a", "Actions": [{"Identifier": "b"}, {"Type": "Disconnect"}]}


async def refused(box: Harness, kind: str, op: str, **args: Any) -> str:
    """The message with which `op` is refused for reason `kind`."""
    with pytest.raises(RequestError) as caught:
        await box.call(op, **args)
    assert caught.value.kind == kind, str(caught.value)
    return str(caught.value)


def dial_plan(box: Harness) -> dict[str, Any]:
    plan: dict[str, Any] = json.loads(box.paths.dial_plan.read_bytes())
    return plan


def test_extension_when_added_then_can_register_and_is_in_the_plan(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0)
        added = await box.call("extension.add", extension="101", name="Reception")
        assert len(added["password"]) == 20
        await process.expect(protocol.DialPlanChanged)
        assert list_subscribers(box.paths) == ("101",)
        assert dial_plan(box)["extensions"] == {"101": None}
        again = await box.call("extension.add", extension="101", password="my-own-1")
        assert (again["password"], again["name"]) == ("my-own-1", "Reception")
        rows = await box.call("extension.list")
        assert rows == [
            {
                "extension": "101",
                "name": "Reception",
                "agent": None,
                "do_not_disturb": False,
                "always": None,
                "busy": None,
                "no_answer": None,
                "ring_s": 20.0,
                "outside": False,
                "pickup_group": None,
                "registered": None,
                "contacts": None,
                "phones": None,
            }
        ]
        await box.call("extension.remove", extension="101")
        assert list_subscribers(box.paths) == ()
        assert dial_plan(box)["extensions"] == {}

    play(tmp_path, scene)


def test_extension_when_emergency_number_then_is_refused(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        said = await refused(box, "reserved", "extension.add", extension="911")
        assert said == "extension 911 is reserved for emergency calls; choose another"
        assert await box.call("extension.list") == []

    play(tmp_path, scene)


def test_extension_when_agent_rings_there_then_is_not_removed(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim")
        assert "agent kim" in await refused(box, "conflict", "extension.remove", extension="101")
        assert list_subscribers(box.paths) == ("101",)

    play(tmp_path, scene)


def test_arguments_when_wrong_then_the_error_names_them(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        assert "$.extension" in await refused(box, "invalid", "extension.add", extension="ab")
        assert "nmae" in await refused(box, "invalid", "extension.add", extension="101", nmae="x")
        assert "wrap_up_s" in await refused(box, "invalid", "queue.add", queue="sales", wrap_up_s=-1)
        assert "queue.list" in await refused(box, "unknown", "queue.destroy")
        assert "no agent bo" in await refused(box, "not_found", "agent.status", agent="bo", status="Available")
        assert "no extension 199" in await refused(box, "conflict", "agent.add", agent="bo", extension="199")
        assert "no flow x" in await refused(box, "not_found", "queue.add", queue="sales", flow="x")
        assert "no contact x" in await refused(box, "not_found", "contact.show", contact="x")
        for op, name in (("extension", "199"), ("agent", "bo"), ("queue", "none")):
            await refused(box, "not_found", f"{op}.remove", **{op: name})

    play(tmp_path, scene)


def test_queue_when_changed_then_what_was_not_named_stays(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.call("queue.add", queue="sales", name="Sales", ring_timeout_s=15, max_contacts=3)
        changed = await box.call("queue.add", queue="sales", wrap_up_s=0)
        assert changed == {
            "queue": "sales",
            "name": "Sales",
            "max_contacts": 3,
            "ring_timeout_s": 15.0,
            "wrap_up_s": 0.0,
            "flow": None,
            "agent_order": "longest_idle",
            "last_agent_s": 0.0,
            "hours": None,
            "caller_id": None,
            "caller_name": None,
            "outbound_flow": None,
            "disconnect_flow": None,
            "enabled": True,
        }
        assert dial_plan(box)["queues"]["sales"]["queue_flow"] == "customer_queue"

    play(tmp_path, scene)


def test_agent_when_changed_then_status_stays(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim")
        await box.call("extension.add", extension="150")
        await box.call("agent.add", agent="kim", extension="150")
        row = await box.agent("kim")
        assert (row["extension"], row["queues"], row["status"]) == ("150", ["sales"], "Available")
        assert dial_plan(box)["extensions"] == {"101": None, "150": "kim"}

    play(tmp_path, scene)


def test_queue_when_removed_then_its_agents_serve_it_no_more(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim")
        await box.call("queue.remove", queue="sales")
        assert (await box.agent("kim"))["queues"] == []
        assert (await box.call("queue.list")) == []

    play(tmp_path, scene)


def test_flow_when_installed_then_is_published_by_content(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        names = [row["flow"] for row in await box.call("flow.list")]
        assert {"branch", "customer_queue"} <= set(names)
        document = {
            "Version": "2019-10-30",
            "StartAction": "bye",
            "Actions": [{"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}],
        }
        one = await box.call("flow.install", name="short", document=document)
        two = await box.call("flow.install", name="short", document=json.dumps(document, indent=4))
        assert one["sha256"] == two["sha256"]
        assert json.loads((box.paths.flows / f"{one['sha256']}.json").read_bytes()) == document
        assert dial_plan(box)["flows"]["short"]["sha256"] == one["sha256"]

    play(tmp_path, scene)


def test_flow_when_broken_then_every_problem_is_told_and_the_old_one_stays(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        before = await box.call("flow.list")
        with pytest.raises(FlowError) as caught:
            await box.call("flow.install", name="branch", document=BAD_FLOW)
        assert len(caught.value.problems) >= 2
        assert "no flow type" in await refused(box, "invalid", "flow.install", name="x", document={}, flow_type="IVR")
        assert await box.call("flow.list") == before

    play(tmp_path, scene)


def test_contact_commands_when_under_way_then_reach_its_process(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0)
        contact = process.begin()
        await process.settled()
        plain = {
            "hold": protocol.HoldCustomer,
            "resume": protocol.ResumeCustomer,
            "toggle": protocol.ToggleParties,
            "conference": protocol.ConferParties,
            "complete": protocol.CompleteTransfer,
            "drop": protocol.DropConsulted,
        }
        for name, message in plain.items():
            await box.call("contact.command", contact=contact, command=name)
            assert (await process.expect(message)).contact == contact
        await box.call("contact.command", contact=contact, command="mute")
        assert (await process.expect(protocol.MuteLeg)).leg == LegId("customer")
        await box.call("contact.command", contact=contact, command="transfer", target="queue:sales")
        assert (await process.expect(protocol.TransferContact)).target == "queue:sales"
        await box.call("contact.command", contact=contact, command="consult", target="quick:desk")
        assert (await process.expect(protocol.ConsultParty)).target == "quick:desk"
        await box.call("contact.command", contact=contact, command="digits", digits="12#")
        assert (await process.expect(protocol.SendDigits)).digits == "12#"
        await box.call("contact.command", contact=contact, command="hangup")
        await process.expect(protocol.HangUpContact)
        assert "it has customer" in await refused(
            box, "not_found", "contact.command", contact=contact, command="unmute", leg="agent-9"
        )
        assert "needs a target" in await refused(box, "invalid", "contact.command", contact=contact, command="transfer")
        assert "needs a target" in await refused(box, "invalid", "contact.command", contact=contact, command="consult")
        said = await refused(box, "invalid", "contact.command", contact=contact, command="digits", digits="12a")
        assert "12a" not in said
        assert "hold" in await refused(box, "invalid", "contact.command", contact=contact, command="dance")
        process.hung_up()
        await box.closed(contact)
        await refused(box, "not_found", "contact.command", contact=contact, command="hold")

    play(tmp_path, scene)


def test_contact_command_when_it_does_not_fit_then_conflict_with_the_process_s_reason(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0)
        contact = process.begin()
        await process.settled()
        process.objection = "nobody is consulted; begin with 'consult'"
        said = await refused(box, "conflict", "contact.command", contact=contact, command="toggle")
        assert said == f"contact {contact}: nobody is consulted; begin with 'consult'"
        process.objection = "nobody talks with the customer now"
        assert "nobody talks" in await refused(box, "conflict", "contact.park", contact=contact)

    play(tmp_path, scene)


def test_contact_command_when_done_then_what_followed_at_once_is_known(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0)
        contact = process.begin()
        await process.settled()
        process.objection = None
        asked = asyncio.create_task(box.call("contact.command", contact=contact, command="hold"))
        command = await process.expect(protocol.HoldCustomer)
        assert not asked.done()
        process.emit(CustomerHeld())
        process.say(protocol.Obeyed(contact=contact, order=command.order))
        assert await asked == {"contact": contact, "command": "hold"}
        assert [event["type"] for event in await box.events(contact)][-1] == "CustomerHeld"

    play(tmp_path, scene)


def test_contact_command_when_the_process_says_nothing_then_others_go_on_and_it_is_told_within_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.switchboard.contacts.orders.ANSWER_S", 0.3)

    async def scene(box: Harness) -> None:
        mute, willing = await box.process(0), await box.process(1)
        contact, other = mute.begin(), willing.begin()
        await mute.settled()
        await willing.settled()
        mute.objection = None
        asked = asyncio.create_task(refused(box, "unavailable", "contact.command", contact=contact, command="hold"))
        late = await mute.expect(protocol.HoldCustomer)
        assert (await box.call("contact.command", contact=other, command="hold"))["contact"] == other
        assert "has not answered within 0.3 s" in await asked
        mute.say(protocol.Obeyed(contact=contact, order=late.order, why="too late"))
        mute.objection = ""
        assert (await box.call("contact.command", contact=contact, command="hold"))["contact"] == contact

    play(tmp_path, scene)


def test_contact_command_when_process_is_away_then_says_so(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0, own_process=True)
        contact = process.begin()
        await process.settled()
        await process.disconnect()

        async def away() -> bool:
            return bool((await box.call("status"))["processes"]["connected"] == 0)

        await box.until(away, "the link is seen to be closed")
        await refused(box, "unavailable", "contact.command", contact=contact, command="hold")

    play(tmp_path, scene)


def test_contact_list_when_asked_for_open_ones_then_leaves_out_the_closed(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        one, two = await box.process(0), await box.process(1)
        over, under_way = one.begin(), two.begin()
        one.hung_up()
        await box.closed(over)
        await two.settled()
        assert {row["contact"] for row in await box.call("contact.list")} == {over, under_way}
        (row,) = await box.call("contact.list", open=True)
        assert (row["contact"], row["open"], row["customer"]) == (under_way, True, "+12125550199")
        assert len(await box.call("contact.list", limit=1, open=False)) == 1

    play(tmp_path, scene)


def test_status_when_box_works_then_counts_contacts_agents_and_processes(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim", "lee")
        await box.call("agent.status", agent="lee", status="Lunch")
        process, _ = await box.process(0), await box.process(1)
        process.begin()
        await process.enter_queue()
        offer = await process.offered()
        process.answered(offer)
        await box.until_agent(AgentId("kim"), activity="on_contact")
        status = await box.call("status")
        assert status["box"] == "test"
        assert status["contacts"] == {"open": 1, "in_queue": 0, "with_agent": 1, "closing": 0}
        assert {"connected": 2, "free": 1, "capacity": 16}.items() <= status["processes"].items()
        (queue,) = status["queues"]
        wanted = {"agents_online": 2, "agents_staffed": 1, "agents_on_contact": 1, "agents_non_productive": 1}
        assert wanted.items() <= queue.items()
        assert status["edge"]["answers"] is False

    play(tmp_path, scene)


def test_config_when_broken_then_last_good_keeps_running_and_problems_are_told(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        box.write_config('[[numbers]]\nnumber = "600"\nflow = "branch"\n')
        assert await box.call("config.reload") == {"reloaded": True, "problems": [], "next_start": []}
        assert dial_plan(box)["numbers"] == {"600": "branch"}
        box.write_config('[[numbers]]\nnumber = "600"\nflaw = "branch"\n[edgy]\n')
        result = await box.call("config.reload")
        assert result["reloaded"] is False
        assert len(result["problems"]) >= 2
        assert dial_plan(box)["numbers"] == {"600": "branch"}
        assert len((await box.call("status"))["problems"]) >= 2
        box.write_config('[[numbers]]\nnumber = "600"\nflow = "gone"\n[edge]\nport = 5999\n')
        result = await box.call("config.reload")
        assert result["next_start"] == ["edge"]
        assert "flow gone" in result["problems"][0]

    play(tmp_path, scene)


def test_quick_connect_when_added_then_listed_for_its_queues_and_in_the_plan(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim")
        await box.call("queue.add", queue="sales")
        await box.call("queue.add", queue="help")
        added = await box.call("quick_connect.add", name="desk", type="USER", target="kim", flow="agent_transfer")
        assert added["dial"] == "quick:desk"
        await box.call("quick_connect.add", name="second", type="QUEUE", target="help", queues=["sales"])
        await box.call("quick_connect.add", name="lawyer", type="PHONE_NUMBER", target="+8225550100")
        await box.call("quick_connect.add", name="survey", type="FLOW", target="customer_queue", queues=["help"])
        assert [row["name"] for row in await box.call("quick_connect.list", queue="sales")] == [
            "desk",
            "lawyer",
            "second",
        ]
        plan = dial_plan(box)["quick_connects"]
        assert (plan["desk"]["agent"], plan["desk"]["flow"]) == ("kim", "agent_transfer")
        assert (plan["second"]["queue"], plan["second"]["queues"]) == ("help", ["sales"])
        await box.call("quick_connect.remove", name="survey")
        assert "survey" not in dial_plan(box)["quick_connects"]

    play(tmp_path, scene)


def test_quick_connect_when_its_target_is_not_there_then_is_refused(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await refused(box, "conflict", "quick_connect.add", name="x", type="USER", target="kim")
        await refused(box, "conflict", "quick_connect.add", name="x", type="QUEUE", target="help")
        await refused(box, "not_found", "quick_connect.add", name="x", type="FLOW", target="nowhere")
        await refused(box, "reserved", "quick_connect.add", name="x", type="PHONE_NUMBER", target="911")
        await refused(box, "invalid", "quick_connect.add", name="x", type="PHONE_NUMBER", target="my lawyer")
        await refused(
            box, "invalid", "quick_connect.add", name="x", type="PHONE_NUMBER", target="101", flow="agent_transfer"
        )
        await refused(box, "not_found", "quick_connect.remove", name="x")
        assert await box.call("quick_connect.list") == []

    play(tmp_path, scene)
