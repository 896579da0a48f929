"""A real softphone (baresip 1.0) without a sound device, driven over its TCP control interface.

It talks from a WAV file and writes down what it hears. Everything it needs lies in one folder of its own. It can't
send DTMF by SIP INFO (baresip 1.0 has no such command): use the SIPp scenario for that.
"""

from __future__ import annotations

import itertools
import json
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from appliance.cli.softphone.audio import Sound, read_growing_wav, write_tone
from appliance.cli.softphone.ports import PortBlock
from appliance.cli.softphone.processes import Program, ProgramError, wait_until

BLOCKED_S = 900
MODULES = "/usr/lib/baresip/modules"
TALK_S = 90.0

_CONFIG = """\
poll_method epoll
sip_listen 127.0.0.1:{sip_port}
net_interface 127.0.0.1
call_local_timeout 120
call_max_calls 4
audio_player none,
audio_alert none,
audio_source aufile,{talk}
audio_buffer 20-160
rtp_ports {rtp_first}-{rtp_last}
jitter_buffer_delay 0-0
module_path {modules}
module g711.so
module aufile.so
module sndfile.so
snd_path .
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control_port}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneEvent:
    """One line of the control interface. `at` is time.monotonic() when it was read."""

    kind: str  # REGISTER_OK, CALL_INCOMING, CALL_RINGING, CALL_ESTABLISHED, CALL_CLOSED …
    param: str
    peer: str
    call_id: str
    outgoing: bool
    at: float


@dataclass(slots=True)
class _Inbox:
    """What the reader thread has read, under one condition."""

    changed: threading.Condition = field(default_factory=threading.Condition)
    events: list[PhoneEvent] = field(default_factory=list)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    closed: bool = False


class Baresip:
    """One softphone with one account. A context manager: leaving it stops the program."""

    def __init__(
        self,
        folder: Path,
        ports: PortBlock,
        *,
        user: str,
        password: str,
        registrar: str,
        domain: str = "linekeeper",
        transport: Literal["udp", "tcp"] = "udp",
        codecs: Sequence[str] = ("PCMU", "PCMA"),
        tone_hz: float = 440.0,
        talk: Path | None = None,
        auto_answer: bool = False,
        registers: bool = True,
        lamp: bool = False,
    ) -> None:
        """`registrar` is host:port. It talks the tone, or the mono 8 kHz WAV `talk`. Takes up to 24 of `ports`.

        lamp: it subscribes to its messages (event MWI_NOTIFY).
        """
        self.user = user
        self._applications = ("mwi.so",) if lamp else ()
        self.folder = folder
        self._registrar = registrar
        self._tokens = itertools.count(1)
        self._inbox = _Inbox()
        folder.mkdir(parents=True, exist_ok=True)
        self.sip_port = ports.take(2)  # the one above is its TLS port
        control_port = ports.take()
        rtp_first = ports.take_even(20)
        self._prepare(control_port, rtp_first, talk or write_tone_once(folder, tone_hz))
        self.program = Program(["baresip", "-f", ".", "-v", "-s"], log=folder / "baresip.log", cwd=folder)
        self._socket = self._connect(control_port)
        self._reader = threading.Thread(target=self._read, name=f"baresip-{user}", daemon=True)
        self._reader.start()
        self._account = (
            f"<sip:{user}@{domain};transport={transport}>;auth_user={user};auth_pass={password}"
            f';outbound="sip:{registrar};transport={transport}";audio_codecs='
            + ",".join(codecs)
            + f";regint={60 if registers else 0};answermode={'auto' if auto_answer else 'manual'}"
        )
        self.command("uanew", self._account)

    def __enter__(self) -> Baresip:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # ── what the phone can do ────────────────────────────────────────────────────────────────────────────────────

    def wait_registered(self, *, timeout_s: float = 10.0) -> PhoneEvent:
        """Until the registrar has said 200."""
        return self.wait_for("REGISTER_OK", timeout_s=timeout_s)

    def unregister(self) -> None:
        """Take the binding back (Expires: 0) by deleting the account."""
        self.command("uadel", f"sip:{self.user}@linekeeper")

    def dial(self, target: str) -> None:
        """Call a number or a SIP URI through the registrar."""
        uri = target if ":" in target else f"sip:{target}@{self._registrar}"
        self.command("dial", uri)

    def answer(self) -> None:
        self.command("accept")

    def reject(self) -> None:
        """486 to a ringing call."""
        self.command("hangup")

    def hang_up(self) -> None:
        """BYE, or CANCEL while it rings at the far end."""
        self.command("hangup")

    def send_digits(self, digits: str, *, gap_s: float = 0.12) -> None:
        """RFC 4733 events, one after the other."""
        for digit in digits:
            self.command("sndcode", digit)
            time.sleep(gap_s)  # the length of a key press and the pause after it, as a person would

    def hold(self) -> None:
        """Re-INVITE, sendonly."""
        self.command("hold")

    def resume(self) -> None:
        """Re-INVITE, sendrecv."""
        self.command("resume")

    def transfer(self, target: str) -> None:
        """Blind transfer: REFER to the far end."""
        uri = target if ":" in target else f"sip:{target}@{self._registrar}"
        self.command("transfer", uri)

    # ── what it saw and heard ────────────────────────────────────────────────────────────────────────────────────

    def wait_for(
        self, wanted: str | Callable[[PhoneEvent], bool], *, timeout_s: float = 10.0, text: str = ""
    ) -> PhoneEvent:
        """The first event of that kind (with `text` in its parameter) that no earlier call has returned."""

        def fits(event: PhoneEvent) -> bool:
            return (event.kind == wanted and text in event.param) if isinstance(wanted, str) else wanted(event)

        deadline = time.monotonic() + timeout_s
        inbox = self._inbox
        with inbox.changed:
            while True:
                for at, event in enumerate(inbox.events):
                    if fits(event):
                        return inbox.events.pop(at)
                left = deadline - time.monotonic()
                if left <= 0 or inbox.closed:
                    seen = [f"{event.kind} {event.param}" for event in inbox.events]
                    raise ProgramError(f"phone {self.user}: no {wanted} in {timeout_s} s, unread {seen}; {self.log}")
                inbox.changed.wait(left)

    def pending(self) -> tuple[PhoneEvent, ...]:
        """Events that no `wait_for` has taken yet."""
        with self._inbox.changed:
            return tuple(self._inbox.events)

    def heard(self) -> Sound:
        """Everything received so far, in order; also while a call is up. Silence on the wire is no gap here."""
        files = sorted(self.folder.glob("dump-*-dec.wav"), key=lambda path: path.stat().st_mtime_ns)
        sounds = [read_growing_wav(path) for path in files if path.stat().st_size > 44]
        whole = Sound.empty()
        for sound in sounds:
            whole = whole.followed_by(sound)
        return whole

    def wait_heard(
        self, wanted: Callable[[Sound], bool], *, timeout_s: float = 10.0, since_s: float = 0.0, what: str = ""
    ) -> Sound:
        """Until `wanted` is true of what was heard after `since_s` seconds of received sound."""

        def found() -> Sound | None:
            sound = self.heard().part(since_s)
            return sound if sound.samples and wanted(sound) else None

        sound = wait_until(found, timeout_s=timeout_s, what=f"phone {self.user} hears {what or wanted}; {self.log}")
        assert sound is not None
        return sound

    @property
    def log(self) -> Path:
        """Standard output with the SIP trace."""
        return self.program.log

    def command(self, name: str, params: str | None = None, *, timeout_s: float = 5.0) -> str:
        """Any command of the menu module. Raises ProgramError when the phone refuses it."""
        token = str(next(self._tokens))
        request = {"command": name, "token": token} | ({"params": params} if params is not None else {})
        body = json.dumps(request).encode()
        self._socket.sendall(b"%d:%b," % (len(body), body))
        inbox = self._inbox
        with inbox.changed:
            inbox.changed.wait_for(lambda: token in inbox.answers or inbox.closed, timeout_s)
            answer = inbox.answers.pop(token, None)
        if answer is None or not answer.get("ok"):
            raise ProgramError(f"phone {self.user}: command {name} failed: {answer}; {self.log}\n{self.program.tail()}")
        return str(answer.get("data", ""))

    def stop(self) -> None:
        """End the program. A call under way is hung up by it. Safe to call twice."""
        self.program.stop()
        self._socket.close()
        self._reader.join(5)
        for blocker in self.folder.glob("dump-*-enc.wav"):
            blocker.rmdir()

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _prepare(self, control_port: int, rtp_first: int, talk: Path) -> None:
        here = self.folder / "talk.wav"
        here.unlink(missing_ok=True)
        here.hardlink_to(talk)
        config = _CONFIG.format(
            sip_port=self.sip_port,
            control_port=control_port,
            rtp_first=rtp_first,
            rtp_last=rtp_first + 19,
            talk=here.name,
            modules=MODULES,
        )
        config += "".join(f"module_app {name}\n" for name in self._applications)
        (self.folder / "config").write_text(config)
        _block_sent_dumps(self.folder)
        (self.folder / "accounts").touch()
        (self.folder / "contacts").touch()

    def _connect(self, port: int) -> socket.socket:
        def connected() -> socket.socket | None:
            if not self.program.running:
                raise ProgramError(f"phone {self.user} ended at start:\n{self.program.tail()}")
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=5)
            except ConnectionRefusedError:
                return None

        link = wait_until(connected, timeout_s=10, what=f"phone {self.user} listens on {port}")
        assert link is not None
        link.settimeout(None)
        return link

    def _read(self) -> None:
        buffer = b""
        while True:
            try:
                data = self._socket.recv(65536)
            except OSError:
                data = b""
            if not data:
                break
            buffer = self._take_messages(buffer + data)
        with self._inbox.changed:
            self._inbox.closed = True
            self._inbox.changed.notify_all()

    def _take_messages(self, buffer: bytes) -> bytes:
        """Netstrings: length, colon, body, comma. Returns the unfinished rest."""
        while b":" in buffer:
            length, _, rest = buffer.partition(b":")
            size = int(length)
            if len(rest) <= size:
                break
            self._take_message(json.loads(rest[:size]))
            buffer = rest[size + 1 :]
        return buffer

    def _take_message(self, message: dict[str, Any]) -> None:
        with self._inbox.changed:
            if message.get("response"):
                self._inbox.answers[str(message.get("token"))] = message
            else:
                self._inbox.events.append(_event(message))
            self._inbox.changed.notify_all()


def write_tone_once(folder: Path, frequency_hz: float) -> Path:
    """A long tone, made once per test session folder and shared by hard links."""
    path = folder.parent / f"tone-{frequency_hz:g}.wav"
    if not path.exists():
        part = write_tone(path.with_suffix(f".{folder.name}.part"), frequency_hz=frequency_hz, duration_s=TALK_S)
        part.replace(path)
    return path


def _block_sent_dumps(folder: Path) -> None:
    """Folders where baresip would write down what it sends, one for each second to come.

    baresip 1.0.0 drops its receive filters when a call is held and sets them up again only if no send filter is
    there (aufilt_setup in its audio.c): with both, nothing heard after a hold would be written.
    """
    now = time.time()
    for second in range(BLOCKED_S):
        stamp = time.strftime("%Y-%m-%d-%H-%M-%S", time.localtime(now + second))
        (folder / f"dump-{stamp}-enc.wav").mkdir(exist_ok=True)


def _event(message: dict[str, Any]) -> PhoneEvent:
    return PhoneEvent(
        kind=str(message.get("type", "")),
        param=str(message.get("param", "")),
        peer=str(message.get("peeruri", "")),
        call_id=str(message.get("id", "")),
        outgoing=message.get("direction") == "outgoing",
        at=time.monotonic(),
    )
