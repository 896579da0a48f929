"""A second make of softphone: pjsua2 in a process of its own, for what baresip 1.0 can't do (attended transfer).

`PjsuaPhone` is the test's end, `Phone` the phone: one JSON command a line, one JSON answer a line. Audio: a tone is
sent, what is heard of each call goes to a WAV file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pjsua2 as pj
from kit.audio import Sound, read_growing_wav, write_tone
from kit.guest import patience
from kit.ports import PortBlock
from kit.processes import wait_until

Json = dict[str, Any]
WAV_HEADER = 44  # bytes
PATIENCE_S = patience(10.0)


class PjsuaPhone:
    """A registered softphone with numbered calls, from 0. A context manager."""

    def __init__(
        self, folder: Path, ports: PortBlock, *, user: str, password: str, registrar: str, tone_hz: float
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        write_tone(folder / "voice.wav", frequency_hz=tone_hz, duration_s=1.0)
        self.user = user
        self.folder = folder
        self._registrar = registrar
        setting = {
            "user": user,
            "password": password,
            "registrar": registrar,
            "sip_port": ports.take(),
            "rtp_port": ports.take_even(8),
            "folder": str(folder),
        }
        with (folder / "phone.log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, __file__, json.dumps(setting)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
            )

    def __enter__(self) -> Self:
        self.until("registered", True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE_S)
        self._process.stdout.close()

    def ask(self, command: str, **arguments: Any) -> Json:
        """Do it; the phone's state afterwards."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": command, **arguments}).encode() + b"\n")
        self._process.stdin.flush()
        answer: Json = json.loads(self._process.stdout.readline())
        assert "fault" not in answer, answer
        return answer

    def until(self, name: str, wanted: object, *, timeout_s: float = PATIENCE_S) -> None:
        """Until the phone's state has `name` = `wanted`: registered, transfer (last status), call states by number."""
        wait_until(lambda: self.ask("show").get(name) == wanted, timeout_s=timeout_s, what=f"{name} {wanted}")

    def dial(self, target: str) -> None:
        self.ask("dial", uri=f"sip:{target}@{self._registrar}")

    def wait_call(self, number: int, state: str, *, timeout_s: float = PATIENCE_S) -> None:
        """`state`: INCOMING, EARLY, CONFIRMED, DISCONNECTED as pjsip has them."""
        self.until(str(number), state, timeout_s=timeout_s)

    def heard(self, number: int) -> Sound:
        """What came in on a call so far."""
        path = self.folder / f"heard-{number}.wav"
        begun = path.exists() and path.stat().st_size > WAV_HEADER
        return read_growing_wav(path) if begun else Sound.empty()

    def hears(self, number: int, frequency_hz: float, *, timeout_s: float = PATIENCE_S) -> None:
        """Until the last 0.3 s of the call were this tone."""

        def heard() -> bool:
            sound = self.heard(number)
            return sound.duration_s >= 0.3 and sound.part(-0.3).has_tone(frequency_hz)

        wait_until(heard, timeout_s=timeout_s, what=f"{frequency_hz:g} Hz at {self.user}")


class Call(pj.Call):  # type: ignore[misc]  # pjsua2 has no types
    """One call of the phone; keeps its state in the phone's."""

    def __init__(self, phone: Phone, number: int, call_id: int = -1) -> None:
        super().__init__(phone.account, call_id)
        self.phone = phone
        self.number = number
        self.recorder: pj.AudioMediaRecorder | None = None

    def onCallState(self, _parameters: pj.OnCallStateParam) -> None:  # noqa: N802
        self.phone.state[str(self.number)] = str(self.getInfo().stateText)

    def onCallMediaState(self, _parameters: pj.OnCallMediaStateParam) -> None:  # noqa: N802
        info = self.getInfo()  # must outlive the loop
        if not any(media.status == pj.PJSUA_CALL_MEDIA_ACTIVE for media in info.media):
            return
        if self.recorder is None:
            self.recorder = pj.AudioMediaRecorder()
            self.recorder.createRecorder(str(self.phone.folder / f"heard-{self.number}.wav"))
        audio = self.getAudioMedia(-1)
        audio.startTransmit(self.recorder)
        self.phone.voice.startTransmit(audio)

    def onCallTransferStatus(self, parameters: pj.OnCallTransferStatusParam) -> None:  # noqa: N802
        self.phone.state["transfer"] = int(parameters.statusCode)


class Account(pj.Account):  # type: ignore[misc]  # pjsua2 has no types
    """The phone's registration."""

    def __init__(self, phone: Phone) -> None:
        super().__init__()
        self.phone = phone

    def onRegState(self, parameters: pj.OnRegStateParam) -> None:  # noqa: N802
        self.phone.state["registered"] = int(parameters.code) == 200

    def onIncomingCall(self, parameters: pj.OnIncomingCallParam) -> None:  # noqa: N802
        self.phone.add("INCOMING", int(parameters.callId))


class Phone:
    """The phone itself, in its own process."""

    def __init__(self, setting: Json) -> None:
        self.folder = Path(setting["folder"])
        self.state: Json = {"registered": False, "transfer": 0}
        self.calls: dict[int, Call] = {}
        self.endpoint = _endpoint(setting["sip_port"])
        self.voice = pj.AudioMediaPlayer()
        self.voice.createPlayer(str(self.folder / "voice.wav"))
        self.account = Account(self)
        self.account.create(_account(setting))

    def add(self, state: str, call_id: int = -1) -> Call:
        number = len(self.calls)
        self.calls[number] = Call(self, number, call_id)
        self.state[str(number)] = state
        return self.calls[number]

    def obey(self, command: Json) -> Json:
        """The state afterwards, or a fault."""
        try:
            self._do(command)
        except (KeyError, pj.Error) as error:
            return {"fault": f"{type(error).__name__}: {error}"}
        return self.state

    def _do(self, command: Json) -> None:
        operation = pj.CallOpParam(True)
        match command["do"]:
            case "dial":
                self.add("CALLING").makeCall(command["uri"], operation)
            case "answer":
                operation.statusCode = 200
                self.calls[command["call"]].answer(operation)
            case "hold":
                self.calls[command["call"]].setHold(operation)
            case "transfer":
                self.calls[command["call"]].xferReplaces(self.calls[command["to"]], operation)
            case "hang_up":
                self.calls[command["call"]].hangup(operation)


def main(setting: Json) -> None:
    """Until standard input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    phone = Phone(setting)
    os.set_blocking(0, False)
    rest = b""
    while (chunk := _read(0)) != b"":
        phone.endpoint.libHandleEvents(10)
        *lines, rest = (rest + (chunk or b"")).split(b"\n")
        for line in lines:
            print(json.dumps(phone.obey(json.loads(line))), file=answers, flush=True)
    os._exit(0)


def _read(file: int) -> bytes | None:
    """What there is; None for nothing yet, empty at the end."""
    try:
        return os.read(file, 65536)
    except BlockingIOError:
        return None


def _endpoint(sip_port: int) -> pj.Endpoint:
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.logConfig.level = config.logConfig.consoleLevel = 0
    config.medConfig.clockRate = config.medConfig.sndClockRate = 8000
    config.medConfig.noVad = True
    config.medConfig.ecTailLen = 0
    endpoint.libInit(config)
    transport = pj.TransportConfig()
    transport.port, transport.boundAddress = sip_port, "127.0.0.1"
    endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
    endpoint.libStart()
    endpoint.audDevManager().setNullDev()
    return endpoint


def _account(setting: Json) -> pj.AccountConfig:
    config = pj.AccountConfig()
    config.idUri = f"sip:{setting['user']}@{setting['registrar']}"
    config.regConfig.registrarUri = f"sip:{setting['registrar']}"
    config.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", setting["user"], 0, setting["password"]))
    config.mediaConfig.transportConfig.port = setting["rtp_port"]
    config.mediaConfig.transportConfig.boundAddress = "127.0.0.1"
    return config


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
