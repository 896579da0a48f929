"""The pages of operation: boxes, what is wanted of branches, flows. What an admin does reaches the boxes."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
from kit import flows
from kit.desk import Desk, at_desk, played
from sqlalchemy import select

from appliance.cloud.orders import Command, DesiredState, Order
from appliance.cloud.signing import decode_signed, key_id, opened
from appliance.console.audit.log import Wanted, entries
from appliance.console.authority import boxes, codes
from appliance.console.authority.keys import authority_folder, console_keys
from appliance.console.database.tables import Box, BoxOrder, Drift, EnrolmentCode
from appliance.console.people.roles import Branches

Files = dict[str, tuple[str, bytes]]


class Office(Desk):
    """root operates every branch, min seoul only, lee (supervisor at seoul) none."""

    async def deeds(self) -> list[str]:
        async with self.console.database.reading() as session:
            found = await entries(session, Wanted(branches=Branches(every=True)))
        return [f"{one.who} {one.deed} {one.about} {one.branch}" for one in reversed(found)]

    async def orders(self, box: str) -> list[Order]:
        """As the box would read them."""
        key = console_keys(authority_folder(self.console.settings.data_dir)).signing.public_key()
        async with self.console.database.reading() as session:
            query = select(BoxOrder.document).where(BoxOrder.box == box).order_by(BoxOrder.number)
            documents = list(await session.scalars(query))
        return [opened(decode_signed(one.encode()), keys={key_id(key): key}, box=box) for one in documents]


BRANCHES = {"seoul": "s1", "busan": "p1", "empty": ""}
PEOPLE = {"root": "admin@*", "min": "admin@seoul", "lee": "supervisor@seoul"}
Live = Callable[[Callable[[Office], Awaitable[None]]], None]


@pytest.fixture
def live(sqlite_url: str, tmp_path: Path) -> Live:
    return lambda scene: played(lambda: at_desk(Office, sqlite_url, tmp_path, BRANCHES, PEOPLE), scene)


def test_code_when_made_by_page_then_it_is_shown_once_and_good(live: Live) -> None:
    async def scene(office: Office) -> None:
        page = await office.post("/boxes/codes", who="min", branch="seoul")
        found = re.search(r'id="code">([0-9A-Z-]{14})<', page.text)
        assert found is not None
        assert console_keys(authority_folder(office.console.settings.data_dir)).fingerprint in page.text
        assert found[1] not in (await office.get("/boxes", who="min")).text
        async with office.console.database.writing() as session:
            assert await codes.use_code(session, found[1], box="b", now_s=office.console.now_s()) == "seoul"
        assert await office.deeds() == ["person:min code_made branch:seoul seoul"]

    live(scene)


def test_code_when_taken_back_then_it_opens_nothing(live: Live) -> None:
    async def scene(office: Office) -> None:
        page = await office.post("/boxes/codes", branch="busan")
        found = re.search(r'id="code">([0-9A-Z-]{14})<', page.text)
        assert found is not None
        async with office.console.database.reading() as session:
            (sha256,) = await session.scalars(select(EnrolmentCode.code_sha256))
        assert (await office.post(f"/boxes/codes/{sha256}/cancel", who="min")).status_code == 404
        assert (await office.post(f"/boxes/codes/{sha256}/cancel")).status_code == 303
        async with office.console.database.writing() as session:
            with pytest.raises(codes.BoxRefusedError):
                await codes.use_code(session, found[1], box="b", now_s=office.console.now_s())

    live(scene)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/boxes/codes", {"branch": "busan"}),
        ("/boxes/p1/revoke", {"reason": "x"}),
        ("/boxes/p1/clear", {"machine": ""}),
        ("/boxes/branches", {"branch": "new", "name": "New"}),
        ("/wanted/busan/publish", {}),
        ("/wanted/busan/item", {"kind": "queue", "item": "x"}),
        ("/wanted/busan/drop", {"kind": "queue", "item": "x"}),
        ("/wanted/busan/overwrite", {"kind": "queue", "item": "x"}),
        ("/wanted/busan/command", {"command": "collect_logs"}),
    ],
)
def test_deed_when_the_branch_is_another_ones_then_refused(live: Live, path: str, fields: dict[str, str]) -> None:
    async def scene(office: Office) -> None:
        refused = await office.post(path, who="min", **fields)
        assert refused.status_code == 404
        assert (await office.post(path.replace("busan", "seoul"), who="lee", **fields)).status_code == 403
        assert await office.orders("p1") == []
        async with office.console.database.reading() as session:
            assert {box.state for box in await session.scalars(select(Box))} == {"active"}

    live(scene)


def test_pages_when_asked_for_by_another_admin_then_only_their_branches(live: Live) -> None:
    async def scene(office: Office) -> None:
        for path in ("/boxes", "/wanted", "/flows"):
            assert (await office.get(path, who="lee")).status_code == 403
            mine, all_of_them = await office.get(path, who="min"), await office.get(path)
            assert (mine.status_code, all_of_them.status_code) == (200, 200)
            assert "Busan" not in mine.text
            korean = await office.get(path, language="ko")
            assert 'lang="ko"' in korean.text
        assert (await office.get("/wanted/busan", who="min")).status_code == 404

    live(scene)


def test_box_when_revoked_by_page_then_it_is_and_the_log_says_so(live: Live) -> None:
    async def scene(office: Office) -> None:
        assert (await office.post("/boxes/s1/revoke", who="min", reason="stolen")).status_code == 303
        async with office.console.database.reading() as session:
            found = await session.get(Box, "s1")
        assert found is not None and found.state == "revoked"
        assert await office.deeds() == ["person:min box_revoked box:s1 seoul"]
        assert "revoked" in (await office.get("/boxes")).text

    live(scene)


def test_clone_when_the_admin_decides_then_that_machine_is_the_box(live: Live) -> None:
    async def scene(office: Office) -> None:
        async with office.console.database.writing() as session:
            assert await boxes.suspect(session, "s1", why="two of them", now_s=1.0, machine="m2", address="10.0.0.9")
        page = await office.get("/boxes")
        assert "two of them" in page.text and "10.0.0.9" in page.text
        assert (await office.post("/boxes/s1/clear", machine="m9")).status_code == 404
        assert (await office.post("/boxes/s1/clear", machine="m2")).status_code == 303
        async with office.console.database.reading() as session:
            found = await session.get(Box, "s1")
        assert found is not None and (found.state, found.machine) == ("active", "m2")

    live(scene)


def test_item_when_edited_and_published_then_the_box_gets_it_signed(live: Live) -> None:
    async def scene(office: Office) -> None:
        form = await office.get("/wanted/seoul/item?kind=queue&item=sales", who="min")
        assert 'name="ring_timeout_s"' in form.text
        fields = {"name": "Sales", "ring_timeout_s": "25", "enabled": "yes", "flow": " "}
        saved = await office.post("/wanted/seoul/item", who="min", kind="queue", item="sales", **fields)
        assert saved.status_code == 303
        await office.post("/wanted/seoul/item", kind="agent", item="kim", queues="sales, help")
        await office.post("/wanted/seoul/item", kind="configuration", item="recording.internal", json="true")
        await office.post("/wanted/seoul/item", kind="disposition", item="12", gone="yes")
        assert await office.orders("s1") == []
        assert (await office.post("/wanted/seoul/publish", who="min")).status_code == 303
        (order,) = await office.orders("s1")
        assert isinstance(order, DesiredState)
        assert [(one.kind.value, one.name, one.content) for one in order.items] == [
            ("configuration", "recording.internal", {"value": True}),
            ("queue", "sales", {"name": "Sales", "ring_timeout_s": 25, "enabled": True}),
            ("agent", "kim", {"queues": ["sales", "help"]}),
            ("disposition", "12", None),
        ]
        page = await office.get("/wanted/seoul")
        assert "waits for the box" in page.text and "ring_timeout_s = 25" in page.text
        again = await office.get("/wanted/seoul/item?kind=agent&item=kim")
        assert 'value="sales, help"' in again.text
        assert (await office.deeds())[-1] == "person:min ordered box:s1 seoul"

    live(scene)


@pytest.mark.parametrize(
    ("kind", "fields", "sentence"),
    [
        ("queue", {"wrap_up_s": "soon"}, "no number"),
        ("queue", {"wrap_up_s": "nan"}, "no number"),
        ("queue", {"enabled": "perhaps"}, "Choose one"),
        ("quick_connect", {"type": "MOON"}, "Choose one"),
        ("hours", {"json": "[1"}, "no JSON"),
        ("hours", {"json": "[" * 5000}, "no JSON"),
    ],
)
def test_item_when_typed_wrongly_then_the_form_says_so(
    live: Live, kind: str, fields: dict[str, str], sentence: str
) -> None:
    async def scene(office: Office) -> None:
        page = await office.post("/wanted/seoul/item", kind=kind, item="x", **fields)
        assert (page.status_code, sentence in page.text) == (400, True)
        assert (await office.post("/wanted/seoul/item", kind="moon", item="x")).status_code == 404
        assert "Nothing is wanted" in (await office.get("/wanted/seoul")).text

    live(scene)


def test_drift_when_the_admin_overwrites_then_it_goes_out_with_that_decision(live: Live) -> None:
    async def scene(office: Office) -> None:
        await office.post("/wanted/seoul/item", kind="queue", item="sales", name="Sales")
        drift = [{"kind": "queue", "name": "sales", "local": {"name": "<b>Mine</b>"}, "desired": {"name": "Sales"}}]
        async with office.console.database.writing() as session:
            session.add(Drift(box="s1", version=1, content=msgspec.json.encode(drift).decode(), told_s=1.0))
        page = await office.get("/wanted/seoul")
        assert "&lt;b&gt;Mine" in page.text
        assert "1 change" in (await office.get("/wanted")).text
        assert "1 change" in (await office.get("/fleet")).text
        assert (await office.post("/wanted/seoul/overwrite", kind="queue", item="none")).status_code == 404
        assert (await office.post("/wanted/seoul/overwrite", kind="queue", item="sales")).status_code == 303
        (order,) = await office.orders("s1")
        assert isinstance(order, DesiredState)
        assert [one.overwrite for one in order.items] == [True]
        await office.post("/wanted/seoul/drop", kind="queue", item="sales")
        assert "Nothing is wanted" in (await office.get("/wanted/seoul")).text

    live(scene)


def test_command_when_given_then_the_box_gets_it(live: Live) -> None:
    async def scene(office: Office) -> None:
        await office.post("/wanted/seoul/command", command="restart", service="edge")
        assert (await office.post("/wanted/seoul/command", command="restart", service="ssh")).status_code == 404
        assert (await office.post("/wanted/seoul/command", command="erase")).status_code == 404
        assert (await office.post("/wanted/empty/command", command="restart")).status_code == 404
        (order,) = await office.orders("s1")
        assert isinstance(order, Command)
        assert (order.command, order.arguments) == ("restart", {"service": "edge"})
        page = (await office.get("/wanted/seoul")).text
        assert '<option value="contact">Contact processes (ends calls under way)</option>' in page

    live(scene)


def test_flow_when_uploaded_then_judged_drawn_and_published(live: Live) -> None:
    async def scene(office: Office) -> None:
        document = msgspec.json.encode(flows.menu("sales"))
        kept = await office.post("/flows", files={"file": ("main-menu.json", document)})
        assert kept.status_code == 303
        path = kept.headers["location"]
        page = await office.get(path)
        assert "main-menu" in page.text and "CONTACT_FLOW" in page.text
        picture = await office.get(f"{path}/0.svg")
        assert (picture.headers["content-type"], b"<svg" in picture.content) == ("image/svg+xml", True)
        assert (await office.get(f"{path}/7.svg")).status_code == 404
        assert (await office.post(f"{path}/publish", who="min", branches=["busan"])).status_code == 404
        assert (await office.post(f"{path}/publish", branches=["seoul", "empty"])).status_code == 303
        (order,) = await office.orders("s1")
        assert isinstance(order, DesiredState)
        assert [one.blob for one in order.items] == [path.rpartition("/")[2]]
        assert await office.orders("p1") == []
        listed = await office.get("/flows")
        assert "Seoul" in listed.text

    live(scene)


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x03\x04broken", b'{"Format": "linekeeper-flows/1"', b"[]"])
def test_flow_when_it_is_none_then_the_page_says_why(live: Live, content: bytes) -> None:
    async def scene(office: Office) -> None:
        page = await office.post("/flows", files={"file": ("x.json", content)})
        assert (page.status_code, "The file was not taken" in page.text) == (400, True)

    live(scene)
