from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from appliance.contact.services import FlowShelf, PlanReader, build_library
from appliance.dialplan import DialPlan, FlowPlan, QueuePlan
from appliance.flow.defaults import default_document
from appliance.flow.document import parse
from appliance.ids import Extension, FlowId, QueueId


class Published:
    """What the switchboard publishes: a plan and flows in a folder."""

    def __init__(self, folder: Path) -> None:
        self.plan = folder / "dialplan.json"
        self.flows = folder / "flows"
        self.flows.mkdir()

    def put(self, plan: DialPlan) -> None:
        self.put_raw(msgspec.json.encode(plan))

    def put_raw(self, content: bytes) -> None:
        """As the switchboard does: a new file, renamed over the old one."""
        aside = self.plan.with_suffix(".new")
        aside.write_bytes(content)
        aside.replace(self.plan)

    def put_flow(self, name: str, document: bytes | None = None, *, arn: str = "") -> FlowPlan:
        content = document or default_document(name)
        flow = parse(content, name=FlowId(name))
        (self.flows / f"{flow.sha256}.json").write_bytes(content)
        return FlowPlan(flow=FlowId(name), flow_type=str(flow.flow_type), sha256=flow.sha256, arn=arn)


@pytest.fixture
def published(tmp_path: Path) -> Published:
    return Published(tmp_path)


@pytest.fixture
def reader(published: Published) -> PlanReader:
    return PlanReader(published.plan, FlowShelf(published.flows))


def plan_with(*extensions: str) -> DialPlan:
    return DialPlan(extensions={Extension(each): None for each in extensions})


def test_read_when_nothing_was_published_yet_is_an_empty_plan(
    reader: PlanReader, caplog: pytest.LogCaptureFixture
) -> None:
    assert reader.read().plan == DialPlan()
    assert "can't be read" in caplog.text


def test_read_when_the_plan_is_replaced_gives_the_new_one(reader: PlanReader, published: Published) -> None:
    published.put(plan_with("101"))
    assert reader.read().plan == plan_with("101")
    published.put(plan_with("102"))
    assert reader.read().plan == plan_with("102")


def test_read_when_the_plan_is_the_same_is_not_read_again(reader: PlanReader, published: Published) -> None:
    published.put(plan_with("101"))
    assert reader.read() is reader.read()


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"extensions": 1}', b'{"region":"\xff"}', b"[" * 100_000, os.urandom(64)],
    ids=["empty", "torn", "list", "wrong type", "no utf-8", "deep", "random"],
)
def test_read_when_the_plan_is_broken_keeps_the_last_good_one_and_says_so(
    reader: PlanReader, published: Published, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    published.put(plan_with("101"))
    before = reader.read()
    published.put_raw(content)
    assert reader.read() is before
    assert "the last good one stays" in caplog.text
    published.put(plan_with("102"))
    assert reader.read().plan == plan_with("102")


def test_read_when_the_plan_vanishes_keeps_the_last_good_one(reader: PlanReader, published: Published) -> None:
    published.put(plan_with("101"))
    before = reader.read()
    published.plan.unlink()
    assert reader.read() is before


def test_read_when_a_plan_names_flows_has_them_ready_by_name_and_arn(reader: PlanReader, published: Published) -> None:
    branch = published.put_flow("branch", arn="arn:aws:connect:x:1:instance/2/contact-flow/3")
    sales = QueuePlan(queue=QueueId("sales"), arn="arn:aws:connect:x:1:instance/2/queue/4")
    published.put(DialPlan(flows={branch.flow: branch}, queues={sales.queue: sales}))
    library = reader.read().library
    flow = library.flow("branch")
    assert flow is not None
    assert flow.sha256 == branch.sha256
    assert library.flow(branch.arn) is flow
    assert library.queues["sales"].arn == sales.arn
    assert library.names[sales.arn] == "sales"


def test_take_when_the_same_flow_is_asked_for_twice_reads_it_once(published: Published) -> None:
    shelf = FlowShelf(published.flows)
    plan = published.put_flow("branch")
    first = shelf.take(plan)
    (published.flows / f"{plan.sha256}.json").unlink()
    assert first is not None
    assert shelf.take(plan) is first


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\xff\xfe", b"[" * 100_000, b'{"Version": "2019-10-30"}'])
def test_take_when_the_file_is_missing_or_broken_is_none_and_says_what_to_do(
    published: Published, content: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    plan = FlowPlan(flow=FlowId("lost"), flow_type="CONTACT_FLOW", sha256="0" * 64)
    if content is not None:
        (published.flows / f"{plan.sha256}.json").write_bytes(content)
    assert FlowShelf(published.flows).take(plan) is None
    assert "flow lost can't be read" in caplog.text
    assert "install it again" in caplog.text


def test_take_when_the_type_is_unknown_is_none(published: Published) -> None:
    plan = msgspec.structs.replace(published.put_flow("branch"), flow_type="SOMETHING_NEW")
    assert FlowShelf(published.flows).take(plan) is None


def test_take_when_a_missing_file_comes_later_finds_it(published: Published) -> None:
    shelf = FlowShelf(published.flows)
    plan = published.put_flow("branch")
    path = published.flows / f"{plan.sha256}.json"
    path.rename(path.with_suffix(".late"))
    assert shelf.take(plan) is None
    path.with_suffix(".late").rename(path)
    assert shelf.take(plan) is not None


def test_library_when_one_flow_is_broken_has_the_others(published: Published) -> None:
    good = published.put_flow("branch")
    bad = FlowPlan(flow=FlowId("lost"), flow_type="CONTACT_FLOW", sha256="0" * 64)
    library = build_library(DialPlan(flows={good.flow: good, bad.flow: bad}), FlowShelf(published.flows))
    assert set(library.flows) == {"branch"}


def test_library_when_a_flow_is_a_module_keeps_it_apart(published: Published) -> None:
    document = b"""{"Version": "2019-10-30", "StartAction": "end",
        "Actions": [{"Identifier": "end", "Type": "EndFlowModuleExecution", "Parameters": {}, "Transitions": {}}]}"""
    module = msgspec.structs.replace(published.put_flow("greeting", document), flow_type="MODULE")
    library = build_library(DialPlan(flows={module.flow: module}), FlowShelf(published.flows))
    assert set(library.modules) == {"greeting"}
    assert library.flows == {}


def test_library_when_flows_are_many_then_only_the_ones_asked_for_are_read(published: Published) -> None:
    entry = published.put_flow("branch")
    lost = FlowPlan(flow=FlowId("lost"), flow_type="CONTACT_FLOW", sha256="0" * 64)
    plan = DialPlan(flows={entry.flow: entry, lost.flow: lost})
    library = build_library(plan, FlowShelf(published.flows))
    (published.flows / f"{entry.sha256}.json").rename(published.flows / "away")
    assert library.flow("branch") is None
    (published.flows / "away").rename(published.flows / f"{entry.sha256}.json")
    assert library.flow("branch") is not None
    assert list(library.flows) == ["branch"]
    assert len(library.flows) == 1


@pytest.mark.parametrize("content", [None, b"{", b"[]", b'{"hours": 3}'])
def test_library_when_parts_are_broken_then_flows_work_without_them(
    published: Published, content: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    entry = published.put_flow("branch")
    if content is not None:
        (published.flows / "parts.json").write_bytes(content)
    library = build_library(DialPlan(flows={entry.flow: entry}, parts="parts"), FlowShelf(published.flows))
    assert library.flow("branch") is not None
    assert library.hours == {}
    assert "install them again" in caplog.text
