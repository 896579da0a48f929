"""What the sync service asks of a real switchboard: acknowledge, note, thin, resend, how the branch is."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from switchboard.harness import Harness, play

from appliance.cloud.live import LiveState
from appliance.cloud.noted import HEALTH, METRICS, MetricSnapshot
from appliance.errors import RequestError
from appliance.store import Store
from appliance.store.contact_records import CONTACT_RECORD


def test_note_when_its_kind_may_be_noted_then_a_row_with_its_number(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        noted = await box.call("outbox.note", kind=HEALTH, content={"topic": "edge", "ok": True})
        with Store.open_read_only(box.paths.store) as store:
            row = store.outbox.pending(after=noted["seq"] - 1)[0]
        assert (row.kind, msgspec.json.decode(row.json)) == (HEALTH, {"topic": "edge", "ok": True})
        gone = await box.call("outbox.acknowledge", seq=noted["seq"])
        assert gone["forgotten"] >= 1
        with Store.open_read_only(box.paths.store) as store:
            assert store.outbox.depth() == 0

    play(tmp_path, scene)


@pytest.mark.parametrize(
    ("op", "args"),
    [
        ("outbox.note", {"kind": CONTACT_RECORD, "content": {}}),
        ("outbox.note", {"kind": "agent", "content": {}}),
        ("outbox.thin", {"kind": CONTACT_RECORD, "older_than_s": 0, "every_s": 60}),
        ("outbox.acknowledge", {"seq": -1}),
    ],
)
def test_operation_when_it_would_harm_the_outbox_then_refused(tmp_path: Path, op: str, args: dict[str, object]) -> None:
    async def scene(box: Harness) -> None:
        before = await box.call("outbox.note", kind=HEALTH, content={})
        with pytest.raises(RequestError):
            await box.call(op, **args)
        assert (await box.call("outbox.note", kind=HEALTH, content={}))["seq"] == before["seq"] + 1

    play(tmp_path, scene)


def test_thin_when_snapshots_wait_then_the_old_ones_go(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        for _ in range(5):
            await box.call("outbox.note", kind=METRICS, content={})
        assert await box.call("outbox.thin", kind=METRICS, older_than_s=3600, every_s=600) == {"gone": 0}
        gone = await box.call("outbox.thin", kind=METRICS, older_than_s=0, every_s=86_400)
        assert gone["gone"] in {3, 4}  # midnight may lie between them

    play(tmp_path, scene)


def test_resend_when_a_record_is_known_then_its_row_comes_again(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim", wrap_up_s=0.1)
        process = await box.process(0)
        contact = process.begin()
        await process.enter_queue()
        offer = await process.offered()
        process.answered(offer)
        process.hung_up(offer)
        await box.closed(contact)
        answer = await box.call("outbox.resend", contacts=[contact, "nobody"])
        assert answer == {"sent": [contact], "unknown": ["nobody"]}
        with Store.open_read_only(box.paths.store) as store:
            rows = [row for row in store.outbox.pending(limit=1000) if row.kind == CONTACT_RECORD]
        assert len(rows) == 2
        assert rows[0].json == rows[1].json

    play(tmp_path, scene)


def test_look_when_somebody_waits_then_queue_agent_and_number_are_shown(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim", available=False)
        process = await box.process(0)
        contact = process.begin(caller="+12125550142")
        await process.enter_queue()
        await process.settled()
        state = msgspec.convert(await box.call("live.look"), type=LiveState)
        assert [(queue.queue, queue.waiting, queue.available) for queue in state.queues] == [("sales", 1, 0)]
        assert [(agent.agent, agent.status) for agent in state.agents] == [("kim", "Offline")]
        assert [(one.contact, one.stage, one.customer) for one in state.contacts] == [
            (contact, "in_queue", "+12125550142")
        ]
        assert any("contact processes do not answer" in warning for warning in state.health.warnings)
        assert state.health.version

    play(tmp_path, scene)


def test_measure_when_asked_then_real_time_metrics_by_queue(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim")
        found = msgspec.convert(await box.call("live.measure"), type=MetricSnapshot)
        assert found.queues["sales"]["AGENTS_STAFFED"] == 1
        assert found.branch["AGENTS_STAFFED"] == 1
        assert found.branch["CONTACTS_IN_QUEUE"] == 0

    play(tmp_path, scene)
