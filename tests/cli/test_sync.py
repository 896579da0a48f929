"""`linekeeper sync` on a box with an identity, with and without its service."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from sync.honest_console import HonestConsole
from sync.identities import give_identity

from appliance.cli.exit_codes import ExitCode
from appliance.cli.main import main
from appliance.cloud.chain import genesis
from appliance.cloud.noted import HEALTH
from appliance.cloud.signing import signature_of
from appliance.config.load import load
from appliance.stamps import Stamp
from appliance.store import Store
from appliance.sync.daemon import SyncService
from appliance.sync.delivering.chain_store import ChainStore
from appliance.sync.delivering.rendering import render
from appliance.sync.state.state_thread import open_state
from appliance.sync.wire.credentials import Credentials

Capture = pytest.CaptureFixture[str]
NOW = Stamp(boot="b", mono_s=5.0, wall_s=1_795_000_000.0, synced=True)
BOX = "box-7"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "box.toml"
    made.write_text('[box]\ndata_dir = "data"\nrun_dir = "run"\n')
    (tmp_path / "data").mkdir()
    (tmp_path / "run").mkdir()
    return made


def run(capsys: Capture, file: Path, *words: str) -> tuple[int, Any]:
    code = main(["sync", *words, "--json", "--config", str(file)])
    return code, json.loads(capsys.readouterr().out)


def test_status_when_the_box_belongs_to_no_console_then_how_to_enrol(file: Path, capsys: Capture) -> None:
    assert main(["sync", "status", "--config", str(file)]) == ExitCode.OK
    assert "linekeeper enroll URL CODE" in capsys.readouterr().out
    assert run(capsys, file, "status")[1]["enrolled"] is False
    assert run(capsys, file, "now")[0] == ExitCode.REFUSED
    code, findings = run(capsys, file, "check")
    assert code == ExitCode.FAILURE
    assert [finding["what"] for finding in findings] == ["identity"]


def test_status_when_something_waits_then_numbers_by_kind_and_why_it_stopped(file: Path, capsys: Capture) -> None:
    give_identity(file.parent / "data", BOX, "https://127.0.0.1:1")
    with Store.open(file.parent / "data" / "store.db") as store:
        for _ in range(5):
            store.outbox.add(HEALTH, {"topic": "edge"})
        state = open_state(file.parent / "data" / "sync.db")
        chain = ChainStore(state, BOX)
        chain.seal(render(store.outbox.pending(limit=2), box=BOX, after=0, now=NOW, most_bytes=10_000), NOW)
        chain.halt("the console has other events")
        state.close()
    code, shown = run(capsys, file, "status")
    assert code == ExitCode.OK
    assert (shown["box"], shown["sealed"], shown["unsealed"], shown["waiting"]) == (BOX, 2, {HEALTH: 3}, 5)
    assert shown["service"] is None
    assert main(["sync", "status", "--config", str(file)]) == ExitCode.OK
    text = capsys.readouterr().out
    assert "STOPPED" in text
    assert "the console has other events" in text
    assert "the sync service does not run" in text
    assert run(capsys, file, "now")[0] == ExitCode.NOT_RUNNING


def with_service(file: Path, act: Callable[[HonestConsole, SyncService], Awaitable[None]]) -> None:
    """A service that talks plain HTTP to an honest console, with the box's identity on disk beside it."""

    async def scene() -> None:
        key = generate_private_key(SECP256R1())
        console = HonestConsole(BOX, key.public_key())
        await console.open()
        give_identity(file.parent / "data", BOX, console.url.replace("http:", "https:"))
        own = Credentials(box=BOX, url=console.url, tls=None, sign=lambda text: signature_of(key, text))
        Store.open(file.parent / "data" / "store.db").close()
        service = SyncService(load(file), credentials=lambda: own)
        running = asyncio.create_task(service.run())
        try:
            async with asyncio.timeout(30):
                while service.ground is None or not service.ground.up:
                    await asyncio.sleep(0.01)
                await act(console, service)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await console.close()

    asyncio.run(scene())


def test_status_and_check_when_the_service_runs_then_it_is_asked(file: Path, capsys: Capture) -> None:
    async def act(console: HonestConsole, _service: SyncService) -> None:
        code, shown = await asyncio.to_thread(run, capsys, file, "status")
        assert code == ExitCode.OK
        assert shown["service"]["up"] is True
        assert abs(shown["service"]["clock_behind_s"]) < 30
        assert (await asyncio.to_thread(run, capsys, file, "now"))[1] == {"trying": True}
        assert console.model.position == genesis(BOX)

    with_service(file, act)


def test_check_when_the_console_is_another_then_the_step_that_fails_is_named(file: Path, capsys: Capture) -> None:
    async def act(_console: HonestConsole, service: SyncService) -> None:
        assert service.ground is not None
        service.ground.warnings["disk"] = "the disk is full"
        code, findings = await asyncio.to_thread(run, capsys, file, "check")
        found = {finding["what"]: finding for finding in findings}
        assert code == ExitCode.FAILURE
        assert found["identity"]["ok"]
        assert "the disk is full" in found["service"]["text"]
        assert not found["console"]["ok"]  # it speaks HTTP, and the identity wants TLS

    with_service(file, act)
