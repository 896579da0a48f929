"""The restart socket of a box without systemd: `linekeeper up` and the demonstration restart their own children.

One question at a time. Must not decide who may be asked for: that is `BoxService`.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from appliance.cli.child import BoxError
from appliance.cli.restarting.answering import serve_one
from appliance.cli.supervisor import Supervisor
from appliance.cloud.orders import BoxService
from appliance.errors import RequestError

logger = logging.getLogger(__name__)
CHILDREN: Mapping[BoxService, str] = {  # names as in `Box.services`
    BoxService.SWITCHBOARD: "switchboard",
    BoxService.EDGE: "edge",
    BoxService.SYNC: "sync",
    BoxService.GATEWAY: "gateways",
    BoxService.CONTACT: "zygote",
    BoxService.LINE: "line-*",
    BoxService.HEADSET: "headset-*",
}
_END_S = 5.0


class RestartDesk:
    """Between `open` and `close`, while the supervisor serves."""

    def __init__(self, path: Path, supervisor: Supervisor) -> None:
        self._path = path
        self._supervisor = supervisor
        self._listening: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Raises BoxError where the socket can't be made."""
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._path.unlink(missing_ok=True)
            listening.bind(str(self._path))
            self._path.chmod(0o660)
            listening.listen()
        except OSError as error:
            listening.close()
            raise BoxError(f"{self._path} can't be made: {error}; is another box running here?") from error
        self._listening = listening
        self._thread = threading.Thread(target=self._serve, args=(listening,), name="restarts", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """The supervisor has to be stopping: whoever waits for a restart is told that there will be none. Safe to call
        again."""
        if self._listening is None or self._thread is None:
            return
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join(_END_S)
        self._listening.close()
        self._listening = None
        self._path.unlink(missing_ok=True)

    def restart(self, service: BoxService) -> str:
        """Every child of it, one after the other. Raises RequestError where there is none, BoxError."""
        pattern = CHILDREN.get(service, "")
        names = [child.name for child in self._supervisor.children if fnmatchcase(child.name, pattern)]
        if not names:
            raise RequestError(f"this box runs no {service}")
        for name in names:
            self._supervisor.restart(name)
        return f"{service} serves again ({', '.join(names)})"

    def _serve(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:  # closed
                return
            with connection:
                try:
                    serve_one(connection, self.restart)
                except OSError as error:
                    logger.info("nobody waits for the answer: %s", error)
