"""Single SIP messages on the wire, for what SIPp is too correct to send."""

from __future__ import annotations

import hashlib
import re
import socket
from types import TracebackType

_FIELD = re.compile(r'(\w+)="([^"]*)"')


class Wire:
    """A UDP socket towards the edge."""

    def __init__(self, port: int, *, address: str = "127.0.0.1", timeout_s: float = 5.0) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 0))
        self._socket.connect(("127.0.0.1", port))
        self._socket.settimeout(timeout_s)
        self.address, self.port = self._socket.getsockname()

    def __enter__(self) -> Wire:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def send(self, message: str | bytes) -> None:
        self._socket.send(message if isinstance(message, bytes) else message.replace("\n", "\r\n").encode())

    def receive(self) -> str:
        """The next message; TimeoutError if none comes."""
        return self._socket.recv(65535).decode(errors="replace").replace("\r\n", "\n")

    def ask(self, message: str | bytes) -> str:
        """The first final answer to `message`."""
        self.send(message)
        while (answer := self.receive()).startswith("SIP/2.0 1"):
            pass
        return answer

    def request(self, method: str, uri: str, number: int, *, headers: str = "", body: str = "", **places: str) -> str:
        """An ordinary request of extension 100; `places` replaces branch, user, to, tag or call_id."""
        told = {
            "branch": f"z9hG4bK-{self.port}-{number}",
            "user": "100",
            "to": "",
            "call_id": f"{self.port}@wire",
        } | places
        return (
            f"{method} {uri} SIP/2.0\n"
            f"Via: SIP/2.0/UDP {self.address}:{self.port};branch={told['branch']}\n"
            f"From: <sip:{told['user']}@linekeeper>;tag=w{self.port}\n"
            f"To: <{uri}>{told['to']}\n"
            f"Call-ID: {told['call_id']}\nCSeq: {number} {method}\nMax-Forwards: 70\n"
            f"Contact: <sip:{told['user']}@{self.address}:{self.port}>\n"
            f"{headers}Content-Length: {len(body)}\n\n{body}"
        )


def digest(challenge: str, method: str, uri: str, *, user: str, password: str, count: int = 1) -> str:
    """The header that answers `challenge` (a 401 or 407), RFC 7616 with qop=auth."""
    name = "Authorization" if challenge.startswith("SIP/2.0 401") else "Proxy-Authorization"
    line = next(line for line in challenge.splitlines() if line.lower().startswith(("www-auth", "proxy-auth")))
    fields = dict(_FIELD.findall(line))
    a1, a2 = _md5(f"{user}:{fields['realm']}:{password}"), _md5(f"{method}:{uri}")
    response = _md5(f"{a1}:{fields['nonce']}:{count:08x}:cn:auth:{a2}")
    return (
        f'{name}: Digest username="{user}", realm="{fields["realm"]}", nonce="{fields["nonce"]}", uri="{uri}", '
        f'response="{response}", algorithm=MD5, qop=auth, nc={count:08x}, cnonce="cn"\n'
    )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
