"""A real softphone (baresip 1.0) without a sound device, driven over its TCP control interface.

It talks from a WAV file and writes down what it hears. Everything it needs lies in one folder of its own. It can't
send DTMF by SIP INFO (baresip 1.0 has no such command): use the SIPp scenario for that.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal

from appliance.cli.softphone import phone_folder
from appliance.cli.softphone.audio import Sound, read_growing_wav
from appliance.cli.softphone.control import Control, PhoneEvent
from appliance.cli.softphone.ports import PortBlock
from appliance.cli.softphone.processes import Program, wait_until


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
        self.folder = folder
        self._registrar = registrar
        folder.mkdir(parents=True, exist_ok=True)
        self.sip_port = ports.take(2)  # the one above is its TLS port
        control_port = ports.take()
        phone_folder.prepare(
            folder,
            sip_port=self.sip_port,
            control_port=control_port,
            rtp_first=ports.take_even(phone_folder.RTP_PORTS),
            talk=talk or phone_folder.write_tone_once(folder, tone_hz),
            applications=("mwi.so",) if lamp else (),
        )
        self.program = Program(["baresip", "-f", ".", "-v", "-s"], log=folder / "baresip.log", cwd=folder)
        self._control = Control(user, self.program, control_port)
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
        return self._control.wait_for(wanted, timeout_s=timeout_s, text=text)

    def pending(self) -> tuple[PhoneEvent, ...]:
        """Events that no `wait_for` has taken yet."""
        return self._control.pending()

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

        return wait_until(found, timeout_s=timeout_s, what=f"phone {self.user} hears {what or wanted}; {self.log}")

    @property
    def log(self) -> Path:
        """Standard output with the SIP trace."""
        return self.program.log

    def command(self, name: str, params: str | None = None, *, timeout_s: float = 5.0) -> str:
        """Any command of the menu module. Raises ProgramError when the phone refuses it."""
        return self._control.command(name, params, timeout_s=timeout_s)

    def stop(self) -> None:
        """End the program. A call under way is hung up by it. Safe to call twice."""
        self.program.stop()
        self._control.close()
        phone_folder.unblock(self.folder)
