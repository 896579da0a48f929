"""The local API's socket: framing, errors as data, manners."""

from __future__ import annotations

import asyncio
import contextlib
import json
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from appliance.errors import FlowError, RequestError
from appliance.switchboard import sockets, wire
from appliance.switchboard.api.api_server import ApiServer


async def perform(op: str, args: dict[str, Any]) -> Any:
    """Operations that do what their names say."""
    match op:
        case "echo":
            return args
        case "refuse":
            raise RequestError("no", kind="not_found")
        case "flow":
            raise FlowError("flow x can't be used", ["one", "two"])
    raise ZeroDivisionError


def talk(path: Path, scene: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> None:
    """Run `scene` as a caller of a server at `path`."""

    async def play() -> None:
        server = ApiServer(path, perform)
        await server.start()
        reader, writer = await asyncio.open_unix_connection(str(path))
        try:
            await scene(reader, writer)
        finally:
            writer.close()
            await server.stop()
            await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(play(), 20))


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: bytes) -> dict[str, Any]:
    writer.write(line + b"\n")
    answer: dict[str, Any] = json.loads(await reader.readline())
    return answer


def test_request_when_good_then_answered_with_its_id(tmp_path: Path) -> None:
    async def scene(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answer = await ask(reader, writer, b'{"op": "echo", "args": {"a": 1}, "id": 7}')
        assert answer == {"ok": True, "id": 7, "result": {"a": 1}, "error": None}

    talk(tmp_path / "api.sock", scene)


def test_request_when_refused_then_error_is_data_and_the_connection_stays(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answer = await ask(reader, writer, b'{"op": "refuse"}')
        assert answer["error"] == {"kind": "not_found", "message": "no", "problems": []}
        answer = await ask(reader, writer, b'{"op": "flow"}')
        assert answer["error"]["kind"] == "flow"
        assert answer["error"]["problems"] == ["one", "two"]
        answer = await ask(reader, writer, b"{nonsense")
        assert answer["error"]["kind"] == "malformed"
        answer = await ask(reader, writer, b'{"op": "crash"}')
        assert answer["error"]["kind"] == "internal"
        assert (await ask(reader, writer, b'{"op": "echo"}'))["ok"] is True

    talk(tmp_path / "api.sock", scene)
    assert "ZeroDivisionError" in caplog.text


def test_request_when_far_too_long_then_only_this_caller_is_let_go(tmp_path: Path) -> None:
    async def scene(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"x" * (wire.LONGEST_LINE * 2 + 2))
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
        other_reader, other = await asyncio.open_unix_connection(str(tmp_path / "api.sock"))
        assert (await ask(other_reader, other, b'{"op": "echo"}'))["ok"] is True
        other.close()

    talk(tmp_path / "api.sock", scene)


def test_socket_when_made_then_only_owner_and_group_may_connect(tmp_path: Path) -> None:
    path = tmp_path / "api.sock"
    with sockets.listen(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o660


def test_socket_when_another_process_serves_it_then_is_refused_and_a_stale_one_replaced(tmp_path: Path) -> None:
    path = tmp_path / "api.sock"
    with sockets.listen(path):
        with pytest.raises(RequestError, match="served by another process") as caught:
            sockets.listen(path)
        assert caught.value.kind == "running"
    with sockets.listen(path):
        pass
    sockets.remove(path)
    sockets.remove(path)
    assert not path.exists()


def test_socket_when_path_is_too_long_then_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="choose a shorter run_dir"):
        sockets.listen(tmp_path / ("x" * 120))
