"""One question on the restart socket, answered: `{"op": "service.restart", "args": {"service": "edge", "order": 12}}`.

The lines are those of the local API (`switchboard.wire`). Whoever asks can't be trusted with more than a name of
`BoxService`. Must not know how a service is restarted.
"""

from __future__ import annotations

import logging
import socket
import struct
from collections.abc import Callable

from appliance.cloud.orders import BoxService
from appliance.errors import ApplianceError, RequestError
from appliance.switchboard.wire import Answer, Request, decode_request, encode, fault_of

logger = logging.getLogger(__name__)
OPERATION = "service.restart"
LONGEST = 4096  # bytes of a question
QUESTION_S = 10.0
_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid: SO_PEERCRED, unix(7)

Restart = Callable[[BoxService], str]


def serve_one(connection: socket.socket, restart: Restart) -> None:
    """Reads the question, has it carried out, answers. Raises OSError where the asker has gone away.

    restart: returns a sentence once the service serves again, raises ApplianceError where it doesn't.
    """
    connection.settimeout(QUESTION_S)
    line = _question(connection)
    uid = _CREDENTIALS.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))[1]
    connection.sendall(encode(_answer(line, restart, uid)))


def _answer(line: bytes, restart: Restart, uid: int) -> Answer:
    try:
        request = decode_request(line)
        service = _service(request)
        logger.warning("restart of %s, order %s of the console, asked by user %d", service, _order(request), uid)
        said = restart(service)
    except ApplianceError as error:
        logger.error("no restart: %s", error)
        return Answer(ok=False, error=fault_of(error))
    logger.warning("restarted: %s", said)
    return Answer(ok=True, result=said)


def _service(request: Request) -> BoxService:
    if request.op != OPERATION:
        raise RequestError(f"there is no operation {request.op[:50]!r} here, only {OPERATION}", kind="unknown")
    try:
        return BoxService(request.args.get("service", ""))
    except ValueError:
        raise RequestError(f"no service of {', '.join(BoxService)} was named", kind="not_found") from None


def _order(request: Request) -> int:
    number = request.args.get("order")
    return number if isinstance(number, int) else 0


def _question(connection: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\n") and len(line) < LONGEST:
        chunk = connection.recv(LONGEST - len(line))
        if not chunk:
            break
        line += chunk
    return line
