"""A voice modem as the session sees it: answers commands, carries voice, with the quirks of each supported chip."""

from __future__ import annotations

from hw.modem.dle import Unshield, order, shield

ATI0 = {"cx": "56000", "usr": "5601", "other": "V90"}
NO_QUESTIONS = {"cx": ("AT+VTR=?", "AT+VRX=?", "AT+VTX=?"), "usr": (), "other": ()}  # though the commands work
VSM = {
    "cx": ['0,"SIGNED PCM",8,0,8000,0,0', '131,"ULAW",8,0,8000,0,0', '132,"ALAW",8,0,8000,0,0'],
    "usr": ['128,"8-BIT LINEAR",(8000)', '130,"A-LAW",(8000)', '131,"MU-LAW",(8000)'],
    "other": ['+VSM: 4,"G.711U",8,0,(8000),(0),(0)'],
}


BOTH, LISTEN, SPEAK = "AT+VTR", "AT+VRX", "AT+VTX"
STREAMS = (BOTH, LISTEN, SPEAK)
ENDS = {BOTH: (0x03, ord("^"), ord("!")), LISTEN: (ord("!"), ord("^"), 0x03), SPEAK: (0x03,)}


class FakeModem:
    """Bytes in, bytes out. `refuses`: beginnings of commands that it answers with ERROR; `mute`: it answers nothing;
    `stuck`: it is in the stream of a process that was killed."""

    def __init__(self, chip: str = "cx", *, refuses: tuple[str, ...] = (), mute: bool = False, stuck: bool = False):
        self.chip = chip
        self.refuses = refuses
        self.mute = mute
        self.streaming = stuck
        self.direction = BOTH  # of its stream
        self.commands: list[str] = []
        self.heard = bytearray()
        self.off_hook = False
        self.country = ""  # as +GCI has it
        self.volts = 48.0  # between tip and ring
        self.flashes = 0
        self._line = b""
        self._unshield = Unshield()
        self._echo = True

    def receive(self, data: bytes) -> bytes:
        """What it answers to `data`."""
        if self.mute:
            return b""
        answer = b""
        for byte in data:
            answer += self._stream_byte(byte) if self.streaming else self._command_byte(byte)
        return answer

    def says(self, audio: bytes = b"", *events: int) -> bytes:
        """Voice and events of the line, as they come out of the modem."""
        return shield(audio) + order(*events)

    def _stream_byte(self, byte: int) -> bytes:
        for item in self._unshield.feed(bytes([byte])):
            if isinstance(item, bytes):
                self.heard += item if self.direction != LISTEN else b""
            elif item.raw in ENDS[self.direction]:
                self.streaming = False
                return (order(0x03) if self.direction != SPEAK else b"") + b"\r\nOK\r\n"
        return b""

    def _command_byte(self, byte: int) -> bytes:
        if byte != 0x0D:
            self._line += bytes([byte])
            return b""
        text, self._line = self._line.decode("ascii", "replace"), b""
        if "AT" not in text:
            return b""
        text = text[text.index("AT") :]
        self.commands.append(text)
        return (text.encode() + b"\r\r\n" if self._echo else b"\r\n") + self._answer(text)

    def _answer(self, text: str) -> bytes:
        if (self.refuses and text.startswith(self.refuses)) or text in NO_QUESTIONS[self.chip]:
            return b"ERROR\r\n"
        if text in STREAMS:
            self.streaming, self.direction = True, text
            return b"CONNECT\r\n"
        if text == "AT+VTS=!":
            self.flashes += 1
        elif text == "ATE0V1":
            self._echo = False
        elif text.startswith("AT+VLS="):
            self.off_hook = text == "AT+VLS=1"
        elif text.startswith("AT+GCI="):
            self.country = text.removeprefix("AT+GCI=")
        return self._told(text) + b"OK\r\n"

    def _told(self, text: str) -> bytes:
        """Before the OK."""
        told = {"ATI0": ATI0[self.chip], "AT+VSM=?": "\r\n".join(VSM[self.chip])}
        if self.chip == "cx":
            told["AT-TRV"] = f"-TRV: {self.volts}"
        return f"{told[text]}\r\n\r\n".encode() if text in told else b""
