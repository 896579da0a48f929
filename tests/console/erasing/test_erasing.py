"""Erasure on the console and on its boxes: asked for, carried out, told, answered after weeks; a hold wins."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from kit.boxes import NOON_S, PretendBox, contact_record
from kit.console import add_branch, client_of, console
from kit.people import add_person, browser_of
from sqlalchemy import inspect, select, text

from appliance import events as ev
from appliance.cloud import chain
from appliance.cloud.orders import ERASURE_RECEIPT, LegalHold, Tombstone
from appliance.cloud.recordings import RECORDING, RECORDING_ERASED
from appliance.cloud.signing import decode_signed, key_id, opened
from appliance.console.apps import people_app
from appliance.console.audit.log import Wanted, entries
from appliance.console.authority.keys import console_keys
from appliance.console.context import Console
from appliance.console.database.tables import BoxOrder, Contact, Event, Recording, Wave
from appliance.console.erasing import background
from appliance.console.ingest.receiving import receive
from appliance.console.people.roles import Branches
from appliance.console.storing.opening import open_storage
from appliance.ids import ContactId
from appliance.stamps import Stamp

CUSTOMER, NAME = "+82212345678", "Ferdinand"
SECRETS = (CUSTOMER, CUSTOMER[1:][::-1], NAME, "order 4711")
Json = dict[str, Any]


class World:
    """Two branches with a box each, an admin of everything, an admin of one branch."""

    def __init__(self, one: Console, client: httpx.AsyncClient) -> None:
        self.console, self.client = one, client
        self.boxes = {branch: PretendBox(f"box-{branch}", branch) for branch in ("seoul", "busan")}

    async def contact(self, name: str, branch: str = "seoul", customer: str = CUSTOMER) -> None:
        """A contact with a stored recording, as its box tells of it."""
        box = self.boxes[branch]
        at = Stamp(boot="a", mono_s=1.0, wall_s=NOON_S, synced=True)
        who = ev.Endpoint(address=customer, display_name=NAME if customer == CUSTOMER else "Park")
        bodies: list[ev.AnyBody] = [
            ev.ContactInitiated(method=ev.InitiationMethod.INBOUND, customer=who),
            ev.NoteAdded(text="order 4711" if customer == CUSTOMER else "nothing"),
        ]
        for seq, body in enumerate(bodies, start=1):
            event = ev.ContactEvent(contact=ContactId(name), writer=ev.Writer.CONTACT, seq=seq, at=at, body=body)
            box.add("contact_event", ev.encode_event(event).decode(), subject=name)
        record = contact_record(
            ContactId=name,
            CustomerEndpoint={"Address": customer, "Type": "TELEPHONE_NUMBER"},
            Attributes={"order": "order 4711"} if customer == CUSTOMER else {},
            Recordings=[{"Location": "x", "Status": "AVAILABLE", "DeletionReason": None}],
        )
        details = {
            **(record.get("Linekeeper") or {}),
            "CustomerName": who.display_name,
            "Notes": [{"Text": "order 4711"}],
        }
        box.add("contact_record", {**record, "Linekeeper": details if customer == CUSTOMER else {}}, subject=name)
        box.add(RECORDING, _facts(name))
        await self.deliver(branch)
        await open_storage(self.console.settings).put(f"recordings/r-{name}", b"sealed")
        async with self.console.database.writing() as session:
            row = await session.get(Recording, (branch, f"r-{name}"))
            assert row is not None
            row.state, row.location = "stored", f"recordings/r-{name}"
            session.add(Wave(branch=branch, recording=f"r-{name}", duration_s=1.0, peaks="{}"))

    async def deliver(self, branch: str) -> None:
        box = self.boxes[branch]
        body, headers = box.batch()
        receipt = await receive(
            self.console, box.sender, body, after=headers["Linekeeper-After"], signature=headers["Linekeeper-Signature"]
        )
        box.acknowledged = receipt.acknowledged

    async def receipt(self, branch: str, order: Tombstone, *, erased: list[str], held: tuple[str, ...] = ()) -> None:
        told = {"request": order.request, "number": order.number, "erased": erased, "held": held, "recordings": 1}
        self.boxes[branch].add(ERASURE_RECEIPT, told)
        await self.deliver(branch)

    async def ask(self, method: str, path: str, person: str = "root", **body: Any) -> httpx.Response:
        signed_in = await browser_of(self.console, person)
        return await self.client.request(method, f"/api/v1{path}", json=body or None, headers=signed_in)

    async def orders(self, branch: str) -> list[Any]:
        """What the branch's box reads, with its signature checked."""
        keys = console_keys(self.console.settings.data_dir / "authority")
        public = keys.signing.public_key()
        async with self.console.database.reading() as session:
            rows = await session.scalars(
                select(BoxOrder).where(BoxOrder.box == f"box-{branch}").order_by(BoxOrder.number)
            )
            documents = [row.document for row in rows]
        return [
            opened(decode_signed(document.encode()), keys={key_id(public): public}, box=f"box-{branch}")
            for document in documents
        ]

    async def everything(self) -> str:
        """Every row of every table but the audit log, as text."""
        async with self.console.database.engine.connect() as connection:
            names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
            kept = [name for name in names if not name.startswith("audit")]
            rows = [row for name in kept for row in await connection.execute(text(f'SELECT * FROM "{name}"'))]
        return "\n".join(repr(tuple(row)) for row in rows)

    async def sweep(self) -> None:
        """What goes on beside requests, once."""
        await background.remove_files(self.console, open_storage(self.console.settings))
        keys = console_keys(self.console.settings.data_dir / "authority")
        async with self.console.database.writing() as session:
            await background.redact(session, keys, now_s=self.console.now_s())

    async def audited(self, deed: str) -> int:
        async with self.console.database.reading() as session:
            return len(await entries(session, Wanted(branches=Branches(every=True), deed=deed)))


def _facts(contact: str) -> Json:
    return {
        "recording": f"r-{contact}", "contact": contact, "kind": "call", "media_type": "audio/flac", "started_s": 1.0,
        "duration_s": 1.0, "sealed": True, "recipients": ["age1"], "bytes": 6, "sha256": "0" * 64,
        "plain_sha256": "0" * 64, "signature": "",
    }  # fmt: skip


@asynccontextmanager
async def world(url: str, folder: Path) -> AsyncIterator[World]:
    async with console(url, folder) as one:
        await add_branch(one, "seoul", box="box-seoul")
        await add_branch(one, "busan", box="box-busan")
        await add_person(one, "root", "admin@*")
        await add_person(one, "kim", "admin@busan")
        await add_person(one, "lee", "supervisor@*")
        async with client_of(people_app(one)) as client:
            yield World(one, client)


def run(url: str, folder: Path, scenario: Callable[[World], Awaitable[None]]) -> None:
    async def inside() -> None:
        async with world(url, folder) as here:
            await scenario(here)

    asyncio.run(inside())


def test_erasure_when_of_a_customer_then_nothing_is_left_once_the_boxes_have_answered(
    database_url: str, tmp_path: Path
) -> None:
    async def scenario(here: World) -> None:
        await here.contact("c1")
        await here.contact("c2", "busan")
        await here.contact("c3", customer="+82299999999")
        answer = await here.ask("POST", "/erasures", reason="by letter", customer=CUSTOMER)
        assert answer.status_code == 202, answer.text
        found = answer.json()
        assert (found["erased"], found["held"], found["boxes"]) == (2, 0, ["box-busan", "box-seoul"])
        await here.sweep()
        assert [one.name for one in (tmp_path / "recordings" / "recordings").iterdir()] == ["r-c3"]
        for branch, contact in (("seoul", "c1"), ("busan", "c2")):
            (order,) = await here.orders(branch)
            assert isinstance(order, Tombstone)
            assert order.customer == CUSTOMER
            await here.receipt(branch, order, erased=[contact])
        await here.sweep()
        left = await here.everything()
        assert not [secret for secret in SECRETS if secret in left]
        assert "+82299999999" in left
        shown = (await here.ask("GET", f"/erasures/{found['request']}")).json()
        assert shown["done_s"] is not None
        assert {(one["contact"], one["state"]) for one in shown["contacts"]} == {("c1", "erased"), ("c2", "erased")}
        assert [one["receipt"]["recordings"] for one in shown["boxes"]] == [1, 1]
        assert (await here.audited("erasure_requested"), await here.audited("erasure_done")) == (1, 1)
        orders = await here.orders("seoul")
        assert [(one.customer, one.contacts) for one in orders] == [("", ("c1",))]

    run(database_url, tmp_path, scenario)


def test_erasure_when_done_then_the_chain_can_still_be_followed_and_the_contact_stays(
    sqlite_url: str, tmp_path: Path
) -> None:
    async def scenario(here: World) -> None:
        await here.contact("c1")
        await here.ask("POST", "/erasures", reason="r", contacts=["c1"])
        async with here.console.database.reading() as session:
            rows = list(await session.scalars(select(Event).order_by(Event.seq)))
            row = await session.get(Contact, ("seoul", "c1"))
        box = here.boxes["seoul"]
        head = bytes.fromhex(chain.genesis(box.box).head)
        for stored, original in zip(rows, box.events, strict=True):
            head = chain.follow(chain.Position(seq=0, head=head.hex()), [original]).head.encode()
            head = bytes.fromhex(head.decode())
            assert (stored.head, stored.erased_s is not None) == (head, True)
            assert stored.body != original or stored.kind == RECORDING
        assert row is not None
        assert (row.queue, row.agent, row.customer) == ("sales", "kim", "")
        assert msgspec.json.decode(row.record)["Recordings"][0]["Status"] == "DELETED"

    run(sqlite_url, tmp_path, scenario)


def test_erasure_when_the_box_tells_more_before_it_hears_then_that_goes_with_the_receipt(
    sqlite_url: str, tmp_path: Path
) -> None:
    async def scenario(here: World) -> None:
        await here.contact("c1")
        await here.ask("POST", "/erasures", reason="r", customer=CUSTOMER)
        await here.contact("c9")  # weeks later: the branch had no link, and the customer called again
        assert CUSTOMER in await here.everything()
        (order,) = await here.orders("seoul")
        await here.receipt("seoul", order, erased=["c1", "c9"])
        (other,) = await here.orders("busan")
        await here.receipt("busan", other, erased=[])
        await here.sweep()
        left = await here.everything()
        assert not [secret for secret in SECRETS if secret in left]

    run(sqlite_url, tmp_path, scenario)


def test_erasure_when_the_number_stands_in_lists_then_it_goes_from_there_too(database_url: str, tmp_path: Path) -> None:
    async def scenario(here: World) -> None:
        box = here.boxes["seoul"]
        box.add("directory", {"set": {CUSTOMER: NAME, "+82299999999": "Park"}})
        box.add("errand", {"errand": "e1", "number": CUSTOMER, "name": NAME, "attributes": {"order": "order 4711"}})
        box.add("errand", {"errand": "e2", "number": "+82299999999", "name": "Park", "attributes": {}})
        box.add("do_not_call", {"campaign": "", "number": CUSTOMER})
        await here.deliver("seoul")
        await here.ask("POST", "/erasures", reason="r", customer=CUSTOMER)
        box.add("directory", {"removed": [CUSTOMER]})  # as the box says when it carries it out
        await here.deliver("seoul")
        for branch in ("seoul", "busan"):
            (order,) = await here.orders(branch)
            await here.receipt(branch, order, erased=[])
        await here.sweep()
        left = await here.everything()
        assert NAME not in left
        assert "order 4711" not in left
        assert left.count("+82299999999") >= 3
        assert all("do_not_call" in line for line in left.splitlines() if CUSTOMER in line)

    run(database_url, tmp_path, scenario)


def test_erasure_when_a_hold_stands_then_it_waits_until_the_hold_is_lifted(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(here: World) -> None:
        await here.contact("c1")
        await here.contact("c2")
        held = (await here.ask("POST", "/holds", reason="court", contacts=["c1"])).json()
        found = (await here.ask("POST", "/erasures", reason="r", contacts=["c1", "c2"])).json()
        assert (found["erased"], found["held"]) == (1, 1)
        await here.sweep()
        assert [one.name for one in (tmp_path / "recordings" / "recordings").iterdir()] == ["r-c1"]
        hold, tombstone = await here.orders("seoul")
        assert isinstance(hold, LegalHold)
        assert (hold.on, hold.contacts) == (True, ("c1",))
        await here.receipt("seoul", tombstone, erased=["c2"], held=("c1",))
        here.boxes["seoul"].add(RECORDING_ERASED, {"recording": "r-c1", "contact": "c1", "why": "message deleted"})
        await here.deliver("seoul")
        async with here.console.database.reading() as session:
            row = await session.get(Recording, ("seoul", "r-c1"))
            assert row is not None
            assert row.state == "stored"  # the console's hold wins over the box's word
        lifted = await here.ask("DELETE", f"/holds/{held['hold']}")
        assert lifted.status_code == 200
        *_, off, again = await here.orders("seoul")
        assert (off.on, again.request, again.contacts) == (False, found["request"], ("c1",))
        shown = (await here.ask("GET", f"/erasures/{found['request']}")).json()
        assert shown["done_s"] is None
        await here.receipt("seoul", again, erased=["c1"])
        await here.sweep()
        shown = (await here.ask("GET", f"/erasures/{found['request']}")).json()
        assert shown["done_s"] is not None
        assert {one["state"] for one in shown["contacts"]} == {"erased"}
        assert list((tmp_path / "recordings" / "recordings").iterdir()) == []
        assert (await here.ask("DELETE", f"/holds/{held['hold']}")).status_code == 404

    run(sqlite_url, tmp_path, scenario)


def test_erasure_when_a_stale_receipt_comes_then_it_counts_for_nothing(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(here: World) -> None:
        await here.contact("c1")
        found = (await here.ask("POST", "/erasures", reason="r", contacts=["c1"])).json()
        (order,) = await here.orders("seoul")
        await here.receipt("seoul", msgspec.structs.replace(order, number=99), erased=[])
        await here.receipt("busan", order, erased=[])
        shown = (await here.ask("GET", f"/erasures/{found['request']}")).json()
        assert shown["done_s"] is None
        await here.receipt("seoul", msgspec.structs.replace(order, request="nobody's"), erased=["c1"])
        await here.receipt("seoul", order, erased=["c1"])
        shown = (await here.ask("GET", f"/erasures/{found['request']}")).json()
        assert shown["done_s"] is not None

    run(sqlite_url, tmp_path, scenario)


@pytest.mark.parametrize(
    ("asked", "body", "status"),
    [
        (("lee", "/erasures"), {"reason": "r", "contacts": ["c1"]}, 403),
        (("kim", "/erasures"), {"reason": "r", "contacts": ["c1"]}, 404),
        (("kim", "/holds"), {"reason": "r", "contacts": ["c1"]}, 404),
        (("root", "/erasures"), {"reason": "r"}, 422),
        (("root", "/erasures"), {"reason": "r", "contacts": ["nobody"]}, 404),
        (("root", "/erasures"), {"reason": "r", "customer": "0212345678"}, 422),
        (("root", "/erasures"), {"reason": "r", "contacts": ["../x"]}, 422),
        (("root", "/holds"), {"reason": "r", "contacts": []}, 422),
    ],
)
def test_request_when_without_right_or_sense_then_nothing_happens(
    asked: tuple[str, str], body: Json, status: int, sqlite_url: str, tmp_path: Path
) -> None:
    async def scenario(here: World) -> None:
        person, path = asked
        await here.contact("c1")
        answer = await here.ask("POST", path, person, **body)
        assert answer.status_code == status
        assert await here.orders("seoul") == []
        assert CUSTOMER in await here.everything()

    run(sqlite_url, tmp_path, scenario)


def test_erasure_when_by_an_admin_of_one_branch_then_only_that_branchs_contacts_go(
    sqlite_url: str, tmp_path: Path
) -> None:
    async def scenario(here: World) -> None:
        await here.contact("c1", "seoul")
        await here.contact("c2", "busan")
        found = (await here.ask("POST", "/erasures", "kim", reason="r", customer=CUSTOMER)).json()
        assert (found["erased"], found["boxes"]) == (1, ["box-busan"])
        assert await here.orders("seoul") == []
        assert [one["request"] for one in (await here.ask("GET", "/erasures", "kim")).json()] == [found["request"]]
        hold = (await here.ask("POST", "/holds", reason="r", contacts=["c1"])).json()["hold"]
        assert (await here.ask("GET", "/holds", "kim")).json() == []
        assert (await here.ask("DELETE", f"/holds/{hold}", "kim")).status_code == 404
        assert len((await here.ask("GET", "/holds")).json()) == 1

    run(sqlite_url, tmp_path, scenario)
