"""Knowing at once that another process has ended."""

from __future__ import annotations

import asyncio
import socket
import subprocess

from appliance.switchboard.contacts.presence import Presence, udp_port_taken


def test_presence_when_process_ends_then_is_told_once() -> None:
    async def scene() -> None:
        process = subprocess.Popen(["sleep", "60"])
        ended: list[int] = []
        told = asyncio.Event()

        def note() -> None:
            ended.append(process.pid)
            told.set()

        presence = Presence(process.pid, note)
        await asyncio.sleep(0)
        assert not ended
        process.kill()
        await asyncio.wait_for(told.wait(), 5)
        process.wait()
        presence.close()
        assert ended == [process.pid]

    asyncio.run(scene())


def test_presence_when_process_is_gone_already_then_is_told_from_the_loop() -> None:
    async def scene() -> None:
        process = subprocess.Popen(["true"])
        process.wait()
        told = asyncio.Event()
        Presence(process.pid, told.set)
        assert not told.is_set()
        await asyncio.wait_for(told.wait(), 5)

    asyncio.run(scene())


def test_presence_when_closed_then_tells_nothing() -> None:
    async def scene() -> None:
        process = subprocess.Popen(["sleep", "60"])
        told = asyncio.Event()
        presence = Presence(process.pid, told.set)
        presence.close()
        presence.close()
        process.kill()
        process.wait()
        await asyncio.sleep(0.05)
        assert not told.is_set()

    asyncio.run(scene())


def test_udp_port_when_bound_then_is_taken() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        assert udp_port_taken(port)
    assert not udp_port_taken(port)
