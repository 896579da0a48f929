"""The functions service: a process of the contact unit's own, forked by the zygote, that calls functions for flows.

This module is its life from the fork on: it works at a lower priority than the calls, and so does every command it
runs. Where no function is set up it sleeps, and nothing large comes into memory before the first question.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import select
import signal
import socket
import time
from pathlib import Path

import msgspec

from appliance.contact.functions.definitions import read_definitions
from appliance.contact.functions.leftovers import end_leftovers
from appliance.contact.settings import ContactSettings

NICE = 10  # calls first; a command inherits it
BACKLOG = 256
RESTART_S = 3.0
SOCKET_MODE = 0o660
PROCESS_NAME = b"lk-functions"
PR_SET_NAME = 15
_log = logging.getLogger(__name__)


def serve(settings: ContactSettings) -> None:
    """The life of the process, after the fork: until SIGTERM. Blocks."""
    ctypes.CDLL(None).prctl(PR_SET_NAME, PROCESS_NAME, 0, 0, 0)
    with contextlib.suppress(OSError):
        os.nice(NICE)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        if left := end_leftovers(settings.functions_socket):
            _log.warning("%d processes that functions had left behind were ended", left)
        with listen(Path(settings.functions_socket)) as listening:
            _await_work(settings, listening)
            _answer(settings, listening)
    except Exception:  # the end of this process, not of the zygote's patience
        _log.exception("the functions service failed; another is started in %g s", RESTART_S)
        time.sleep(RESTART_S)


def listen(path: Path) -> socket.socket:
    """The service's socket, for owner and group only; a file left by a dead process is replaced. Raises OSError."""
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    before = os.umask(0o777 & ~SOCKET_MODE)
    try:
        listening.bind(str(path))
        listening.listen(BACKLOG)
    except OSError:
        listening.close()
        raise
    finally:
        os.umask(before)
    return listening


def _await_work(settings: ContactSettings, listening: socket.socket) -> None:
    """Where no function is set up, wait for the first question before anything large comes into memory."""
    try:
        if read_definitions(Path(settings.functions)):
            return
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        pass
    select.select([listening], [], [])


def _answer(settings: ContactSettings, listening: socket.socket) -> None:
    import asyncio  # not before there is work

    from appliance.contact.functions.answering import answer_all

    asyncio.run(answer_all(settings, listening))
