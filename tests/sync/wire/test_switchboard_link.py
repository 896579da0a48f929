"""The switchboard's answers over its socket, and its absence."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from appliance.errors import RequestError
from appliance.sync.wire.switchboard_link import SwitchboardAwayError, SwitchboardLink


def asked(answer: bytes) -> object:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(answer)
        writer.close()

    return on_socket(serve)


def on_socket(serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> object:
    async def run() -> object:
        with tempfile.TemporaryDirectory(prefix="lk-") as folder:
            path = Path(folder) / "api.sock"
            async with await asyncio.start_unix_server(serve, str(path)):
                return await SwitchboardLink(path).call("status")

    return asyncio.run(asyncio.wait_for(run(), 20))


def test_call_when_answered_then_the_result() -> None:
    assert asked(b'{"ok":true,"id":0,"result":{"a":1}}\n') == {"a": 1}


def test_call_when_refused_then_why_and_of_what_kind() -> None:
    with pytest.raises(RequestError, match="no such thing") as refused:
        asked(b'{"ok":false,"error":{"kind":"not_found","message":"no such thing"}}\n')
    assert refused.value.kind == "not_found"


@pytest.mark.parametrize("answer", [b"", b"{", b"nonsense\n", b'{"ok":tru'])
def test_call_when_the_answer_breaks_off_then_the_switchboard_is_away(answer: bytes) -> None:
    with pytest.raises(SwitchboardAwayError):
        asked(answer)


def test_call_when_there_is_no_switchboard_then_said(tmp_path: Path) -> None:
    with pytest.raises(SwitchboardAwayError, match="does not answer status"):
        asyncio.run(SwitchboardLink(tmp_path / "api.sock").call("status"))
