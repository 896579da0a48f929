"""The real board against a real switchboard over its socket, at 80 columns and 24 lines."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from switchboard.harness import Harness, play
from textual.pilot import Pilot
from textual.widgets import DataTable, Static

from appliance.cli.switchboard import Switchboard
from appliance.cli.wallboard.app import Wallboard

PATIENCE_S = 10.0


async def until(pilot: Pilot[None], holds: Callable[[], bool], what: str) -> None:
    """Until the board shows it, within a bound."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await pilot.pause(0.02)


def cells(app: Wallboard, table: str) -> list[list[str]]:
    rows: DataTable[object] = app.query_one(f"#{table}", DataTable)
    return [[str(cell).strip() for cell in rows.get_row_at(number)] for number in range(rows.row_count)]


def heading(app: Wallboard) -> str:
    return str(app.query_one("#heading", Static).render())


def board(folder: Path, scene: Callable[[Harness, Wallboard, Pilot[None]], Awaitable[None]]) -> None:
    """Run `scene` with a switchboard and a board that looks at it ten times a second."""

    async def performance(box: Harness) -> None:
        asked = Switchboard(box.config)
        first = await asyncio.to_thread(asked.call, "wallboard")
        app = Wallboard(lambda: asked.call("wallboard"), first=first, period_s=0.1, wait_s=600)
        async with app.run_test(size=(80, 24)) as pilot:
            await scene(box, app, pilot)

    play(folder, performance)


def test_board_when_a_contact_waits_and_is_answered_then_follows(tmp_path: Path) -> None:
    async def scene(box: Harness, app: Wallboard, pilot: Pilot[None]) -> None:
        await box.staff("kim", available=False)
        process = await box.process(0)
        contact = process.begin(caller="+12125550199")
        await process.enter_queue()
        await until(pilot, lambda: [row[:2] for row in cells(app, "queues")] == [["sales", "1"]], "it waits")
        assert "1 contacts, 1 waiting, 0 with agents" in heading(app)
        await until(pilot, lambda: cells(app, "contacts")[0][1] == "in queue", "the store has it")
        (row,) = cells(app, "contacts")
        assert (row[0], row[4]) == (contact[:8], "sales")
        assert "5550199" not in row[6] and row[6].endswith("199")
        await box.call("agent.status", agent="kim", status="Available")
        process.answered(await process.offered())
        await until(pilot, lambda: cells(app, "agents")[0][3] == "on contact", "kim is on it")
        assert cells(app, "agents")[0][5] == contact[:8]
        app.save_screenshot("board.svg", str(tmp_path))
        assert "sales" in (tmp_path / "board.svg").read_text()

    board(tmp_path, scene)


def test_keys_when_pressed_then_tables_and_orders_change(tmp_path: Path) -> None:
    async def scene(box: Harness, app: Wallboard, pilot: Pilot[None]) -> None:
        for queue in ("sales", "help", "vip"):
            await box.call("queue.add", queue=queue)
        await until(pilot, lambda: len(cells(app, "queues")) == 3, "queues are shown")
        assert [row[0] for row in cells(app, "queues")] == ["help", "sales", "vip"]
        await pilot.press("r")
        assert [row[0] for row in cells(app, "queues")] == ["vip", "sales", "help"]
        await pilot.press("2")
        assert app.current.key == "agents"
        await pilot.press("4")
        await pilot.press("s")
        labels = [str(column.label).strip() for column in app.query_one("#lines", DataTable).columns.values()]
        assert labels == ["line", "state▲"]
        await pilot.press("z")
        assert [table.id for table in app.query(DataTable) if table.display] == ["lines"]
        await pilot.press("z", "tab", "tab")
        assert app.current.key == "agents"
        assert all(table.display for table in app.query(DataTable))
        await pilot.press("p")
        assert "PAUSED" in heading(app)
        before = app.refreshes
        await pilot.pause(0.5)
        assert app.refreshes <= before + 1, "only what was asked for before may still come"
        await pilot.press("p")
        await until(pilot, lambda: app.refreshes > before + 1, "it goes on")

    board(tmp_path, scene)


def test_board_when_the_switchboard_goes_away_then_says_so_and_comes_back(tmp_path: Path) -> None:
    async def scene(box: Harness, app: Wallboard, pilot: Pilot[None]) -> None:
        await box.call("queue.add", queue="sales")
        await until(pilot, lambda: len(cells(app, "queues")) == 1, "queues are shown")
        await box.stop()
        await until(pilot, lambda: "not answering" in heading(app), "it says so")
        assert len(cells(app, "queues")) == 1, "what was known stays"
        await box.start()
        await until(pilot, lambda: "not answering" not in heading(app), "it is back")

    board(tmp_path, scene)
