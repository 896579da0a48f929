"""A real switchboard (store, ACD, sockets) in the test's own event loop, with fake contact processes around it."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from kit.guest import patience
from kit.ports import reserve_ports
from switchboard.fake_contact import FakeContact

from appliance.config.paths import BoxPaths
from appliance.errors import RequestError
from appliance.ids import ContactId
from appliance.switchboard.daemon import Switchboard

PATIENCE_S = patience(10.0)
Json = dict[str, Any]


class Harness:
    """One box's folders and ports; `start` and `stop` a switchboard on them as often as wanted."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.run = Path(tempfile.mkdtemp(prefix="lk-"))
        self.paths = BoxPaths(data=self.data, run=self.run)
        self.ports = reserve_ports(16)
        self.config = folder / "linekeeper.toml"
        self.write_config()
        self.switchboard: Switchboard | None = None
        self.processes: list[FakeContact] = []

    def write_config(self, extra: str = "") -> None:
        self.config.write_text(
            f'[box]\nname = "test"\ndata_dir = "{self.data}"\nrun_dir = "{self.run}"\n'
            f"[contacts]\nsip_port = {self.ports.first}\nrtp_port = 40000\ncapacity = 16\n{extra}"
        )

    async def __aenter__(self) -> Harness:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        for process in self.processes:
            await process.close()
        await self.stop()
        self.ports.release()
        shutil.rmtree(self.run, ignore_errors=True)

    async def start(self) -> None:
        self.switchboard = Switchboard(self.config)
        await self.switchboard.start()

    async def stop(self) -> None:
        if self.switchboard is not None:
            await self.switchboard.stop()
            self.switchboard = None

    async def call(self, op: str, **args: Any) -> Any:
        """An operation of the local API, without the socket."""
        assert self.switchboard is not None
        return await self.switchboard.api.perform(op, args)

    async def staff(self, *agents: str, queue: str = "sales", available: bool = True, **settings: Any) -> None:
        """A queue, and agents at extensions 101, 102 … who serve it and are Available, the first one longest."""
        await self.call("queue.add", queue=queue, **settings)
        for number, agent in enumerate(agents, start=101):
            await self.call("extension.add", extension=str(number), password="secret-1")
            await self.call("agent.add", agent=agent, extension=str(number), queues=[queue])
            if available:
                await self.call("agent.status", agent=agent, status="Available")

    async def process(self, slot: int, *, own_process: bool = False) -> FakeContact:
        """A contact process on the link."""
        process = self.unlinked(slot, own_process=own_process)
        await process.connect()
        return process

    def unlinked(self, slot: int, *, own_process: bool = False, ago_s: float = 0.0) -> FakeContact:
        """A contact process that has not reached the link yet."""
        process = FakeContact(self.paths, slot, self.ports.first, own_process=own_process, ago_s=ago_s)
        self.processes.append(process)
        return process

    async def until(self, found: Callable[[], Awaitable[Any]], what: str) -> Any:
        """The first true answer, within a bound."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while True:
            answer = await found()
            if answer:
                return answer
            assert asyncio.get_running_loop().time() < deadline, f"not in time: {what}; last: {answer!r}"
            await asyncio.sleep(0.01)

    async def agent(self, name: str) -> Json:
        rows: list[Json] = await self.call("agent.list")
        return next(row for row in rows if row["agent"] == name)

    async def until_agent(self, name: str, **wanted: object) -> Json:
        """Until the agent's row has these values."""

        async def fits() -> Json | None:
            row = await self.agent(name)
            return row if wanted.items() <= row.items() else None

        found: Json = await self.until(fits, f"agent {name} {wanted}")
        return found

    async def shown(self, contact: ContactId) -> Json | None:
        """The contact as `contact.show` has it, None while it is not in the store."""
        try:
            found: Json = await self.call("contact.show", contact=contact)
        except RequestError:
            return None
        return found

    async def closed(self, contact: ContactId) -> Json:
        """Until the contact is closed: its `contact.show`."""

        async def record() -> Json | None:
            found = await self.shown(contact)
            return found if found is not None and found["record"] and not found["contact"]["open"] else None

        found: Json = await self.until(record, f"contact {contact} is closed")
        return found

    async def events(self, contact: ContactId, kind: str | None = None) -> list[Json]:
        found = await self.shown(contact)
        events: list[Json] = [] if found is None else found["events"]
        return [event for event in events if kind is None or event["type"] == kind]


def play(folder: Path, scene: Callable[[Harness], Awaitable[None]]) -> None:
    """Run `scene` with a started switchboard."""

    async def performance() -> None:
        async with Harness(folder) as harness:
            await scene(harness)

    asyncio.run(asyncio.wait_for(performance(), 60))
