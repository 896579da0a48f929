"""Plays messages to the customer one after the other, and endless music; one thing at a time.

It owns the player port and says when that changes; wiring it to ears is the contact's business.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pjsua2 as pj

from appliance.contact.engine import Engine
from appliance.contact.media.prompts import Prompts, Rendering, duration_s
from appliance.contact.timers import Timer, Timers
from appliance.errors import ContactError
from appliance.flow.commands import Message

RENDER_POLL_S = 0.01
RENDER_LIMIT_S = 10.0
_log = logging.getLogger(__name__)


class Announcer:
    """What the customer hears from the box. `changed` is called whenever `port` is another one."""

    def __init__(self, engine: Engine, prompts: Prompts, timers: Timers, changed: Callable[[], None]) -> None:
        self.port: pj.AudioMediaPlayer | None = None
        self._engine = engine
        self._prompts = prompts
        self._timers = timers
        self._changed = changed
        self._timer: Timer | None = None
        self._endless = False
        self._queue: list[Path | Rendering] = []
        self._on_end: Callable[[], None] = _nothing
        self._on_failure: Callable[[str], None] = _ignored

    def play(
        self, messages: tuple[Message, ...], on_end: Callable[[], None], on_failure: Callable[[str], None]
    ) -> None:
        """Play `messages` in order instead of whatever plays; speech for all of them starts being made at once."""
        self.stop()
        self._on_end, self._on_failure = on_end, on_failure
        self._begin(messages, endless=False)

    def loop(self, prompt: str) -> None:
        """Play the prompt named `prompt` until stopped (music on hold, ring-back)."""
        self.stop()
        self._on_failure = lambda reason: _log.warning("silence instead of %s: %s", prompt, reason)
        self._begin((Message(prompt=prompt),), endless=True)

    def _begin(self, messages: tuple[Message, ...], *, endless: bool) -> None:
        self._endless = endless
        try:
            for message in messages:
                self._queue.append(self._prompts.find(message))
        except ContactError as error:
            self._fail(error)
            return
        self._next(RENDER_LIMIT_S)

    def stop(self) -> None:
        """Silence at once. Nothing is told."""
        if self._timer is not None:
            self._timer.cancel()
        for item in self._queue:
            if isinstance(item, Rendering):
                item.abandon()
        self._queue = []
        self._on_end, self._on_failure = _nothing, _ignored
        self._close()

    def _next(self, patience_s: float) -> None:
        if not self._queue:
            self._close()
            self._on_end()
            return
        try:
            self._advance(patience_s)
        except ContactError as error:
            self._fail(error)

    def _advance(self, patience_s: float) -> None:
        item = self._queue[0]
        if isinstance(item, Rendering):
            if not item.poll():
                if patience_s <= 0:
                    raise ContactError("speech took too long; is the box overloaded?")
                self._timer = self._timers.after(RENDER_POLL_S, lambda: self._next(patience_s - RENDER_POLL_S))
                return
            item = item.target
        del self._queue[0]
        length_s = duration_s(item)
        self._open(item, loop=self._endless)
        if not self._endless:
            self._timer = self._timers.after(length_s, lambda: self._next(RENDER_LIMIT_S))

    def _open(self, path: Path, *, loop: bool) -> None:
        self._switch(self._engine.player(str(path), loop=loop))

    def _close(self) -> None:
        if self.port is not None:
            self._switch(None)

    def _switch(self, port: pj.AudioMediaPlayer | None) -> None:
        last, self.port = self.port, port
        self._changed()
        if last is not None:
            self._engine.retire(last)

    def _fail(self, error: ContactError) -> None:
        on_failure = self._on_failure
        self.stop()
        on_failure(str(error))


def _nothing() -> None:
    """Nobody waits for the end."""


def _ignored(_reason: str) -> None:
    """Nobody waits for a failure."""
