"""The parent of all contact processes: imports everything once, forks one process per slot, replaces the dead.

Holds no call, no socket of its own and no pjsua2 endpoint: forking is all it does, so that it has no reason to fail.
`python -m appliance.contact.zygote --settings FILE` runs it until SIGTERM; calls under way are then ended in order.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pjsua2 as pj
from systemd.daemon import notify

from appliance import logs
from appliance.contact import process
from appliance.contact.keeper import Keeper
from appliance.contact.media import sounds
from appliance.contact.media.prompts import OWN_SOUNDS
from appliance.contact.services import FlowShelf, PlanReader
from appliance.contact.settings import ContactSettings, read_settings
from appliance.dialplan import route
from appliance.flow import machine
from appliance.flow.facts import ContactFacts
from appliance.ids import SlotId

READY_S = 5.0
LEAVE_S = 0.3  # free processes leave at once
DRAIN_S = 3.0  # contacts under way are ended in order
RESPAWN_S = 0.2  # a slot that dies at once is tried again this slowly
WATCHDOG_S = 5.0
PR_SET_PDEATHSIG = 1
_KEEPER, _FUNCTIONS, _STUDIO = SlotId(-1), SlotId(-2), SlotId(-3)
_SIGNALS = frozenset({signal.SIGCHLD, signal.SIGTERM, signal.SIGINT})
_log = logging.getLogger(__name__)


class Zygote:
    """Slots and who serves them now."""

    def __init__(self, settings: ContactSettings) -> None:
        self._settings = settings
        self._plans = PlanReader(Path(settings.dial_plan), FlowShelf(Path(settings.flows)))
        self._children: dict[int, SlotId] = {}
        self._stopping = False
        self._ready = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def run(self) -> None:
        """Fork every slot, say READY, replace whoever dies, end all on SIGTERM or SIGINT."""
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        self._warm_up()
        self._fork(_KEEPER, Keeper(Path(self._settings.spool)).run)
        if self._settings.functions_socket:
            self._fork(_FUNCTIONS, self._serve_functions)
        self._fork(_STUDIO, self._serve_speech)
        for slot in range(self._settings.capacity):
            self._start(SlotId(slot))
        self._await_first()
        notify("READY=1")
        _log.info("%d contact processes serve", self._settings.capacity)
        while not self._stopping:
            self._wait()
        self._drain()

    def _warm_up(self) -> None:
        """Load what every process needs, then freeze it, so that a fork shares its pages."""
        _ = pj.Endpoint, pj.Call, pj.AudioMediaPlayer  # the package loads its bindings at first use
        published = self._plans.read()
        for dialled in ("+12025550100", "2025550100"):
            route(published.plan, dialled, from_trunk=True)  # loads the number tables of this country and another
        for flow in published.library.flows.values():
            machine.start(flow, ContactFacts(), library=published.library, now=0.0)
        gc.collect()
        gc.freeze()

    def _start(self, slot: SlotId) -> None:
        self._fork(slot, lambda: process.serve(self._settings, slot, self._plans, self._say_ready))

    def _serve_functions(self) -> None:
        from appliance.contact.functions.service import serve  # nothing of it in the memory of contact processes

        serve(self._settings)

    def _serve_speech(self) -> None:
        from appliance.contact.speech.studio import serve  # nothing of it in the memory of contact processes

        serve(self._settings)

    def _say_ready(self) -> None:
        with contextlib.suppress(BlockingIOError):  # only the first are read: after years of replacements it is full
            os.write(self._ready[1], b".")

    def _await_first(self) -> None:
        """Until each process has opened its SIP port, so that READY is true."""
        missing = self._settings.capacity
        while missing and select.select([self._ready[0]], [], [], READY_S)[0]:
            missing -= len(os.read(self._ready[0], missing))
        if missing:
            _log.error("%d of %d contact processes did not come up; see above", missing, self._settings.capacity)

    def _fork(self, slot: SlotId, life: Callable[[], None]) -> None:
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            _die_with(parent)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            try:
                life()
            finally:
                os._exit(1)
        self._children[pid] = slot

    def _wait(self) -> None:
        """Wait for a signal or the watchdog's turn; signals are blocked and taken from here only."""
        found = signal.sigtimedwait(_SIGNALS, WATCHDOG_S)
        notify("WATCHDOG=1")
        if found is not None and found.si_signo != signal.SIGCHLD:
            self._stopping = True
            return
        while self._children and (dead := os.waitpid(-1, os.WNOHANG))[0] != 0:
            self._replace(*dead)

    def _replace(self, pid: int, status: int) -> None:
        slot = self._children.pop(pid, None)
        if slot is None:
            return
        code = os.waitstatus_to_exitcode(status)
        if code != 0:
            _log.error("process %d of slot %d died (exit %d); a new one takes its place", pid, slot, code)
            time.sleep(RESPAWN_S)
        if slot == _KEEPER:
            self._fork(_KEEPER, Keeper(Path(self._settings.spool)).run)
        elif slot == _FUNCTIONS:
            self._fork(_FUNCTIONS, self._serve_functions)
        elif slot == _STUDIO:
            self._fork(_STUDIO, self._serve_speech)
        else:
            self._start(slot)

    def _drain(self) -> None:
        """Let free processes go, have calls ended in order, then end what is left."""
        notify("STOPPING=1")
        for patience_s in (LEAVE_S, DRAIN_S):
            self._signal_all(signal.SIGTERM)
            deadline = time.monotonic() + patience_s
            while self._children and time.monotonic() < deadline:
                self._reap_one()
        self._signal_all(signal.SIGKILL)
        while self._children:
            self._reap_one()

    def _signal_all(self, number: signal.Signals) -> None:
        for pid in self._children:
            os.kill(pid, number)

    def _reap_one(self) -> None:
        if (found := os.waitpid(-1, os.WNOHANG)[0]) != 0:
            self._children.pop(found, None)
        else:
            time.sleep(0.02)


def _die_with(parent: int) -> None:
    """End this process when its parent ends (prctl(2)), also if that happened just now."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def main(arguments: list[str]) -> int:
    """`--settings FILE`; the file is rendered by `linekeeper up` or `linekeeper config render`."""
    if len(arguments) != 2 or arguments[0] != "--settings":
        print("usage: python -m appliance.contact.zygote --settings FILE", file=sys.stderr)
        return 2
    logs.set_up("linekeeper-contact")
    settings = read_settings(Path(arguments[1]))
    try:
        sounds.ensure(Path(settings.prompts) / OWN_SOUNDS)
    except (OSError, subprocess.CalledProcessError) as error:
        _log.error("built-in sounds can't be made: %s; is sox installed?", error)
    Zygote(settings).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
