"""Listening on a Unix socket path, with the care that takes.

Stale files are replaced, live servers respected, and nobody but owner and group may connect.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from pathlib import Path

from appliance.errors import RequestError

MODE = 0o660
TURNS_TO_CONNECT = 4  # of the loop, from accept to connection_made


def listen(path: Path, *, backlog: int = 256) -> socket.socket:
    """A listening, non-blocking stream socket at `path`, for owner and group only.

    A file left by a dead process is replaced. Raises RequestError (`running`) where a live one answers, and
    (`unavailable`) where the path can't be used: too long for a socket (107 bytes), or no such folder.
    """
    if _answers(path):
        raise RequestError(f"{path} is served by another process; stop it first", kind="running")
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _bind(listening, path)
        listening.listen(backlog)
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        raise RequestError(f"can't listen on {path}: {error}; choose a shorter run_dir", kind="unavailable") from error
    return listening


async def refuse_more(listening: socket.socket) -> None:
    """Accept nobody any more, and let those just accepted become connections.

    To be awaited before `asyncio.Server.close`: Python 3.11 loses a connection that was accepted in the same turn.
    """
    asyncio.get_running_loop().remove_reader(listening)
    for _ in range(TURNS_TO_CONNECT):
        await asyncio.sleep(0)


def remove(path: Path) -> None:
    """Take the socket file away; a file that is already gone is fine."""
    with contextlib.suppress(OSError):
        path.unlink()


def _bind(listening: socket.socket, path: Path) -> None:
    before = os.umask(0o777 & ~MODE)
    try:
        listening.bind(str(path))
    finally:
        os.umask(before)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True
