"""The two ports: bound before any process begins, so that a taken one is an error message, not a restart loop."""

from __future__ import annotations

import socket

from appliance.errors import ConsoleError

_BACKLOG = 2048


def address_of(text: str) -> tuple[str, int]:
    """`127.0.0.1:8080`, `[::1]:8080`, `:8080` (every address). Raises ConsoleError."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ConsoleError(f"{text!r} is no address to listen on; give HOST:PORT, as 127.0.0.1:8080")
    return host.strip("[]") or "0.0.0.0", int(port)


def bound(text: str) -> socket.socket:
    """A listening socket that child processes may have. Raises ConsoleError."""
    host, port = address_of(text)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise ConsoleError(f"nothing can listen on {text} ({error.strerror}); choose another address") from error
    listening.setblocking(False)
    listening.set_inheritable(True)
    return listening


def shown(listening: socket.socket) -> str:
    """`127.0.0.1:8080`: with the port that the system chose where 0 was asked for."""
    host, port = listening.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
