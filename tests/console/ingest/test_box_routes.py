"""Events, live states and statements over real TLS: taken from the box they are of, and from nobody else."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import msgspec
import pytest
from kit.boxes import PretendBox, contact_record
from kit.console import sqlite_with_tables
from kit.enrolled import HERE, BoxPort, box_port

from appliance.cloud import batch, paths
from appliance.cloud.chain import genesis
from appliance.cloud.delivery import Conflict, Disagreement, Receipt
from appliance.cloud.enrolment import MACHINE, Refusal, RefusalKind
from appliance.cloud.live import Health, LiveState
from appliance.cloud.reconciling import Statement, Verdict
from appliance.console.audit.entries import Deed
from appliance.stamps import Stamp
from appliance.sync.identity import tls
from appliance.sync.identity.identity import Identity

HEALTH = Health(
    version="1", uptime_s=1.0, edge="up", contact_processes=1, free_processes=1, storage_used=1, storage_budget=2,
    pending_events=0, pending_recordings=0,
)  # fmt: skip


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoxPort]:
    folder = tmp_path_factory.mktemp("console")
    with box_port(sqlite_with_tables(folder / "console.db"), folder) as one:
        yield one


def pretended(identity: Identity) -> PretendBox:
    """A box with the enrolled one's key."""
    return PretendBox(identity.box, identity.console.branch, key=identity.key)


def post(
    port: BoxPort, identity: Identity, path: str, body: bytes, headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    async def run() -> tuple[int, bytes]:
        context = tls.client_context(identity)
        told = {MACHINE: HERE, **(headers or {})}
        async with (
            aiohttp.ClientSession(auto_decompress=False) as session,
            session.post(port.url + path, data=io.BytesIO(body), headers=told, ssl=context) as response,
        ):
            return response.status, await response.read()

    return asyncio.run(run())


def test_events_when_the_box_sends_them_then_acknowledged_and_again_and_a_gap_is_409(
    port: BoxPort, tmp_path: Path
) -> None:
    identity = port.enrol("seoul", tmp_path / "box")
    box = pretended(identity)
    for _ in range(3):
        box.add("contact_record", contact_record())
    for _ in range(2):
        status, body = post(port, identity, paths.EVENTS, *box.batch())
        assert (status, msgspec.json.decode(body, type=Receipt).acknowledged) == (200, box.position(3))
    for _ in range(2):
        box.add("health", {})
    status, body = post(port, identity, paths.EVENTS, *box.batch(after=4))
    found = msgspec.json.decode(body, type=Conflict)
    assert (status, found.disagreement, found.acknowledged) == (409, Disagreement.GAP, box.position(3))


def test_events_when_they_are_another_boxes_or_forged_then_refused(port: BoxPort, tmp_path: Path) -> None:
    mine, theirs = port.enrol("seoul", tmp_path / "one"), port.enrol("busan", tmp_path / "two")
    box = pretended(theirs)
    box.add("health", {})
    assert post(port, mine, paths.EVENTS, *box.batch())[0] == 400
    forger = PretendBox(mine.box, "seoul")
    forger.add("health", {})
    assert post(port, mine, paths.EVENTS, *forger.batch())[0] == 403
    body, headers = box.batch()
    assert post(port, theirs, paths.EVENTS, body, {**headers, "content-encoding": "identity"})[0] == 400
    assert post(port, theirs, paths.EVENTS, body)[0] == 400
    assert post(port, theirs, paths.EVENTS, b"x" * (batch.MOST_BYTES + 1), headers)[0] == 400
    assert post(port, theirs, paths.EVENTS, body, headers)[0] == 200


def test_live_state_and_statement_when_sent_then_taken_and_nonsense_is_400(port: BoxPort, tmp_path: Path) -> None:
    identity = port.enrol("seoul", tmp_path / "box")
    at = Stamp(boot="boot", mono_s=1.0, wall_s=1.0, synced=True)
    state = msgspec.json.encode(LiveState(at=at, number=1, health=HEALTH))
    assert post(port, identity, paths.LIVE, state) == (204, b"")
    start = genesis(identity.box)
    stated = Statement(outage="o", after=start, until=start, counts={}, contacts=0)
    status, body = post(port, identity, paths.RECONCILIATIONS, msgspec.json.encode(stated))
    assert (status, msgspec.json.decode(body, type=Verdict).agrees) == (200, True)
    for path in (paths.LIVE, paths.RECONCILIATIONS):
        for nonsense in (b"", b"[]", b"\xff\xfe", state.replace(b'"number":1', b'"number":9e99')):
            assert post(port, identity, path, nonsense)[0] == 400


def test_events_when_two_boxes_have_one_identity_then_both_are_out_and_it_is_audited(
    port: BoxPort, tmp_path: Path
) -> None:
    identity = port.enrol("jeju", tmp_path / "box")
    one, two = pretended(identity), pretended(identity)
    one.add("health", {"who": "one"})
    two.add("health", {"who": "two"})
    assert post(port, identity, paths.EVENTS, *one.batch())[0] == 200
    status, body = post(port, identity, paths.EVENTS, *two.batch())
    assert (status, msgspec.json.decode(body, type=Conflict).disagreement) == (409, Disagreement.FORK)
    for box in (one, two):
        status, body = post(port, identity, paths.EVENTS, *box.batch())
        assert (status, msgspec.json.decode(body, type=Refusal).kind) == (403, RefusalKind.CLONE)
    assert port.audited(Deed.BOX_CLONED)[0].branch == "jeju"
    assert {entry.detail.split(":")[0] for entry in port.audited(Deed.REFUSED) if entry.branch == "jeju"} == {"clone"}
