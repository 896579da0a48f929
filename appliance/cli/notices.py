"""Our end of sd_notify(3): a socket on which one child says READY=1, WATCHDOG=1, STOPPING=1, STATUS=….

Only datagrams of the child itself are believed (SCM_CREDENTIALS, as systemd does with NotifyAccess=main).
"""

from __future__ import annotations

import secrets
import socket
import struct
from collections.abc import Mapping

_CREDENTIALS = struct.Struct("3i")  # unix(7): struct ucred { pid, uid, gid }
_LARGEST = 4096


class NoticeSocket:
    """A datagram socket in the abstract namespace: no file to leave behind, no path that can be too long."""

    def __init__(self, name: str) -> None:
        """`name` is for whoever looks at the system's sockets; the address is unique without it."""
        self.address = f"@linekeeper-{name}-{secrets.token_hex(8)}"  # NOTIFY_SOCKET's spelling of an abstract name
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._socket.bind("\0" + self.address[1:])

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def drain(self) -> None:
        """Forget what a former child has said."""
        while self._receive() is not None:
            pass

    def read(self, pid: int) -> Mapping[str, str] | None:
        """The next notice of process `pid` as its assignments, {} for another's, None when nothing waits."""
        received = self._receive()
        if received is None:
            return None
        text, sender = received
        return dict(line.split("=", 1) for line in text.splitlines() if "=" in line) if sender == pid else {}

    def _receive(self) -> tuple[str, int] | None:
        try:
            data, ancillary, _, _ = self._socket.recvmsg(_LARGEST, socket.CMSG_SPACE(_CREDENTIALS.size))
        except BlockingIOError:
            return None
        sender = next(
            (
                _CREDENTIALS.unpack(content[: _CREDENTIALS.size])[0]
                for level, kind, content in ancillary
                if level == socket.SOL_SOCKET and kind == socket.SCM_CREDENTIALS
            ),
            0,
        )
        return data.decode("utf-8", "replace"), sender
