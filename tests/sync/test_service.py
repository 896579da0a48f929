"""The sync service on a real switchboard, against an honest console over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from switchboard.harness import Harness
from sync.honest_console import HonestConsole
from sync.identities import give_identity

from appliance.cloud.reconciling import OUTAGE, RECONCILED, Verdict
from appliance.cloud.signing import signature_of
from appliance.config.load import load
from appliance.errors import SyncError
from appliance.ids import ContactId
from appliance.store.connection import Connection
from appliance.store.contact_records import CONTACT_RECORD
from appliance.store.outbox import CONTACT_EVENT, Outbox
from appliance.sync import daemon
from appliance.sync.daemon import Part, SyncService
from appliance.sync.ground import Ground
from appliance.sync.wire.credentials import Credentials

BOX = "box-1"
SETTINGS = "[sync]\nlive_s = 0.2\nsnapshot_s = 10.0\noutage_s = 1.0\n"


class Scene:
    """A switchboard, a sync service and a console."""

    def __init__(self, box: Harness) -> None:
        self.box = box
        self.key = generate_private_key(SECP256R1())
        self.console = HonestConsole(BOX, self.key.public_key())
        self.service: SyncService | None = None
        self.box_id = BOX
        self._task: asyncio.Task[None] | None = None

    def start_sync(self, parts: tuple[Part, ...] | None = None) -> SyncService:
        """`parts`: other ones than those of the service."""
        made = SyncService(load(self.box.config), credentials=self._credentials, parts=parts)
        self.service, self._task = made, asyncio.create_task(made.run())
        return made

    def _credentials(self) -> Credentials:
        return Credentials(
            box=self.box_id, url=self.console.url, tls=None, sign=lambda text: signature_of(self.key, text)
        )

    async def stop_sync(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def talk(self, slot: int = 0) -> ContactId:
        """A whole contact, up to its record."""
        process = await self.box.process(slot)
        contact = process.begin()
        await process.enter_queue()
        offer = await process.offered()
        process.answered(offer)
        process.hung_up(offer)
        await self.box.closed(contact)
        await process.close()
        return contact

    def depth(self) -> int:
        connection = Connection.reader(self.box.paths.store)
        try:
            return Outbox(connection).depth()
        finally:
            connection.close()

    async def until_delivered(self) -> None:
        """Until nothing waits in the outbox."""

        async def empty() -> bool:
            ground = None if self.service is None else self.service.ground
            if self.service is not None and ground is not None and not ground.up:
                self.service.hurry()  # else it would wait longer after each fault
            return self.depth() == 0

        await self.box.until(empty, "the outbox is empty")


@asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Scene]:
    box = Harness(folder)
    box.write_config(SETTINGS)
    scene = Scene(box)
    async with box:
        await box.staff("kim", wrap_up_s=0.1)
        await scene.console.open()
        try:
            yield scene
        finally:
            await scene.stop_sync()
            await scene.console.close()


def play(folder: Path, act: Callable[[Scene], Awaitable[None]]) -> None:
    async def performance() -> None:
        async with staged(folder) as scene:
            await act(scene)

    asyncio.run(asyncio.wait_for(performance(), 60))


def test_service_when_a_contact_ends_then_the_console_has_events_and_record(tmp_path: Path) -> None:
    async def act(scene: Scene) -> None:
        scene.start_sync()
        contact = await scene.talk()
        await scene.until_delivered()
        said = scene.console.model.decoded()
        assert {event.kind for event in said} >= {CONTACT_EVENT, CONTACT_RECORD, "agent", "queue", "agent_state"}
        shown = await scene.box.shown(contact)
        assert shown is not None
        assert shown["record"] in scene.console.model.contents(CONTACT_RECORD)
        events = [event for event in said if event.kind == CONTACT_EVENT and event.subject == contact]
        assert len(events) == len(shown["events"])

    play(tmp_path, act)


def test_service_when_requests_fail_in_every_way_then_each_event_comes_once(tmp_path: Path) -> None:
    async def act(scene: Scene) -> None:
        scene.console.open_faults = ["503", "lost", "drop", "lost", "503", "lost"]
        scene.start_sync()
        await scene.talk()
        await scene.until_delivered()
        numbers = [event.number for event in scene.console.model.decoded()]
        assert numbers == list(range(1, len(numbers) + 1))
        assert not scene.console.open_faults

    play(tmp_path, act)


def test_service_when_the_console_was_away_then_outage_and_verdict_are_noted(tmp_path: Path) -> None:
    async def act(scene: Scene) -> None:
        scene.start_sync()
        await scene.talk()
        await scene.until_delivered()
        await scene.console.shut()
        contact = await scene.talk(1)
        await asyncio.sleep(1.5)  # longer than outage_s
        await scene.console.open()
        assert scene.service is not None
        scene.service.hurry()

        async def reconciled() -> list[object]:
            return scene.console.model.contents(RECONCILED)

        verdicts = await scene.box.until(reconciled, "both sides have compared")
        verdict = msgspec.convert(verdicts[0], type=Verdict)
        assert verdict.agrees
        assert verdict.contact_records == 1
        assert len(scene.console.model.contents(OUTAGE)) == 1
        assert contact in {event.subject for event in scene.console.model.decoded() if event.kind == CONTACT_RECORD}

    play(tmp_path, act)


def test_service_when_it_is_stopped_and_started_then_it_goes_on_where_it_was(tmp_path: Path) -> None:
    async def act(scene: Scene) -> None:
        scene.start_sync()
        await scene.talk()
        await scene.until_delivered()
        before = scene.console.model.position
        await scene.stop_sync()
        await scene.talk(1)
        scene.start_sync()
        await scene.until_delivered()
        assert scene.console.model.at(before.seq) == before
        assert scene.console.model.position.seq > before.seq

    play(tmp_path, act)


def test_live_state_when_somebody_logs_in_then_the_newest_is_shown(tmp_path: Path) -> None:
    async def act(scene: Scene) -> None:
        scene.start_sync()

        async def status(wanted: str) -> bool:
            return bool(scene.console.live) and scene.console.live[-1].agents[0].status == wanted

        await scene.box.until(lambda: status("Available"), "kim is shown")
        await scene.box.call("agent.status", agent="kim", status="Lunch")
        await scene.box.until(lambda: status("Lunch"), "the change is shown")
        numbers = [state.number for state in scene.console.live]
        assert numbers == sorted(set(numbers))

    play(tmp_path, act)


def test_live_state_when_the_switchboard_is_away_then_that_is_said(tmp_path: Path) -> None:
    async def act(scene: Scene) -> None:
        scene.start_sync()

        async def shown() -> bool:
            return bool(scene.console.live)

        await scene.box.until(shown, "something is shown")
        await scene.box.stop()

        async def said() -> bool:
            return any("switchboard does not answer" in text for text in scene.console.live[-1].health.warnings)

        await scene.box.until(said, "the board says so")
        await scene.box.start()

        async def well() -> bool:
            return not any("switchboard" in text for text in scene.console.live[-1].health.warnings)

        await scene.box.until(well, "it is there again")

    play(tmp_path, act)


def test_part_when_it_fails_then_the_others_go_on_and_it_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daemon, "RESTART_S", 0.01)
    turns: list[str] = []

    async def faulty(_ground: Ground) -> None:
        turns.append("faulty")
        raise SyncError("no luck") if len(turns) % 2 else ValueError("a fault")

    async def steady(ground: Ground) -> None:
        while turns.count("faulty") < 4:
            await asyncio.sleep(0.01)
        turns.append("steady")
        await asyncio.Event().wait()

    async def act(scene: Scene) -> None:
        scene.start_sync(parts=(faulty, steady))

        async def both() -> bool:
            return "steady" in turns

        await scene.box.until(both, "the steady part went on")

    play(tmp_path, act)


def test_identity_when_it_changes_then_every_part_begins_anew_with_it(tmp_path: Path) -> None:
    seen: list[str] = []

    async def part(ground: Ground) -> None:
        seen.append(ground.console.credentials.box)
        await asyncio.Event().wait()

    async def act(scene: Scene) -> None:
        service = scene.start_sync(parts=(part,))

        async def begun(count: int) -> bool:
            return len(seen) == count

        await scene.box.until(lambda: begun(1), "it has begun")
        scene.box_id = "box-2"
        service.identity_changed()
        await scene.box.until(lambda: begun(2), "it has begun anew")
        assert seen == ["box-1", "box-2"]

    play(tmp_path, act)


def test_identity_when_a_command_enrols_the_box_again_then_noticed_without_being_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daemon, "LOOK_S", 0.05)
    seen: list[str] = []

    async def part(ground: Ground) -> None:
        seen.append(ground.console.credentials.box)
        await asyncio.Event().wait()

    async def act(scene: Scene) -> None:
        scene.start_sync(parts=(part,))

        async def begun(count: int) -> bool:
            return len(seen) == count

        await scene.box.until(lambda: begun(1), "it has begun")
        give_identity(scene.box.paths.data, "box-2", scene.console.url)
        await scene.box.until(lambda: begun(2), "it has begun anew")

    play(tmp_path, act)


def test_settings_when_they_change_then_at_once(tmp_path: Path) -> None:
    async def act(scene: Scene) -> None:
        async def idle(_ground: Ground) -> None:
            await asyncio.Event().wait()

        service = scene.start_sync(parts=(idle,))

        async def begun() -> bool:
            return service.ground is not None

        await scene.box.until(begun, "it has begun")
        ground = service.ground
        assert ground is not None
        ground.up = True
        assert (ground.pace.bytes_per_s, ground.recordings_may_go()) == (None, True)
        scene.box.write_config('[sync]\nkbit_s = 256\nquiet_hours = ["00:00-00:00"]\n')
        service.configure(load(scene.box.config))
        assert (ground.pace.bytes_per_s, ground.recordings_may_go()) == (32_000, False)
        scene.box.write_config("[sync]\nmetered = true\n")
        service.configure(load(scene.box.config))
        assert (ground.pace.bytes_per_s, ground.recordings_may_go()) == (None, False)

    play(tmp_path, act)
