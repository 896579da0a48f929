"""A phone's lamps: subscribes to states at a real edge (RFC 6665), answers every NOTIFY, keeps what they said."""

from __future__ import annotations

import itertools
import re
import socket
import threading
from dataclasses import dataclass, field
from types import TracebackType

from edge.wire import digest
from kit.processes import wait_until

_numbers = itertools.count(1)
_STATE = re.compile(r"<state>(\w+)</state>")


@dataclass
class Watched:
    """One subscription: its final answer, and every NOTIFY in order (a retransmitted one once)."""

    answer: str = ""
    notifies: list[str] = field(default_factory=list)
    to: str = ""
    event: str = "dialog"
    expires_s: int = 0
    number: int = 0
    tag: str = ""

    @property
    def bodies(self) -> list[str]:
        return [notify.partition("\n\n")[2] for notify in self.notifies]

    @property
    def lamp(self) -> str:
        """The state of the dialog in the latest NOTIFY."""
        found = _STATE.findall(self.bodies[-1]) if self.notifies else []
        return found[-1] if found else ""

    @property
    def lamps(self) -> list[str]:
        """Each state it went through."""
        found = [state for body in self.bodies for state in _STATE.findall(body)]
        return [state for state, _ in itertools.groupby(found)]

    def shows(self, lamp: str, *, timeout_s: float = 5.0) -> None:
        """Until the lamp is `lamp`."""
        wait_until(lambda: self.lamp == lamp, timeout_s=timeout_s, what=f"lamp {lamp}; seen {self.lamps}")

    def says(self, text: str, *, timeout_s: float = 5.0) -> None:
        """Until the latest body holds `text`."""
        wait_until(
            lambda: bool(self.bodies) and text in self.bodies[-1],
            timeout_s=timeout_s,
            what=f"{text!r}; last {self.bodies[-1:]}",
        )


class Subscriber:
    """Extension `user` at the edge on `port` of 127.0.0.1."""

    def __init__(
        self, port: int, *, user: str, password: str, domain: str = "linekeeper", address: str = "127.0.0.1"
    ) -> None:
        self._user, self._password, self._domain, self._edge_port = user, password, domain, port
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 0))
        self._socket.connect(("127.0.0.1", port))
        self._socket.settimeout(0.2)
        self._address, self._port = self._socket.getsockname()
        self._watched: dict[str, Watched] = {}
        self._seen: set[str] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Subscriber:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Subscriptions end with the phone."""
        for watched in self._watched.values():
            if watched.tag and watched.expires_s:
                self.renew(watched, watched.event, expires_s=0)
        self._over.set()
        self._thread.join(5)
        self._socket.close()

    def watch(self, user: str, event: str = "dialog", *, expires_s: int = 600, answer: str = "200") -> Watched:
        """Subscribe; the final answer has to be `answer`."""
        call = f"{next(_numbers)}-{self._port}@lamps"
        watched = self._watched[call] = Watched(to=user)
        self._ask(call, watched, event, expires_s)
        assert f" {answer} " in watched.answer.splitlines()[0], watched.answer
        if answer == "200" and expires_s:
            wait_until(lambda: bool(watched.notifies), timeout_s=5, what=f"a first NOTIFY of {user}")
        return watched

    def renew(self, watched: Watched, event: str = "dialog", *, expires_s: int = 600) -> None:
        """Within the dialog; 0 ends it."""
        call = next(call for call, known in self._watched.items() if known is watched)
        self._ask(call, watched, event, expires_s)

    def _ask(self, call: str, watched: Watched, event: str, expires_s: int) -> None:
        watched.event, watched.expires_s = event, expires_s
        wanted = f"Event: {event}\nExpires: {expires_s}\n"
        answer = self._exchange(call, watched, wanted)
        if answer.startswith("SIP/2.0 407"):
            uri = f"sip:{watched.to}@{self._domain}"
            header = digest(answer, "SUBSCRIBE", uri, user=self._user, password=self._password)
            answer = self._exchange(call, watched, wanted + header)
        if tag := re.search(r"^To:.*(;tag=\S+)", answer, re.MULTILINE):
            watched.tag = watched.tag or tag[1]
        if not answer.startswith("SIP/2.0 200"):
            watched.expires_s = 0

    def _exchange(self, call: str, watched: Watched, headers: str) -> str:
        watched.number += 1
        watched.answer = ""
        self._send(self._subscribe(call, watched, headers))
        wait_until(lambda: watched.answer != "", timeout_s=5, what=f"an answer to SUBSCRIBE {watched.to}")
        return watched.answer

    def _subscribe(self, call: str, watched: Watched, headers: str) -> str:
        uri = f"sip:{watched.to}@{self._domain}"
        target = f"sip:127.0.0.1:{self._edge_port}" if watched.tag else uri
        return (
            f"SUBSCRIBE {target} SIP/2.0\n"
            f"Via: SIP/2.0/UDP {self._address}:{self._port};branch=z9hG4bK{call.partition('@')[0]}-{watched.number}\n"
            f"From: <sip:{self._user}@{self._domain}>;tag=s{self._port}\nTo: <{uri}>{watched.tag}\n"
            f"Call-ID: {call}\nCSeq: {watched.number} SUBSCRIBE\nMax-Forwards: 70\n"
            f"Contact: <sip:{self._user}@{self._address}:{self._port}>\n"
            f"{headers}Content-Length: 0\n\n"
        )

    def _send(self, message: str) -> None:
        self._socket.send(message.replace("\n", "\r\n").encode())

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                message = self._socket.recv(65535).decode().replace("\r\n", "\n")
            except TimeoutError:
                continue
            except ConnectionRefusedError:  # the edge restarts
                continue
            self._take(message)

    def _take(self, message: str) -> None:
        call = re.search(r"^Call-ID: (.+)$", message, re.MULTILINE)
        watched = self._watched.get(call[1].strip()) if call else None
        if watched is None:
            return
        if message.startswith("SIP/2.0"):
            if not message.startswith("SIP/2.0 1"):
                watched.answer = message
            return
        kept = [line for line in message.splitlines() if line.startswith(("Via", "From", "To", "Call-ID", "CSeq"))]
        self._send("SIP/2.0 200 OK\n" + "\n".join(kept) + "\nContent-Length: 0\n\n")
        branch = kept[0]
        if branch not in self._seen:
            self._seen.add(branch)
            watched.notifies.append(message)
