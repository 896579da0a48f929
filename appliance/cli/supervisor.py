"""Starts processes in order, each when the one before serves, and stops them in reverse; restarts one that dies.

What systemd does for the units of a box, for `linekeeper up`, `demo` and the tests. Knows nothing of telephony.
All children are started by one thread, because their PR_SET_PDEATHSIG follows the thread.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import selectors
import socket
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path

from appliance.cli.child import BoxError, Child, ChildPlan, ChildState, ChildStatus

logger = logging.getLogger(__name__)
Tell = Callable[[str], None]
_ASK_EVERY_S = 0.05
_KILL_WAIT_S = 5.0


class Supervisor:
    """`start` blocks until every child serves; `stop` until none is left. Use it as a context manager."""

    def __init__(self, plans: Sequence[ChildPlan], *, tell: Tell = logger.info, logs: Path | None = None) -> None:
        """`tell` gets one line a step, from the supervisor's thread; `logs`: folder of the children's output."""
        self._children = [Child(plan, logs / f"{plan.name}.log" if logs else None) for plan in plans]
        self._logs = logs
        self._tell = tell
        self._stopping = threading.Event()
        self._settled = threading.Event()  # everything serves, or start-up has failed
        self._failure: BoxError | None = None
        self._wake: socket.socket | None = None  # readable when the loop has to look up
        self._waker: socket.socket | None = None
        self._wishes: queue.SimpleQueue[tuple[Child, Future[None]]] = queue.SimpleQueue()
        self._wishing = threading.Lock()  # nobody wishes any more once it has ended
        self._has_ended = False
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def __enter__(self) -> Supervisor:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Raises BoxError, with everything stopped again, where a child does not come to serve."""
        self._wake, self._waker = socket.socketpair()
        for end in (self._wake, self._waker):
            end.setblocking(False)
        self._thread.start()
        try:
            self._settled.wait()
        except BaseException:  # Ctrl-C while waiting: leave nothing running
            self.stop()
            raise
        if self._failure is not None:
            self.stop()
            raise self._failure

    def request_stop(self) -> None:
        """Ask for the end without waiting for it; for signal handlers."""
        self._stopping.set()
        self._nudge()

    def restart(self, name: str) -> None:
        """End the child `name`; returns when it serves again. From any thread but the supervisor's.

        Raises BoxError where it doesn't serve (it is tried again later, as after a crash), or where the box stops.
        """
        child = next(child for child in self._children if child.plan.name == name)
        granted: Future[None] = Future()
        with self._wishing:
            if self._has_ended or self._thread.ident is None:
                raise BoxError(f"{name} can't be restarted: the box doesn't run")
            self._wishes.put((child, granted))
        self._nudge()
        granted.result()

    def _nudge(self) -> None:
        if self._waker is not None:
            with contextlib.suppress(OSError):
                self._waker.send(b"!")

    def wait(self) -> None:
        """Until `request_stop` was called and everything is down. Raises BoxError where that was not by request."""
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Stop every child, last started first. Safe to call again."""
        self.request_stop()
        if self._thread.ident is not None:
            self._thread.join()

    @property
    def serving(self) -> bool:
        """Whether every child is ready right now."""
        return all(child.state is ChildState.READY for child in self._children)

    @property
    def children(self) -> tuple[ChildStatus, ...]:
        return tuple(child.status for child in self._children)

    def pid(self, name: str) -> int | None:
        """Process id of the child `name` now, None while it is down."""
        return next(status.pid for status in self.children if status.name == name)

    def _run(self) -> None:
        try:
            for child in self._children:
                self._bring_up(child)
            self._settled.set()
            while not self._stopping.is_set():
                self._turn()
                self._grant()
        except (BoxError, OSError) as error:
            self._failure = error if isinstance(error, BoxError) else BoxError(f"a process can't be started: {error}")
        finally:
            self._deny()
            for child in reversed(self._children):
                self._bring_down(child)
            self._close()
            self._settled.set()

    def _grant(self) -> None:
        """The restarts that were asked for meanwhile."""
        with contextlib.suppress(BlockingIOError):
            if self._wake is not None:
                self._wake.recv(64)
        while not self._wishes.empty() and not self._stopping.is_set():
            child, granted = self._wishes.get()
            try:
                self._renew(child)
            except BoxError as error:
                granted.set_exception(error)
            else:
                granted.set_result(None)

    def _renew(self, child: Child) -> None:
        """Raises BoxError where it does not come to serve."""
        self._tell(f"{child.plan.name} is restarted, as it was asked for")
        self._bring_down(child)
        self._bring_up(child)
        child.restarts += 1
        if child.state is not ChildState.READY:
            raise BoxError(f"{child.plan.name} does not serve: the box stops")

    def _deny(self) -> None:
        with self._wishing:
            self._has_ended = True
        while not self._wishes.empty():
            child, granted = self._wishes.get()
            granted.set_exception(BoxError(f"{child.plan.name} isn't restarted: the box stops"))

    def _close(self) -> None:
        for child in self._children:
            child.close()
        for end in (self._wake, self._waker):
            if end is not None:
                end.close()

    def _bring_up(self, child: Child) -> None:
        if self._stopping.is_set():
            return
        began = time.monotonic()
        child.spawn(began)
        while child.state is not ChildState.READY and not self._stopping.is_set():
            self._turn(first_start=child)
        if child.state is ChildState.READY:
            self._tell(f"{child.plan.name} serves after {time.monotonic() - began:.1f} s")

    def _bring_down(self, child: Child) -> None:
        if child.pid is None:
            return
        child.terminate()
        if not child.wait(child.plan.stop_timeout_s):
            self._tell(f"{child.plan.name} did not stop within {child.plan.stop_timeout_s:g} s, killing it")
            child.kill()
            child.wait(_KILL_WAIT_S)
        child.reap(time.monotonic())
        self._tell(f"{child.plan.name} stopped")

    def _turn(self, first_start: Child | None = None) -> None:
        """Wait for the next thing to happen to any child, and act on it."""
        self._wait()
        now = time.monotonic()
        for child in self._children:
            was = child.state
            child.listen(now)
            child.ask(now)
            if was is ChildState.STARTING and child.state is ChildState.READY and child.restarts:
                self._tell(f"{child.plan.name} serves again")
            ending = self._ending(child, now)
            if ending is None:
                self._revive(child, now)
            elif child is first_start:
                raise BoxError(f"{child.plan.name} did not start: {ending}; {self._where_to_look(child)}")
            else:
                delay_s = child.start_at - now
                self._tell(f"{child.plan.name} died ({ending}), starting it again in {delay_s:g} s")

    def _ending(self, child: Child, now: float) -> str | None:
        ending = child.reap(now)
        if ending is not None or now < child.deadline:
            return ending
        silent = "not ready in time" if child.state is ChildState.STARTING else "watchdog: it no longer answers"
        child.kill()
        child.wait(_KILL_WAIT_S)
        child.reap(now)
        return silent

    def _revive(self, child: Child, now: float) -> None:
        if child.state is ChildState.DOWN and now >= child.start_at:
            child.restarts += 1
            child.spawn(now)

    def _wait(self) -> None:
        with contextlib.ExitStack() as opened:
            selector = opened.enter_context(selectors.DefaultSelector())
            if self._wake is not None:
                selector.register(self._wake, selectors.EVENT_READ)
            for child in self._children:
                if child.notices is not None:
                    selector.register(child.notices, selectors.EVENT_READ)
                pid = child.pid
                if pid is not None:
                    handle = os.pidfd_open(pid)
                    opened.callback(os.close, handle)
                    selector.register(handle, selectors.EVENT_READ)
            selector.select(self._next_wake())

    def _next_wake(self) -> float | None:
        """Seconds until something is due without anybody saying so."""
        now = time.monotonic()
        due = [child.deadline for child in self._children]
        due += [child.start_at for child in self._children if child.state is ChildState.DOWN]
        due += [
            now + _ASK_EVERY_S for child in self._children if child.state is ChildState.STARTING and child.plan.serves
        ]
        soonest = min(due)
        return None if soonest == float("inf") else max(0.0, soonest - now)

    def _where_to_look(self, child: Child) -> str:
        return f"see {self._logs / child.plan.name}.log" if self._logs else "see its lines above"
