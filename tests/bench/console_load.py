"""One process of the console bench's load: some of the boxes, each on a connection of its own (TLS, HTTP/1.1).

Started by `console.py`; gets its job as a line of JSON on standard input, makes everything ready, says `ready`, waits
for `go`, and answers with a line of JSON. Must not measure itself: its processor time is reported beside the figures.
"""

from __future__ import annotations

import asyncio
import json
import resource
import ssl
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import msgspec
from bench.console_boxes import Credentials, Ready, batches, contacts
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from kit.boxes import PretendBox

from appliance.clock import now
from appliance.cloud import paths
from appliance.cloud.live import Health, LiveAgent, LiveQueue, LiveState

BUSY, AGAIN_S = 503, 3.0


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """boxes: of this process; live_s: how long live states and contacts are sent steadily, live_every_s and
    contact_every_s apart (each box, a contact at a time); then `count` batches of `size` contacts each are sent as fast
    as they are taken."""

    boxes: tuple[Credentials, ...]
    host: str
    port: int
    authority: str
    live_s: float
    live_every_s: float
    contact_every_s: float
    count: int
    size: int
    now_s: float


class Connection:
    """One box's."""

    def __init__(self, job: Job, one: Credentials) -> None:
        self._job = job
        self._context = ssl.create_default_context(cafile=job.authority)
        self._context.load_cert_chain(one.credentials)
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def post(self, path: str, body: bytes, headers: dict[str, str] | None = None) -> int:
        """The status; connects anew where the console has closed."""
        if self._writer is None or self._writer.is_closing():
            self._reader, self._writer = await asyncio.open_connection(
                self._job.host, self._job.port, ssl=self._context, limit=1 << 18
            )
        told = {"host": f"{self._job.host}:{self._job.port}", "content-length": str(len(body)), **(headers or {})}
        head = f"POST {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in told.items())
        self._writer.write(head.encode() + b"\r\n" + body)
        return await self._answer()

    async def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            await self._writer.wait_closed()

    async def _answer(self) -> int:
        assert self._reader is not None
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
        _, _, after = head.partition("content-length: ")
        if after:
            await self._reader.readexactly(int(after.split("\r\n", 1)[0]))
        return int(head.split(" ", 2)[1])


class Load:
    """All boxes of this process."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._connections = [Connection(job, one) for one in job.boxes]
        models = contacts(job.now_s)
        steadily = round(job.live_s / job.contact_every_s)
        boxes = [_pretended(one) for one in job.boxes]
        self._steady = [
            batches(box, models, count=steadily, size=1, offset=place * 7) for place, box in enumerate(boxes)
        ]
        self._ready = [
            batches(box, models, count=job.count, size=job.size, offset=place * 11) for place, box in enumerate(boxes)
        ]
        self.faults = self.turned_away = 0
        self.live = self.slowest_s = 0.0

    async def connect(self) -> None:
        """Every box says how it is, a few at a time."""
        gate = asyncio.Semaphore(20)

        async def one(place: int) -> None:
            async with gate:
                await self._show(place, 0)

        await asyncio.gather(*(one(place) for place in range(len(self._connections))))

    async def steady(self) -> None:
        """Live states at their pace, contacts at theirs, the boxes evenly shifted against each other."""
        await asyncio.gather(*(self._steadily(place) for place in range(len(self._connections))))

    async def flat_out(self) -> dict[str, float]:
        """The batches; returns what was taken and how long it took."""
        began = time.monotonic()
        await asyncio.gather(*(self._all(place, ready) for place, ready in enumerate(self._ready)))
        every = [one for ready in self._ready for one in ready]
        return {
            "began": began,
            "ended": time.monotonic(),
            "records": sum(one.records for one in every),
            "events": sum(one.events for one in every),
            "bytes": sum(len(one.body) for one in every),
            "steady_records": sum(one.records for ready in self._steady for one in ready),
            "steady_events": sum(one.events for ready in self._steady for one in ready),
        }

    async def _steadily(self, place: int) -> None:
        job, loop = self._job, asyncio.get_running_loop()
        share = place / len(self._connections)
        began, number = loop.time(), 0
        ready = list(self._steady[place])
        live_at, contact_at = share * job.live_every_s, share * job.contact_every_s
        while min(live_at, contact_at) < job.live_s:
            due = min(live_at, contact_at)
            await asyncio.sleep(max(0.0, began + due - loop.time()))
            if due == live_at:
                number += 1
                await self._show(place, number)
                live_at += job.live_every_s
            else:
                if ready:
                    await self._send(place, ready.pop(0))
                contact_at += job.contact_every_s
        for one in ready:
            await self._send(place, one)

    async def _all(self, place: int, ready: list[Ready]) -> None:
        for one in ready:
            await self._send(place, one)

    async def _send(self, place: int, one: Ready) -> None:
        status = await self._connections[place].post(paths.EVENTS, one.body, one.headers)
        while status == BUSY:
            self.turned_away += 1
            await asyncio.sleep(AGAIN_S)
            status = await self._connections[place].post(paths.EVENTS, one.body, one.headers)
        self.faults += status != 200

    async def _show(self, place: int, number: int) -> None:
        body = msgspec.json.encode(state(number))
        began = time.monotonic()
        status = await self._connections[place].post(paths.LIVE, body)
        self.turned_away += status == BUSY  # the next one is newer
        self.faults += status not in (204, BUSY)
        self.live += 1
        self.slowest_s = max(self.slowest_s, time.monotonic() - began)


def _pretended(one: Credentials) -> PretendBox:
    key = load_pem_private_key(Path(one.credentials).read_bytes(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    return PretendBox(one.box, one.branch, key=key)


def state(number: int) -> LiveState:
    """Of a branch with eight agents and three queues."""
    health = Health(
        version="1", uptime_s=1.0, edge="up", contact_processes=8, free_processes=4, storage_used=1, storage_budget=2,
        pending_events=0, pending_recordings=0,
    )  # fmt: skip
    queues = tuple(
        LiveQueue(queue=f"queue-{place}", name="Queue", waiting=2, oldest_s=9.0, staffed=8, available=3)
        for place in range(3)
    )
    agents = tuple(
        LiveAgent(agent=f"agent-{place}", name="Somebody", status="Available", activity="idle", since_s=1.0)
        for place in range(8)
    )
    return LiveState(at=now(), number=number, queues=queues, agents=agents, health=health)


async def main() -> None:
    job = msgspec.json.decode(sys.stdin.readline(), type=Job)
    load = Load(job)
    await load.connect()
    _say({"ready": len(job.boxes)})
    await asyncio.to_thread(sys.stdin.readline)
    if job.live_s:
        await load.steady()
    _say(
        {"steady": load.live, "slowest_live_s": load.slowest_s, "faults": load.faults, "turned_away": load.turned_away}
    )
    await asyncio.to_thread(sys.stdin.readline)
    before = _cpu_s()
    taken = await load.flat_out()
    _say({**taken, "faults": load.faults, "turned_away": load.turned_away, "cpu_s": _cpu_s() - before})


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _say(document: dict[str, float]) -> None:
    print(json.dumps(document), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
