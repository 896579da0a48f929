"""The switchboard as a process of its own: what the service manager hears, signals, a kill in mid-call."""

from __future__ import annotations

import asyncio
import signal
import socket
from pathlib import Path

import pytest
from kit.processes import wait_until
from switchboard.fake_contact import FakeContact
from switchboard.place import Place


class Manager:
    """The other end of NOTIFY_SOCKET."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.settimeout(10)
        self.heard: list[str] = []

    def wait_for(self, word: str) -> None:
        """Until `word` has been said."""
        while not any(word in line for line in self.heard):
            self.heard += self._socket.recv(4096).decode().splitlines()

    def close(self) -> None:
        self._socket.close()


def test_process_when_managed_then_says_ready_alive_and_stopping(place: Place) -> None:
    manager = Manager(place.run / "notify")
    try:
        program = place.start(NOTIFY_SOCKET=str(manager.path), WATCHDOG_USEC="300000")
        manager.wait_for("READY=1")
        assert place.api.call("status")["contacts"]["open"] == 0
        manager.wait_for("WATCHDOG=1")
        assert "STOPPING=1" not in manager.heard
        program.send_signal(signal.SIGTERM)
        manager.wait_for("STOPPING=1")
        assert program.wait(timeout_s=10) == 0
    finally:
        manager.close()


def test_process_when_loop_does_not_turn_then_keep_alive_stops(place: Place) -> None:
    manager = Manager(place.run / "notify")
    try:
        program = place.start(NOTIFY_SOCKET=str(manager.path), WATCHDOG_USEC="100000")
        manager.wait_for("WATCHDOG=1")
        program.send_signal(signal.SIGSTOP)
        manager._socket.settimeout(0.5)
        with pytest.raises(TimeoutError):
            while True:  # what was under way when it stopped
                manager._socket.recv(4096)
        program.send_signal(signal.SIGCONT)
    finally:
        manager.close()


def test_process_when_unmanaged_then_serves_and_leaves_no_socket_behind(place: Place) -> None:
    program = place.start()
    place.serves(program)
    program.send_signal(signal.SIGTERM)
    assert program.wait(timeout_s=10) == 0
    assert list(place.run.glob("*.sock")) == []


def test_process_when_configuration_is_broken_at_first_start_then_ends_with_every_problem(place: Place) -> None:
    place.config.write_text("[box]\nnmae = 1\n[edgy]\n")
    program = place.start()
    assert program.wait(timeout_s=10) == 1
    assert "nmae" in program.text()
    assert "edgy" in program.text()


def test_process_when_told_to_reload_then_takes_the_new_file(place: Place) -> None:
    program = place.start()
    place.serves(program)
    place.config.write_text(place.config.read_text() + '[[numbers]]\nnumber = "600"\nflow = "branch"\n')
    program.send_signal(signal.SIGHUP)
    wait_until(lambda: b'"600"' in place.paths.dial_plan.read_bytes(), timeout_s=10, what="the number is published")


def test_second_process_when_one_serves_then_ends_and_the_first_goes_on(place: Place) -> None:
    first = place.start()
    place.serves(first)
    second = place.start()
    assert second.wait(timeout_s=15) == 1
    assert "one writer at a time" in second.text()
    assert place.api.call("status")


def test_process_when_killed_in_mid_queue_then_next_one_knows_the_contact(place: Place) -> None:
    async def scene() -> None:
        program = place.start()
        await asyncio.to_thread(place.serves, program)
        await asyncio.to_thread(place.api.call, "queue.add", queue="sales")
        contact = FakeContact(place.paths, 0, place.ports.first)
        try:
            await contact.connect()
            begun = contact.begin()
            await contact.enter_queue()
            await contact.settled()
            program.kill_group()
            again = place.start()
            await contact.connect()
            await asyncio.to_thread(place.serves, again)
            (row,) = await asyncio.to_thread(place.api.call, "contact.list", open=True)
            assert (row["contact"], row["stage"]) == (begun, "in_queue")
            contact.abandoned()
            await contact.settled()
        finally:
            await contact.close()

    asyncio.run(asyncio.wait_for(scene(), 60))
