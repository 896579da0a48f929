"""Records a contact as its flow or the box's policy wants: starts, stops, watches the disk.

A recording that can't be made is written down and never stops a call.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec

from appliance.contact.engine import Engine
from appliance.contact.media.recording import CHECK_S, Recording, require_space
from appliance.contact.timers import Timer, Timers
from appliance.errors import ContactError
from appliance.events import AnyBody, RecordingPaused, RecordingRefused, RecordingResumed, RecordingStopped
from appliance.ids import AgentId

NO_MESSAGE: Mapping[str, str | bool] = MappingProxyType({})
_log = logging.getLogger(__name__)


class Recorder:
    """At most one recording at a time. `said`: whose voices the flow wants ("Agent", "Customer"), None: it said
    nothing; `participants`: who is recorded in a talk; `ivr`: before the agent as well.

    `paused`: nobody's voice reaches the files, which grow on in silence; a pause ends with its recording.
    `forbidden`: a file; while it is there calls aren't recorded, messages are.
    """

    def __init__(
        self,
        engine: Engine,
        timers: Timers,
        reserve_bytes: int,
        changed: Callable[[], None],
        *,
        forbidden: Path | None = None,
    ) -> None:
        self.said: frozenset[str] | None = None
        self.participants: frozenset[str] = frozenset()
        self.ivr = False
        self.current: Recording | None = None
        self.paused = False
        self._engine = engine
        self._timers = timers
        self._reserve_bytes = reserve_bytes
        self._forbidden = forbidden
        self._changed = changed
        self._timer: Timer | None = None
        self._folder = Path()
        self._message = False  # what is recorded is one for a mailbox
        self._emit: Callable[[AnyBody], None] | None = None

    def follow(self, *, talking: bool, folder: Path, emit: Callable[[AnyBody], None]) -> None:
        """Start or stop so that what is recorded fits the policy and the state of the contact."""
        if self._message:
            return
        self._folder, self._emit = folder, emit
        wanted = bool(self.participants) if talking else self.ivr
        if wanted and self.current is None:
            self._start(emit)
        elif not wanted and self.current is not None and not self.participants:
            self.stop("policy" if self.said else "flow")

    def take_message(self, message: Mapping[str, str | bool], *, folder: Path, emit: Callable[[AnyBody], None]) -> bool:
        """Record what the customer says as a message, instead of what is recorded; False where it can't be recorded.
        `stop` ends it. message: what RecordingStarted says of it (mailbox, caller …)."""
        self.stop("transferred")
        self._want_nothing()
        self._folder, self._emit = folder, emit
        self._start(emit, message)
        self._message = self.current is not None
        return self._message

    def pause(self, source: str, by: AgentId | None) -> bool:
        """Silence from now on; False where nothing is recorded or it is silent already."""
        if self.current is None or self._emit is None or self.paused:
            return False
        self.paused = True
        self._changed()
        self._emit(RecordingPaused(recording=self.current.recording, at_s=self.current.length_s, source=source, by=by))
        return True

    def resume(self, source: str, by: AgentId | None) -> bool:
        """Voices again; False where nothing was paused."""
        if self.current is None or self._emit is None or not self.paused:
            return False
        self.paused = False
        self._changed()
        self._emit(RecordingResumed(recording=self.current.recording, at_s=self.current.length_s, source=source, by=by))
        return True

    def stop(self, reason: str) -> None:
        """End the recording under way, if any."""
        if self.current is None or self._emit is None:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._emit(RecordingStopped(recording=self.current.recording, reason=reason))
        self.paused = self._message = False
        self.current, last = None, self.current
        self._changed()
        del last

    def _start(self, emit: Callable[[AnyBody], None], message: Mapping[str, str | bool] = NO_MESSAGE) -> None:
        try:
            require_space(self._folder, self._reserve_bytes, forbidden=None if message else self._forbidden)
            self.current = Recording(self._engine, self._folder)
        except ContactError as error:
            _log.error("not recorded: %s", error)
            self._want_nothing()
            emit(RecordingRefused(reason=str(error)))
            return
        emit(msgspec.structs.replace(self.current.started(), **message))
        self._timer = self._timers.after(CHECK_S, self._check)
        self._changed()

    def _check(self) -> None:
        try:
            require_space(self._folder, self._reserve_bytes, forbidden=None if self._message else self._forbidden)
        except ContactError as error:
            _log.error("recording stops: %s", error)
            self._want_nothing()
            self.stop("disk full")
            return
        self._timer = self._timers.after(CHECK_S, self._check)

    def _want_nothing(self) -> None:
        """Until a flow asks again."""
        self.said, self.participants, self.ivr = frozenset(), frozenset(), False
