"""What a device's process asks of the switchboard, by the local API, without ever waiting for it.

A thread asks one thing after the other; what fails because no switchboard answers is tried again, what it refuses is
logged and dropped. The calls go on meanwhile.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from appliance.switchboard.calling import NotRunningError, RefusedError, call_socket

log = logging.getLogger(__name__)
ANSWER_S = 5.0
RETRY_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`then` gets the result, in the thread of `BoxApi`; None for a request that was refused."""

    op: str
    args: Mapping[str, object] = field(default_factory=dict)
    then: Callable[[Any], None] | None = None
    tries: int = 100


class BoxApi:
    """The asker of one process."""

    def __init__(self, api_socket: Path) -> None:
        self._socket = api_socket
        self._waiting: queue.SimpleQueue[Asked | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="box api", daemon=True)
        self._thread.start()

    def ask(self, asked: Asked) -> None:
        """Soon, and in order."""
        self._waiting.put(asked)

    def close(self, timeout_s: float = ANSWER_S) -> None:
        """What is waiting is asked once more, and no longer than `timeout_s`."""
        self._closing.set()
        self._waiting.put(None)
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while (asked := self._waiting.get()) is not None:
            for _ in range(asked.tries):
                if self._done(asked) or self._closing.wait(RETRY_S):
                    break

    def _done(self, asked: Asked) -> bool:
        try:
            result = call_socket(self._socket, asked.op, asked.args, timeout_s=ANSWER_S)
        except (OSError, NotRunningError) as error:
            log.debug("%s waits for the switchboard: %s", asked.op, error)
            return False
        except RefusedError as error:
            log.warning("%s was refused: %s", asked.op, error)
            result = None
        if asked.then is not None:
            asked.then(result)
        return True
