"""The board: differences only, newest wins, everything anew for an edge that has started anew."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from appliance.edge.publishing import State, StatePackage
from appliance.errors import EdgeError
from appliance.switchboard.lamps.board import Board
from appliance.switchboard.lamps.lamp import Lamp, Messages


class FakePublisher:
    """An edge that remembers; `gate` holds every publication back while it is clear."""

    def __init__(self) -> None:
        self.run = 1
        self.standing: tuple[State, ...] = ()
        self.said: list[tuple[str, str]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.dead = False
        self.closed = False

    async def confirm(self) -> None:
        if self.dead:
            raise EdgeError("nobody there")

    async def publish(self, state: State, body: str, *, final: bool = False) -> None:
        await self.gate.wait()
        if self.dead:
            raise EdgeError("nobody there")
        word = body.partition("<state>")[2].partition("<")[0] or body.splitlines()[-1]
        self.said.append((state.user, word + ("!" if final else "")))

    def close(self) -> None:
        self.closed = True


async def until(seen: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not seen():
            await asyncio.sleep(0.01)


def test_board_when_lamps_change_then_only_differences_are_published() -> None:
    async def story() -> None:
        lit = {"101": Lamp.RINGING, "102": Lamp.BUSY}
        edge = FakePublisher()
        board = Board(edge, domain="d", picture=lambda: lit)
        board.start()
        await until(lambda: len(edge.said) == 2)
        lit["101"] = Lamp.BUSY
        board.wake()
        await until(lambda: len(edge.said) == 3)
        del lit["101"], lit["102"]
        board.wake()
        await until(lambda: len(edge.said) == 5)
        await board.stop()
        assert edge.said[:3] == [("101", "early"), ("102", "confirmed"), ("101", "confirmed")]
        assert set(edge.said[3:]) == {("101", "terminated!"), ("102", "terminated!")}
        assert edge.closed

    asyncio.run(story())


def test_board_when_a_lamp_changes_faster_than_the_edge_then_the_newest_wins() -> None:
    async def story() -> None:
        edge = FakePublisher()
        board = Board(edge, domain="d", picture=dict)
        edge.gate.clear()
        board.show("orbit-41", Lamp.RINGING)
        board.start()
        await asyncio.sleep(0)
        for _ in range(1000):
            board.show("orbit-41", Lamp.BUSY)
            board.show("orbit-41", Lamp.DARK)
        board.show("orbit-41", Lamp.AWAY)
        edge.gate.set()
        await until(lambda: ("orbit-41", "trying") in edge.said)
        await board.stop()
        assert len(edge.said) <= 2

    asyncio.run(story())


def test_board_when_edge_has_started_anew_then_everything_is_published_again() -> None:
    async def story() -> None:
        edge = FakePublisher()
        board = Board(
            edge, domain="d", picture=lambda: {"101": Lamp.BUSY}, messages=lambda: {"101": Messages(new=1, saved=2)}
        )
        board.start()
        await until(lambda: len(edge.said) == 2)
        edge.run = 2
        edge.standing = (State(package=StatePackage.DIALOG, user="left"),)
        board.wake()
        await until(lambda: len(edge.said) == 5)
        await board.stop()
        assert set(edge.said[2:]) == {("101", "confirmed"), ("101", "Voice-Message: 1/2"), ("left", "terminated!")}

    asyncio.run(story())


def test_board_when_edge_is_away_then_it_goes_on_when_the_edge_is_back() -> None:
    async def story() -> None:
        edge = FakePublisher()
        edge.dead = True
        board = Board(edge, domain="d", picture=lambda: {"101": Lamp.BUSY})
        board.start()
        await asyncio.sleep(0.1)
        assert edge.said == []
        edge.dead = False
        await until(lambda: edge.said == [("101", "confirmed")])
        await board.stop()

    asyncio.run(story())


def test_board_when_nobody_is_named_any_more_then_no_messages_wait_once() -> None:
    async def story() -> None:
        waiting = {"101": Messages(new=1, saved=0)}
        edge = FakePublisher()
        board = Board(edge, domain="d", picture=dict, messages=lambda: waiting)
        board.start()
        await until(lambda: len(edge.said) == 1)
        waiting.clear()
        board.wake()
        await until(lambda: len(edge.said) == 2)
        board.show("orbit-1", Lamp.BUSY)
        await until(lambda: len(edge.said) == 3)
        await board.stop()
        assert edge.said == [("101", "Voice-Message: 1/0"), ("101", "Voice-Message: 0/0"), ("orbit-1", "confirmed")]

    asyncio.run(story())
