"""Flows as they are published: placeholders filled, parts beside them, what lacks is told."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from appliance import clock
from appliance.acd.model import QueuePlan
from appliance.config.paths import BoxPaths
from appliance.config.schema import Configuration
from appliance.contact.services import FlowShelf, PlanReader
from appliance.flow.model import FlowType
from appliance.flow.parts import decode_parts
from appliance.ids import FlowId, QueueId
from appliance.store.flow_parts import Part
from appliance.store.queues import StoredQueue
from appliance.store.store import Store
from appliance.switchboard.api.changes import install_default_flows
from appliance.switchboard.publication.composing import compose
from appliance.switchboard.publication.flow_publication import flow_publication
from appliance.switchboard.publication.flow_set import prompt_stem
from appliance.switchboard.publication.publish import publish, superseded

HOURS = {"Resource": {"TimeZone": "Asia/Seoul", "Config": []}, "Overrides": []}
SOUND = "ab" * 32


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.in_memory() as made:
        install_default_flows(made, clock.now)
        yield made


@pytest.fixture
def paths(tmp_path: Path) -> BoxPaths:
    made = BoxPaths(data=tmp_path / "data", run=tmp_path / "run")
    made.make()
    return made


def document(queue: str, *, module: str = "") -> str:
    ways = {"NextAction": "bye", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "bye"}]}
    actions: list[dict[str, Any]] = [
        {"Identifier": "q", "Type": "UpdateContactTargetQueue", "Parameters": {"QueueId": queue}, "Transitions": ways},
        {"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}},
    ]
    return json.dumps({"Version": "2019-10-30", "StartAction": "q", "Actions": actions})


def install(store: Store, name: str, text: str, kind: FlowType = FlowType.CONTACT_FLOW) -> None:
    store.flows.install(FlowId(name), flow_type=kind.value, document=text, at=clock.now())


def test_flow_when_map_names_its_placeholder_then_published_with_the_value(store: Store) -> None:
    install(store, "main", document("${Queue}"))
    store.flow_parts.put(Part.MAP, "${Queue}", "sales", clock.now())
    found = flow_publication(store, {})
    text = found.documents[found.flows[FlowId("main")].sha256]
    assert json.loads(text)["Actions"][0]["Parameters"] == {"QueueId": "sales"}
    assert hashlib.sha256(text).hexdigest() == found.flows[FlowId("main")].sha256


def test_flow_when_it_names_what_is_not_here_then_a_problem_until_it_is(store: Store) -> None:
    install(store, "main", document("arn:queue/1"))
    assert flow_publication(store, {}).problems == (
        "flow main names 1 things that are not on this box; see 'linekeeper flow map'",
    )
    store.flow_parts.put(Part.MAP, "arn:queue/1", "sales", clock.now())
    store.queues.put(StoredQueue(plan=QueuePlan(queue=QueueId("sales"))))
    assert flow_publication(store, {}).problems == ()


def test_parts_when_published_then_contact_processes_have_them(store: Store, paths: BoxPaths) -> None:
    at = clock.now()
    store.queues.put(StoredQueue(plan=QueuePlan(queue=QueueId("sales")), hours="office", caller_id="+8225550100"))
    store.flow_parts.put(Part.HOURS, "office", HOURS, at)
    store.flow_parts.put(Part.BOT, "menu", {"intents": {"1": "Sales"}}, at)
    store.flow_parts.put(Part.PROMPT, "beep", SOUND, at)
    store.flow_parts.put(Part.MAP, "arn:prompt/7", "beep", at)
    install(store, "sub", document("sales"), FlowType.MODULE)
    publication = compose(store, Configuration())
    publish(publication, paths)
    published = PlanReader(paths.dial_plan, FlowShelf(paths.flows)).read()
    library = published.library
    hours, queue = library.calendar("office"), library.queue("sales")
    assert hours is not None and hours.time_zone == "Asia/Seoul"
    assert queue is not None and (queue.hours, queue.caller_id) == ("office", "+8225550100")
    assert library.bot("menu") is not None
    assert library.prompt("arn:prompt/7") == prompt_stem("beep", SOUND) == "beep~abababababab"
    assert library.module("sub") is not None and library.flow("sub") is None
    assert library.flow("customer_queue") is not None
    assert published.plan.bundle_sha256 == publication.plan.bundle_sha256


def test_parts_when_there_are_none_then_no_file(store: Store) -> None:
    found = flow_publication(store, {})
    assert found.parts == ""
    assert set(found.documents) == {plan.sha256 for plan in found.flows.values()}


def test_part_when_it_cannot_be_read_any_more_then_only_it_is_lost(store: Store) -> None:
    install(store, "main", document("x"))
    install(store, "old", "{}")
    store.flow_parts.put(Part.HOURS, "office", HOURS, clock.now())
    found = flow_publication(store, {})
    assert any(problem.startswith("flow old: ") for problem in found.problems)
    assert "main" in found.flows
    assert decode_parts(found.documents[found.parts]).hours["office"].time_zone == "Asia/Seoul"
    store.flow_parts.put(Part.HOURS, "broken", {"Resource": {"TimeZone": "X"}}, clock.now())
    assert "main" in flow_publication(store, {}).flows


def test_files_when_replaced_then_the_old_ones_are_superseded(store: Store, paths: BoxPaths) -> None:
    install(store, "main", document("sales"))
    store.flow_parts.put(Part.PROMPT, "beep", SOUND, clock.now())
    for stem in (prompt_stem("beep", SOUND), "beep~cdcdcdcdcdcd", "own", "a person's~own"):
        paths.prompts.joinpath(f"{stem}.wav").touch()
    before = compose(store, Configuration())
    publish(before, paths)
    assert [path.stem for path in superseded(before, paths)] == ["beep~cdcdcdcdcdcd"]
    install(store, "main", document("help"))
    after = compose(store, Configuration())
    publish(after, paths)
    old = before.plan.flows[FlowId("main")].sha256
    assert {path.stem for path in superseded(after, paths)} == {old, "beep~cdcdcdcdcdcd"}
    assert (paths.flows / f"{old}.json").exists()
    assert msgspec.structs.asdict(after.plan)["bundle_sha256"] != before.plan.bundle_sha256
