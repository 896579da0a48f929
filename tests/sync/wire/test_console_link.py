"""What becomes of a request: every answer and every fault is an outcome, nothing is raised."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest
from aiohttp import web
from kit.ports import reserved_ports

from appliance.cloud import batch, chain, paths
from appliance.cloud.chain import genesis
from appliance.cloud.delivery import Conflict, Disagreement, Receipt
from appliance.cloud.live import Health, LiveState
from appliance.errors import SyncError
from appliance.stamps import Stamp
from appliance.sync.delivering.actions import AskPosition, Disagreed, Done, Heard, Outcome, SendBatch, Unreached
from appliance.sync.pacing import Pace
from appliance.sync.wire import console_link
from appliance.sync.wire.console_link import ConsoleLink
from appliance.sync.wire.credentials import Credentials

START = genesis("box-1")
EVENTS = (b'{"n":1}', b'{"n":2}')
BATCH = SendBatch(after=START, until=chain.follow(START, EVENTS), events=EVENTS)
NOW = Stamp(boot="b", mono_s=1.0, wall_s=2.0, synced=True)
HEALTH = Health(
    version="1", uptime_s=1, edge="answers", contact_processes=1, free_processes=1, storage_used=0, storage_budget=0,
    pending_events=0, pending_recordings=0,
)  # fmt: skip
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def linked(handler: Handler, *, pace: Pace | None = None) -> AsyncIterator[ConsoleLink]:
    """A link to a server that answers everything with `handler`."""
    app = web.Application(client_max_size=10_000_000)
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, auto_decompress=False, shutdown_timeout=0.1)
    await runner.setup()
    with reserved_ports(1) as ports:
        port = ports.take()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        own = Credentials(box="box-1", url=f"http://127.0.0.1:{port}/", tls=None, sign=lambda text: text[:8])
        link = ConsoleLink(own, pace=pace or Pace(None, 0.0), now=time.monotonic, wall=time.time)
        try:
            yield link
        finally:
            await link.close()
            await runner.cleanup()


def performed(action: SendBatch | AskPosition, handler: Handler, *, pace: Pace | None = None) -> Outcome:
    async def run() -> Outcome:
        async with linked(handler, pace=pace) as link:
            return await link.perform(action)

    return asyncio.run(asyncio.wait_for(run(), 30))


def answering(status: int, content: object = b"", **headers: str) -> Handler:
    async def answer(request: web.Request) -> web.Response:
        await request.read()
        body = content if isinstance(content, bytes) else msgspec.json.encode(content)
        return web.Response(status=status, body=body, headers=headers)

    return answer


def test_batch_when_sent_then_position_signature_and_packing_are_in_the_request() -> None:
    seen: list[tuple[str, dict[str, str], list[bytes]]] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append((request.path, dict(request.headers), batch.unpack(await request.read())))
        return web.Response(body=msgspec.json.encode(Receipt(acknowledged=BATCH.until)))

    assert performed(BATCH, answer) == Heard(position=BATCH.until)
    ((path, headers, events),) = seen
    assert (path, events) == (paths.EVENTS, list(EVENTS))
    assert headers["Linekeeper-After"] == str(START)
    assert headers["Linekeeper-Signature"] == "bGluZWtlZXA="  # base64 of the signed text's first letters
    assert headers["Content-Type"] == batch.CONTENT_TYPE
    assert int(headers["Content-Length"]) > 0


def test_conflict_when_answered_then_told() -> None:
    conflict = Conflict(disagreement=Disagreement.GAP, acknowledged=START)
    assert performed(BATCH, answering(409, conflict)) == Disagreed(conflict=conflict)


@pytest.mark.parametrize(
    ("status", "content", "words", "retry_s"),
    [
        (403, b"revoked", "the console refuses this box (403): revoked", console_link.REFUSED_RETRY_S),
        (400, b"no", "answers 400: no", console_link.FAULTY_RETRY_S),
        (413, b"", "answers 413", 0.0),
        (503, b"", "answers 503", 0.0),
        (302, b"", "answers 302", 0.0),
        (200, b"<html>", "none of a console's", console_link.FAULTY_RETRY_S),
        (200, b'{"acknowledged": 5}', "none of a console's", console_link.FAULTY_RETRY_S),
        (409, b"[]", "none of a console's", console_link.FAULTY_RETRY_S),
    ],
)
def test_answer_when_it_cannot_be_used_then_why_and_how_long_to_wait(
    status: int, content: bytes, words: str, retry_s: float
) -> None:
    found = performed(BATCH, answering(status, content, Location="http://elsewhere.test/"))
    assert isinstance(found, Unreached)
    assert words in found.why
    assert (found.retry_s, found.answered) == (retry_s, True)


def test_console_when_nobody_listens_or_it_hangs_up_then_not_answered() -> None:
    async def hang_up(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    found = performed(AskPosition(), hang_up)
    assert isinstance(found, Unreached)
    assert not found.answered

    async def nobody() -> Outcome:
        with reserved_ports(1) as ports:
            own = Credentials(box="b", url=f"http://127.0.0.1:{ports.take()}", tls=None, sign=bytes)
            link = ConsoleLink(own, pace=Pace(None, 0.0), now=time.monotonic, wall=time.time)
            try:
                return await link.perform(AskPosition())
            finally:
                await link.close()

    found = asyncio.run(nobody())
    assert isinstance(found, Unreached)
    assert "Cannot connect" in found.why


def test_console_when_it_is_silent_then_no_answer_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console_link, "ANSWER_S", 0.2)
    waiting = asyncio.Event()

    async def silent(_request: web.Request) -> web.Response:
        await waiting.wait()
        return web.Response()

    found = performed(AskPosition(), silent)
    assert isinstance(found, Unreached)
    assert found.why == "no answer within 0.2 s"


def test_clock_when_the_console_tells_its_time_then_the_difference_is_known() -> None:
    async def run() -> float | None:
        async with linked(answering(200, Receipt(acknowledged=START), Date="Sun, 06 Nov 2050 08:49:37 GMT")) as link:
            await link.perform(AskPosition())
            return link.skew_s

    skew_s = asyncio.run(run())
    assert skew_s is not None
    assert skew_s > 20 * 365 * 86_400


def test_live_state_when_the_pace_is_used_up_then_it_goes_at_once_and_is_counted() -> None:
    """A batch would have to wait: the bucket is empty for a long time."""

    async def run() -> tuple[Outcome, float]:
        pace = Pace(1.0, time.monotonic())
        pace.delay_s(1000, time.monotonic())
        async with linked(answering(204), pace=pace) as link:
            shown = await link.show(LiveState(at=NOW, number=1, health=HEALTH))
            return shown, pace.delay_s(0, time.monotonic())

    shown, delay_s = asyncio.run(asyncio.wait_for(run(), 20))
    assert shown == Done()
    assert delay_s > 1000  # bytes of the live state were taken from the same bucket


def test_batch_when_the_pace_is_limited_then_it_waits_for_its_turn() -> None:
    slept: list[float] = []

    class Watched(Pace):
        def delay_s(self, size: int, now: float) -> float:
            slept.append(super().delay_s(size, now))
            return 0.0

    pace = Watched(30.0, time.monotonic())
    performed(BATCH, answering(200, Receipt(acknowledged=BATCH.until)), pace=pace)
    performed(BATCH, answering(200, Receipt(acknowledged=BATCH.until)), pace=pace)
    assert slept[0] < slept[1]
    assert slept[1] > 0


def test_link_when_an_identity_with_tls_names_plain_http_then_refused() -> None:
    async def run() -> None:
        own = Credentials(box="b", url="http://console.test", tls=ssl.create_default_context, sign=bytes)
        with pytest.raises(SyncError, match="no https:// URL"):
            ConsoleLink(own, pace=Pace(None, 0.0), now=time.monotonic, wall=time.time)

    asyncio.run(run())
