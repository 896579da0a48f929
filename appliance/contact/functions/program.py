"""A program under way in a process group of its own: what it writes, how it ended, and that nothing of it is left.

Belongs to the running loop; blocks only for the fork. The program is seen off here and nowhere else, so its process id
is its own until then. Knows nothing of functions.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence

READ_BYTES = 65536


class OutputTooLargeError(Exception):
    """The program has written more than was allowed."""


class Program:
    """`output` once, then `end`; `end` may come at any time."""

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str], given: bytes) -> None:
        """Start it with `given` on its standard input. Raises OSError."""
        given_file = _in_memory(given)
        try:
            self._process = subprocess.Popen(
                argv,
                stdin=given_file,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                cwd="/",
                start_new_session=True,
                bufsize=0,
            )
        finally:
            os.close(given_file)
        assert self._process.stdout is not None
        self._stdout = self._process.stdout
        os.set_blocking(self._stdout.fileno(), False)
        self._life = os.pidfd_open(self.pid)  # readable once it has ended
        self._ended = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._life, self._has_ended)

    @property
    def pid(self) -> int:
        """Also the id of its process group."""
        return self._process.pid

    async def output(self, most_bytes: int) -> tuple[bytes, int]:
        """What it wrote until it ended, and its exit status (negative: the signal that ended it).

        Does not wait for what it may have left running. Raises OutputTooLargeError.
        """
        output, whole = bytearray(), asyncio.Event()
        self._loop.add_reader(self._stdout, lambda: self._take(output, whole, most_bytes))
        try:
            ended, closed = asyncio.create_task(self._ended.wait()), asyncio.create_task(whole.wait())
            try:
                await asyncio.wait({ended, closed}, return_when=asyncio.FIRST_COMPLETED)
                while not whole.is_set() and self._take(output, whole, most_bytes):
                    pass
                if len(output) > most_bytes:
                    raise OutputTooLargeError
                await self._ended.wait()
            finally:
                ended.cancel()
                closed.cancel()
        finally:
            self._loop.remove_reader(self._stdout)
        self._kill()
        return bytes(output), self._process.wait()

    async def end(self, patience_s: float) -> bool:
        """Kill the whole group and see the program off; whether it went within `patience_s`."""
        self._kill()
        try:
            await asyncio.wait_for(self._ended.wait(), patience_s)
            self._process.wait()
        except TimeoutError:
            return False
        finally:
            self._loop.remove_reader(self._life)
            os.close(self._life)
            self._stdout.close()
        return True

    def _kill(self) -> None:
        """Before it has been seen off only: later its id may be somebody else's."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    def _has_ended(self) -> None:
        self._loop.remove_reader(self._life)
        self._ended.set()

    def _take(self, output: bytearray, whole: asyncio.Event, most_bytes: int) -> bool:
        """Read once; whether there may be more. `whole` is set at the end of the output, or past `most_bytes`."""
        try:
            chunk = os.read(self._stdout.fileno(), READ_BYTES)
        except BlockingIOError:
            return False
        output += chunk
        if not chunk or len(output) > most_bytes:
            whole.set()
            self._loop.remove_reader(self._stdout)
        return bool(chunk)


def _in_memory(content: bytes) -> int:
    """A file that holds `content`, at its beginning: unlike a pipe, nobody has to stand by until it is read."""
    file = os.memfd_create("event", os.MFD_CLOEXEC)
    try:
        with open(file, "wb", closefd=False) as writing:
            writing.write(content)
        os.lseek(file, 0, os.SEEK_SET)
    except OSError:
        os.close(file)
        raise
    return file
