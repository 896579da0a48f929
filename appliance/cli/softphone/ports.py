"""Free port blocks on 127.0.0.1 for tests that run side by side.

A block is held by an advisory lock on a file, so two test processes never get the same one, and a killed process
gives its block back. The range lies below the kernel's ephemeral ports. Must not hold the ports themselves open: the
programs under test bind them.
"""

from __future__ import annotations

import fcntl
import os
import random
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FIRST_PORT = 10_000
LAST_PORT = 32_000
UNIT = 50  # ports under one lock


class PortsError(RuntimeError):
    """Every block is taken or in use by somebody else."""


class PortBlock:
    """`first` … `first + count - 1` on 127.0.0.1, free for UDP and TCP when it was reserved."""

    def __init__(self, first: int, count: int, locks: list[int]) -> None:
        self.first = first
        self.count = count
        self._locks = locks
        self._next = first

    def take(self, count: int = 1) -> int:
        """The first of `count` ports not handed out yet."""
        port = self._next
        if port + count > self.first + self.count:
            raise PortsError(f"block of {self.count} ports at {self.first} is used up; reserve a bigger one")
        self._next += count
        return port

    def take_even(self, count: int = 2) -> int:
        """The first of `count` ports, even (RTP; RTCP is the odd one above: RFC 3550 section 11)."""
        if self._next % 2:
            self.take()
        return self.take(count)

    def release(self) -> None:
        """Give the block back. Safe to call twice."""
        while self._locks:
            os.close(self._locks.pop())


def reserve_ports(count: int = UNIT) -> PortBlock:
    """A block of `count` consecutive ports, held until `release()` or the end of the process."""
    units = -(-count // UNIT)
    starts = (LAST_PORT - FIRST_PORT) // UNIT - units
    offset = random.randrange(starts)
    for step in range(starts):
        number = (offset + step) % starts
        locks = _lock_units(range(number, number + units))
        if locks is None:
            continue
        first = FIRST_PORT + number * UNIT
        if all(_is_free(port) for port in range(first, first + count)):
            return PortBlock(first, count, locks)
        for lock in locks:
            os.close(lock)
    raise PortsError(f"no {count} consecutive free ports between {FIRST_PORT} and {LAST_PORT}")


@contextmanager
def reserved_ports(count: int = UNIT) -> Iterator[PortBlock]:
    """`reserve_ports` as a context."""
    block = reserve_ports(count)
    try:
        yield block
    finally:
        block.release()


def _lock_units(numbers: range) -> list[int] | None:
    folder = Path(tempfile.gettempdir()) / f"linekeeper-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    locks: list[int] = []
    for number in numbers:
        lock = os.open(folder / f"{number}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        locks.append(lock)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            for taken in locks:
                os.close(taken)
            return None
    return locks


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True
