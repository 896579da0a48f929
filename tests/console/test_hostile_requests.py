"""Whatever somebody sends to either application, it answers, and never with an error of its own (5xx).

Schemathesis makes requests from the OpenAPI documents; Hypothesis makes forms, queries, paths and bodies for the pages
and the boxes' routes, whose documents say nothing of them. The pages on PostgreSQL only, which is the stricter one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import schemathesis
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from kit.asgi_port import asgi_port
from kit.boxes import PretendBox, contact_event, contact_record
from kit.console import add_branch
from kit.people import add_person, browser_of

from appliance.cloud import batch, delivery
from appliance.console.apps import box_app, people_app
from appliance.console.authority.presence import KnownBox, present_box, renewing_box
from appliance.console.context import Console
from appliance.console.people.forms import HARMLESS

FEW = settings(
    max_examples=12,
    derandomize=True,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
KEY = ec.generate_private_key(ec.SECP256R1())
ENDS_THE_SESSION = {"/sign-out", "/sign-in/again", "/live/changes"}  # the last one never ends at all


class Port:
    """app: the same routes as behind `url`, for their document."""

    def __init__(self, url: str, app: FastAPI, headers: dict[str, str]) -> None:
        self.url, self.app, self.headers = url, app, headers
        self.client = httpx.Client(base_url=url, timeout=60.0)

    def routes(self) -> list[tuple[str, str]]:
        found = {(method, c.path) for c in iter_route_contexts(self.app.routes) for method in c.methods or () if c.path}
        return sorted(one for one in found if one[1] not in ENDS_THE_SESSION)


@contextmanager
def _port(url: str, tmp_path: Path, make: Callable[[Console], FastAPI]) -> Iterator[Port]:
    apps: list[FastAPI] = []
    headers: dict[str, str] = {}

    def made(one: Console) -> FastAPI:
        apps.append(make(one))
        return apps[0]

    async def prepare(one: Console) -> None:
        await add_branch(one, "seoul", box="b1")
        await add_person(one, "root", "admin@*")
        headers.update(await browser_of(one, "root"))

    with asgi_port(url, tmp_path, made, prepare) as address:
        port = Port(address, apps[0], headers)
        with port.client:
            yield port


def _box_app(console: Console) -> FastAPI:
    app = box_app(console)
    known = KnownBox(box="b1", branch="seoul", state="active", serial="1", key=KEY.public_key())
    app.dependency_overrides.update({present_box: lambda: known, renewing_box: lambda: known})
    return app


APPS = {"people": people_app, "box": _box_app}


@pytest.fixture(params=APPS)
def port(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[Port]:
    with _port(database_url, tmp_path, APPS[request.param]) as one:
        yield one


@pytest.fixture
def people(postgresql_url: str, tmp_path: Path) -> Iterator[Port]:
    with _port(postgresql_url, tmp_path, people_app) as one:
        yield one


@pytest.fixture
def boxes(database_url: str, tmp_path: Path) -> Iterator[Port]:
    with _port(database_url, tmp_path, _box_app) as one:
        yield one


def test_api_when_asked_by_its_own_document_then_no_error_of_the_console(port: Port) -> None:
    schema = schemathesis.openapi.from_dict(port.app.openapi())
    schema.config.update(base_url=port.url)
    schema.config.generation.update(with_security_parameters=False)  # made-up tokens are only refused
    operations = [one.ok() for one in schema.get_all_operations()]
    assert len(operations) >= 5
    wrong: dict[str, str] = {}
    for operation in operations:

        @FEW
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            if "wait_s" in case.query:
                case.query["wait_s"] = 0  # it would be waited for
            answer = case.call(headers=port.headers)
            if answer.status_code >= 500:
                wrong[f"{case.method} {case.path}"] = f"{answer.status_code} {case.query} {case.body!r:.200}"

        ask()
    assert wrong == {}


TEXT = st.text(max_size=30) | st.sampled_from(
    ["", "\0", "a\0b", "-1", "0", "1e999", "nan", "99999999999999999999", "*", "seoul", "admin@*", "admin@seoul",
     "root", "<script>", "' OR 1=1 --", "%", "../../etc/passwd", "2026-11-22", "9999-99-99", "x" * 3000, "한국", "😀",
     "+82212345678", "https://example.org/", "person:root", "%00", "true"],
)  # fmt: skip
FIELDS = [
    "about", "address", "after", "again", "agent", "back", "before", "branch", "branches", "code", "csrf", "current",
    "day", "days", "deed", "factor", "from", "grants", "kinds", "language", "name", "number", "password", "person",
    "queue", "scopes", "since", "theme", "to", "until", "who", "zone", "limit", "page", "q",
    "contact", "direction", "text", "voice", "version", "contacts", "recordings", "events", "confirmed",
]  # fmt: skip
VALUES = st.dictionaries(st.sampled_from(FIELDS), TEXT, max_size=6)


def _quoted(text: str) -> str:
    return str(httpx.URL("http://x/", params={"x": text}).query, "ascii")[2:].replace("+", "%20") or "x"


def test_pages_when_asked_anything_then_no_error_of_the_console(people: Port) -> None:
    wrong = {route: said for route in people.routes() if (said := _asked_anything(people, *route))}
    assert wrong == {}


def _asked_anything(port: Port, method: str, path: str) -> str:
    """What the console failed at, "" for nothing."""
    failed: list[str] = []

    @FEW
    @given(st.lists(TEXT, min_size=4, max_size=4), VALUES, VALUES)
    def ask(parts: list[str], query: dict[str, str], form: dict[str, str]) -> None:
        asked = re.sub(r"\{[^}]*\}", lambda _: _quoted(parts.pop()), path)
        headers = {**port.headers, "Accept": "text/html"}
        data = None if method in HARMLESS else form
        answer = port.client.request(method, asked, params=query, headers=headers, data=data)
        if answer.status_code >= 500:
            failed.append(f"{asked} {query} {form} {answer.status_code}")

    ask()
    return "".join(failed[:1])


BODIES = st.binary(max_size=60) | st.sampled_from(
    [b"", b"{}", b"[]", b"null", b'{"box":"b1"}', b"\xff\xfe", b"[" * 2000, b'"\\ud800"', b"1e999", batch.pack([]),
     batch.pack([b"{}"]), batch.pack([b"null"] * 3), batch.pack([b"{}"])[:-2]],
)  # fmt: skip
HEADERS = st.dictionaries(
    st.sampled_from(
        [delivery.AFTER, delivery.SIGNATURE, "Upload-Length", "Upload-Offset", "Upload-Metadata", "Upload-Checksum",
         "Tus-Resumable", "Content-Type", "Content-Encoding", "Range", "Accept", "If-Match"],
    ),
    st.sampled_from(
        ["", "0", "-1", "1", "99999999999999999999", "0:" + "0" * 64, "1.0.0", "sha256 AAAA", "recording eA==", "eA==",
         "recording " + "A" * 400, "application/offset+octet-stream", "application/json", "zstd", "bytes=0-1",
         "bytes=9-",
         "*/*", "\xff"],
    ),
    max_size=6,
)  # fmt: skip


def test_boxes_routes_when_sent_anything_then_no_error_of_the_console(boxes: Port) -> None:
    wrong = {route: said for route in boxes.routes() if (said := _sent_anything(boxes, *route))}
    assert wrong == {}


def _sent_anything(port: Port, method: str, path: str) -> str:
    failed: list[str] = []

    @FEW
    @given(st.lists(TEXT, min_size=4, max_size=4), HEADERS, BODIES)
    def send(parts: list[str], headers: dict[str, str], body: bytes) -> None:
        asked = re.sub(r"\{[^}]*\}", lambda _: _quoted(parts.pop()), path)
        raw = {name: value.encode("latin-1") for name, value in headers.items()}
        params = {"wait_s": "0"} if path.endswith("/poll") else {}
        answer = port.client.request(method, asked, headers=raw, content=body, params=params)
        if answer.status_code >= 500:
            failed.append(f"{asked} {headers} {body!r} {answer.status_code}")

    send()
    return "".join(failed[:1])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
KINDS = [
    "contact_record", "contact_event", "agent_state", "recording", "outage", "reconciled", "metrics", "health",
    "device", "queue", "queue_removed", "agent", "extension", "flow", "desired_applied", "drift", "command_result",
    "erasure_receipt", "recording_erased", "mailbox", "anything",
]  # fmt: skip


def test_events_when_their_data_is_anything_then_stored_and_no_error_of_the_console(boxes: Port) -> None:
    """A box of another version, or a hostile one: signed and chained as it must be, and nonsense inside."""
    box = PretendBox("b1", "seoul", key=KEY)
    failed: list[str] = []

    @settings(FEW, max_examples=40)
    @given(st.lists(st.tuples(st.sampled_from(KINDS), JSON, TEXT), min_size=1, max_size=8))
    def send(events: list[tuple[str, object, str]]) -> None:
        known = {"contact_record": contact_record(), "contact_event": contact_event("c", 1, {"type": "x"})}
        for kind, data, subject in events:
            whole = known.get(kind, {})
            bent = {**whole, **data} if isinstance(data, dict) else {**whole, next(iter(whole), "x"): data}
            box.add(kind, msgspec.json.encode(bent if whole else data).decode(), subject=subject)
        body, headers = box.batch()
        answer = boxes.client.post("/box/v1/events", content=body, headers=headers)
        if answer.status_code != 200:
            failed.append(f"{answer.status_code} {answer.text[:200]} {events}")
        box.acknowledged = box.position(len(box.events))

    send()
    assert failed == []
