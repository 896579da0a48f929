"""Prometheus: what a real switchboard tells over HTTP, and what strangers get."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from switchboard.harness import Harness, play

from appliance.errors import ApplianceError, RequestError, StoreError
from appliance.switchboard.measuring import scrape_server
from appliance.switchboard.measuring.scrape_server import ScrapeServer

OPENMETRICS = "application/openmetrics-text; version=1.0.0"


async def ask(port: int, request: bytes) -> tuple[int, str, str]:
    """Status, head and body of the answer to raw bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = (await asyncio.wait_for(reader.read(), 10)).decode()
    writer.close()
    head, _, body = answer.partition("\r\n\r\n")
    return int(head.split(" ")[1]), head, body


def get(
    path: str = "/metrics", *, host: str = "127.0.0.1:9464", accept: str = OPENMETRICS, method: str = "GET"
) -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nAccept: {accept}\r\n\r\n".encode()


def test_scrape_when_a_contact_waits_then_numbers_of_queues_agents_and_edge(tmp_path: Path) -> None:
    async def performance() -> None:
        box = Harness(tmp_path)
        trunk = '[[trunks]]\nname = "acme"\nkind = "static"\nhost = "192.0.2.1"\n'
        box.write_config(f'[metrics]\nlisten = "127.0.0.1:0"\n{trunk}')
        async with box:
            assert box.switchboard is not None and box.switchboard.views.measuring.scrapes is not None
            await box.staff("kim", available=False)
            process = await box.process(0)
            process.begin(caller="+12125550199")
            await process.enter_queue()
            await process.settled()
            status, head, body = await ask(box.switchboard.views.measuring.scrapes.port, get())
        assert (status, "openmetrics-text" in head) == (200, True)
        families = {family.name: family for family in text_string_to_metric_families(body)}
        found = {
            (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
            for family in families.values()
            for sample in family.samples
        }
        assert found["linekeeper_queue_contacts_in_queue", ("sales",)] == 1
        assert found["linekeeper_queue_agents_online", ("sales",)] == 0
        assert found["QueueSize", ("Queue", "sales")] == 1
        assert found["ConcurrentCalls", ("VoiceCalls",)] == 1
        assert found["ConcurrentCallsPercentage", ("VoiceCalls",)] == 1 / 16
        assert found["linekeeper_contacts", ("in_queue",)] == 1
        assert found["linekeeper_agent_activity", ("idle", "kim", "Offline")] == 1
        assert found["linekeeper_trunk_up", ("static", "acme")] == 1
        assert found["linekeeper_edge_up", ()] == 0
        assert found["linekeeper_edge_refused_contacts_total", ()] == 0
        assert found["process_resident_memory_bytes", ()] > 0
        assert "MissedCalls" not in families, "no activity is no data point"
        assert not re.search(r"2125550199", body)

    asyncio.run(asyncio.wait_for(performance(), 60))


def test_minute_when_an_agent_missed_then_the_next_scrape_has_the_point(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim", "lee")
        process = await box.process(0)
        process.begin()
        await process.enter_queue()
        process.missed(await process.offered())
        process.answered(await process.offered())
        await box.until_agent("lee", activity="on_contact")
        assert box.switchboard is not None
        await box.switchboard.views.measuring.minute.turn()
        names = {point.name: point.value for point in box.switchboard.views.measuring.minute.points}
        assert (names["MissedCalls"], names["CallsPerInterval"]) == (1, 1 / 60)
        assert names["LongestQueueWaitTime"] > 0
        await box.switchboard.views.measuring.minute.turn()
        assert box.switchboard.views.measuring.minute.points == []

    play(tmp_path, scene)


def serve(requests: list[bytes], expected: list[int], error: ApplianceError | None = None) -> None:
    async def answer(_accept: str) -> tuple[bytes, str]:
        if error is not None:
            raise error
        return b"x 1\n", "text/plain"

    async def performance() -> None:
        server = ScrapeServer("127.0.0.1:0", answer)
        await server.start()
        try:
            assert [(await ask(server.port, request))[0] for request in requests] == expected
            assert (await ask(server.port, get()))[0] == (200 if error is None else 500)
        finally:
            await server.stop()

    asyncio.run(asyncio.wait_for(performance(), 60))


def test_server_when_strangers_ask_then_short_answers_and_it_serves_on() -> None:
    requests = [
        get("/"),
        get("/metrics?x=1"),
        get(method="POST"),
        get(host="evil.example"),
        get(host="evil.example:9464"),
        get(host="localhost"),
        get(host="[::1]:9464"),
        b"\x16\x03\x01\x02\x00\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\n" + b"X: " + b"a" * 100_000 + b"\r\n\r\n",
    ]
    serve(requests, [404, 200, 405, 403, 403, 200, 200, 400, 400, 431])


def test_server_when_the_numbers_are_not_there_then_500_without_details() -> None:
    serve([], [], StoreError("/var/lib/secret is broken"))


def test_server_when_somebody_says_nothing_then_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrape_server, "PATIENCE_S", 0.05)

    async def performance() -> None:
        server = ScrapeServer("127.0.0.1:0", _never)
        await server.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        assert await asyncio.wait_for(reader.read(), 10) == b""
        writer.close()
        await server.stop()

    asyncio.run(asyncio.wait_for(performance(), 60))


async def _never(_accept: str) -> tuple[bytes, str]:
    raise AssertionError


def test_server_when_the_port_is_taken_then_says_so() -> None:
    async def performance() -> None:
        first = ScrapeServer("127.0.0.1:0", _never)
        await first.start()
        with pytest.raises(RequestError, match=r"metrics\.listen .* can't be used"):
            await ScrapeServer(f"127.0.0.1:{first.port}", _never).start()
        await first.stop()

    asyncio.run(asyncio.wait_for(performance(), 60))


def test_server_when_on_a_unix_socket_then_answers_there_and_leaves_nothing(tmp_path: Path) -> None:
    async def answer(_accept: str) -> tuple[bytes, str]:
        return b"x 1\n", "text/plain"

    async def performance() -> None:
        path = tmp_path / "metrics.sock"
        server = ScrapeServer(f"unix:{path}", answer)
        await server.start()
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(get(host=""))
        assert (await asyncio.wait_for(reader.read(), 10)).endswith(b"x 1\n")
        writer.close()
        await server.stop()
        assert not path.exists()

    asyncio.run(asyncio.wait_for(performance(), 60))
