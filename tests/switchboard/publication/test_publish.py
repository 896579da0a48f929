"""What contact processes read: whole files, written only when they are other than before."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from appliance import clock
from appliance import events as said
from appliance.acd.model import AgentPlan, QueuePlan
from appliance.config.paths import BoxPaths
from appliance.config.schema import Configuration, Function, Number, Recording, Trunk
from appliance.contact.functions.definitions import CommandFunction, read_definitions
from appliance.dialplan import DialPlan, ToExtension, ToFlow, ToOutside, route
from appliance.ids import AgentId, ContactId, Extension, FlowId, QueueId, SlotId
from appliance.store.agents import StoredAgent
from appliance.store.extensions import StoredExtension
from appliance.store.queues import StoredQueue
from appliance.store.store import Store
from appliance.switchboard.api.changes import install_default_flows, install_flow
from appliance.switchboard.publication.composing import compose
from appliance.switchboard.publication.publish import Publisher, publish
from appliance.switchboard.requests import FlowInstall
from appliance.switchboard.store_thread import StoreThread

CONFIGURATION = Configuration(
    numbers=(Number(number="+12125550100", flow="branch"), Number(number="600", flow="gone")),
    trunks=(Trunk(name="acme", kind="static", host="127.0.0.2"),),
    recording=Recording(outbound=True),
)


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.in_memory() as store:
        install_default_flows(store, clock.now)
        store.extensions.put(StoredExtension(extension=Extension("101")))
        store.extensions.put(StoredExtension(extension=Extension("102")))
        store.agents.put(StoredAgent(plan=AgentPlan(agent=AgentId("kim"), extension=Extension("101"))))
        store.queues.put(StoredQueue(plan=QueuePlan(queue=QueueId("sales"))))
        yield store


def test_plan_when_composed_then_routes_as_configured(store: Store) -> None:
    plan = compose(store, CONFIGURATION).plan
    assert route(plan, "2125550100", from_trunk=True) == ToFlow(number="+12125550100", flow=FlowId("branch"))
    assert route(plan, "101", from_trunk=False) == ToExtension(extension=Extension("101"), agent=AgentId("kim"))
    assert route(plan, "2125559999", from_trunk=False) == ToOutside(number="+12125559999")
    assert plan.queues[QueueId("sales")].queue_flow == "customer_queue"
    assert (plan.record_outbound, plan.record_internal) == (True, False)


def test_plan_when_a_flow_is_missing_then_the_problem_names_number_and_flow(store: Store) -> None:
    (problem,) = compose(store, CONFIGURATION).problems
    assert problem == "number 600 starts flow gone, which is not installed; run 'linekeeper flow install'"


def test_files_when_published_then_decode_to_the_plan_and_its_flows(store: Store, tmp_path: Path) -> None:
    paths = BoxPaths(data=tmp_path, run=tmp_path / "run")
    publication = compose(store, CONFIGURATION)
    assert publish(publication, paths)
    plan = msgspec.json.decode(paths.dial_plan.read_bytes(), type=DialPlan)
    assert plan == publication.plan
    for flow in plan.flows.values():
        assert (paths.flows / f"{flow.sha256}.json").exists()
    assert list(tmp_path.rglob("*.new")) == []


def test_files_when_nothing_has_changed_then_are_left_alone(store: Store, tmp_path: Path) -> None:
    paths = BoxPaths(data=tmp_path, run=tmp_path / "run")
    publish(compose(store, CONFIGURATION), paths)
    before = {path: path.stat().st_ino for path in tmp_path.rglob("*.json")}
    assert not publish(compose(store, CONFIGURATION), paths)
    assert {path: path.stat().st_ino for path in tmp_path.rglob("*.json")} == before
    store.extensions.put(StoredExtension(extension=Extension("103")))
    assert publish(compose(store, CONFIGURATION), paths)


def test_functions_when_published_then_plan_and_service_know_them_and_missing_programs_are_told(
    store: Store, tmp_path: Path
) -> None:
    paths = BoxPaths(data=tmp_path, run=tmp_path / "run")
    functions = (
        Function(name="holiday", kind="command", arns=("arn:x",), command=("/bin/true",)),
        Function(name="gone", kind="command", command=("/no/such",)),
    )
    publication = compose(store, CONFIGURATION.model_copy(update={"functions": functions}))
    publish(publication, paths)
    assert publication.plan.functions == {"arn:x": "holiday", "holiday": "holiday", "gone": "gone"}
    assert read_definitions(paths.functions) == (
        CommandFunction(name="holiday", argv=("/bin/true",)),
        CommandFunction(name="gone", argv=("/no/such",)),
    )
    assert any(
        problem.startswith("function gone can't work: /no/such is no program") for problem in publication.problems
    )


def test_files_when_superseded_then_they_go_once_no_contact_may_need_them(tmp_path: Path) -> None:
    paths = BoxPaths(data=tmp_path, run=tmp_path / "run")
    paths.make()
    caller = said.ContactInitiated(
        method=said.InitiationMethod.INBOUND, customer=said.Endpoint(address="+12125550123"), slot=SlotId(0)
    )

    async def scene() -> None:
        store = StoreThread(paths.store)
        await store.open()
        publisher = Publisher(store, paths, lambda: None, grace_s=0.02)
        first = await store.run(lambda opened: install(opened, "one"))
        await publisher.refresh(Configuration())
        await store.run(lambda opened: note(opened, 1, caller))
        await store.run(lambda opened: install(opened, "two"))
        await publisher.refresh(Configuration())
        await asyncio.sleep(0.2)  # ten times the grace: an open contact keeps the file for as long as it takes
        assert (paths.flows / f"{first}.json").exists()
        await store.run(lambda opened: note(opened, 2, said.ContactClosed()))
        async with asyncio.timeout(10):
            while (paths.flows / f"{first}.json").exists():
                await asyncio.sleep(0.01)
        assert {path.stem for path in paths.flows.glob("*.json")} == {
            plan.sha256 for plan in publisher.plan.flows.values()
        }
        await store.close()

    asyncio.run(scene())


def install(store: Store, text: str) -> str:
    """A version of the flow `main`; returns its hash."""
    say = {"Identifier": "say", "Type": "MessageParticipant", "Parameters": {"Text": text}, "Transitions": {}}
    say["Transitions"] = {"NextAction": "bye", "Errors": [], "Conditions": []}
    bye = {"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
    document = {"Version": "2019-10-30", "StartAction": "say", "Actions": [say, bye]}
    result = install_flow(store, clock.now, FlowInstall(name="main", document=document)).result
    return str(result["sha256"])


def note(store: Store, seq: int, body: said.AnyBody) -> None:
    event = said.ContactEvent(
        contact=ContactId("caller"), writer=said.Writer.CONTACT, seq=seq, at=clock.now(), body=body
    )
    store.events.append([event])
