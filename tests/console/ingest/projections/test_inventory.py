"""What the console knows of a branch is what the branch's own store has, whatever was changed and removed there."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest
from kit.boxes import PretendBox
from kit.console import console
from sqlalchemy import select

from appliance.acd.campaigns import Campaign
from appliance.acd.model import AgentPlan, QueuePlan
from appliance.cloud import delivery
from appliance.console.context import Console
from appliance.console.database.tables import InventoryEntry
from appliance.console.ingest.projections.inventory import NAMED_BY
from appliance.console.ingest.receiving import receive
from appliance.dialplan.groups import GroupPlan
from appliance.ids import AgentId, Extension, FlowId, ProfileId, QueueId
from appliance.stamps import Stamp
from appliance.store import Store
from appliance.store.agent_statuses import AgentStatus
from appliance.store.agents import StoredAgent
from appliance.store.dispositions import Disposition
from appliance.store.extensions import StoredExtension
from appliance.store.flow_parts import Part
from appliance.store.mailboxes import Mailbox
from appliance.store.queues import StoredQueue
from appliance.store.quick_connects import QuickConnectKind, StoredQuickConnect
from appliance.store.recording_policies import StoredPolicy
from appliance.store.routing_profiles import StoredProfile
from appliance.store.supervision import SupervisionRights

AT = Stamp(boot="b", mono_s=1.0, wall_s=1_795_000_000.0, synced=True)
KIM, SALES = AgentId("kim"), QueueId("sales")


def a_branch(store: Store) -> None:
    """Two of most things; of several one is removed again."""
    for number, agent in (("101", KIM), ("102", AgentId("lee"))):
        store.extensions.put(StoredExtension(extension=Extension(number)))
        store.agents.put(StoredAgent(plan=AgentPlan(agent=agent, extension=Extension(number))))
    for queue in (SALES, QueueId("old")):
        store.queues.put(StoredQueue(plan=QueuePlan(queue=queue)))
    store.routing_profiles.put(StoredProfile(profile=ProfileId("all")))
    store.groups.put(GroupPlan(group="desk", members=("101", "102")))
    store.quick_connects.put(
        StoredQuickConnect(name="head office", kind=QuickConnectKind.PHONE_NUMBER, number="+82212345678")
    )
    store.agent_statuses.put(AgentStatus(name="Training", display_order=9))
    store.dispositions.put(Disposition(queue=SALES, code="7", name="Sold"))
    store.dispositions.put(Disposition(code="8", name="Wrong number"))
    store.flows.install(FlowId("main"), flow_type="contactFlow", document="{}", at=AT)
    store.flow_parts.put(Part.PROMPT, "welcome", "00", AT)
    store.flow_parts.remember("11", {}, AT)
    store.mailboxes.put(Mailbox(mailbox="kim", owner="kim"))
    store.campaigns.put(Campaign(campaign="spring", queue=SALES, created=AT))
    store.do_not_call.add(["+82212345678"], "spring", AT)
    store.supervision.put(SupervisionRights(agent=KIM, supervisor=True))
    store.recording_policies.put(StoredPolicy(policy="always", queue=SALES))
    store.queues.remove(QueueId("old"))
    store.queues.remove(SALES)
    store.queues.put(StoredQueue(plan=QueuePlan(queue=SALES), display_name="Sales"))
    store.quick_connects.remove("head office")


EXPECTED = {
    "agent": {"kim", "lee"},
    "agent_status": {"Training"},
    "campaign": {"spring"},
    "disposition": {"sales/7", "/8"},
    "do_not_call": {"spring/+82212345678"},
    "extension": {"101", "102"},
    "flow": {"main"},
    "flow_bundle": {""},
    "flow_part": {"prompt/welcome"},
    "mailbox": {"kim"},
    "queue": {"sales"},
    "recording_policy": {"sales/"},
    "ring_group": {"desk"},
    "routing_profile": {"all"},
    "supervision_rights": {"kim"},
}


async def told(one: Console, box: PretendBox, *, after: int, until: int) -> None:
    body, headers = box.batch(after=after, until=until)
    after_text, signature = headers[delivery.AFTER], headers[delivery.SIGNATURE]
    answer = await receive(one, box.sender, body, after=after_text, signature=signature)
    assert isinstance(answer, delivery.Receipt)


async def shown(one: Console) -> dict[str, dict[str, str]]:
    async with one.database.reading() as session:
        found: dict[str, dict[str, str]] = {}
        for row in await session.scalars(select(InventoryEntry)):
            found.setdefault(row.kind, {})[row.name] = row.content
        return found


@pytest.mark.parametrize("at_once", [1, 1000])
def test_inventory_when_the_boxes_own_store_tells_then_the_same_names_are_there(
    database_url: str, tmp_path: Path, at_once: int
) -> None:
    with Store.in_memory() as store:
        a_branch(store)
        box = PretendBox("b1", "seoul")
        for row in store.outbox.pending(limit=1000):
            box.add(row.kind, row.json)

    async def run() -> None:
        async with console(database_url, tmp_path) as one:
            for start in range(0, len(box.events), at_once):
                await told(one, box, after=start, until=start + at_once)
            found = await shown(one)
            assert {kind: set(names) for kind, names in found.items()} == EXPECTED
            assert msgspec.json.decode(found["queue"]["sales"])["display_name"] == "Sales"

    asyncio.run(run())


def test_kinds_when_listed_then_the_test_knows_all_but_errands() -> None:
    assert set(NAMED_BY) - set(EXPECTED) == {"errand", "quick_connect"}
