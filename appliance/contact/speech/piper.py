"""Piper (neural voices) as a speech engine: one helper process a model, kept because loading a model takes a second.

Optional: `pip install linekeeper[piper]`, model files in a folder. The helper (`piper_helper`) talks over pipes:
a length (4 bytes, big endian) and that many bytes, both ways.
"""

from __future__ import annotations

import contextlib
import select
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import msgspec

from appliance.contact.speech.engine import Manner, Sound, Voice
from appliance.contact.speech.programs import Patience, lower
from appliance.errors import ContactError

HELPER = (sys.executable, "-m", "appliance.contact.speech.piper_helper")
_MOST_MODELS = 3  # in memory at a time; en_US-joe-medium takes 230 MB


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What the helper is asked. length_scale: Piper's word for slowness."""

    text: str
    speaker: int
    length_scale: float


class Piper:
    """Speaks by models in the folder `models`. `Voice.name` is a model's file name without `.onnx`."""

    def __init__(self, models: Path, helper: Sequence[str] = HELPER) -> None:
        self._models = models
        self._helper = helper
        self._lock = threading.Lock()
        self._running: dict[str, _Helper] = {}

    def speak(self, text: str, voice: Voice, manner: Manner, patience: Patience) -> Sound:
        order = Order(text=" ".join(text.split()), speaker=voice.speaker, length_scale=1 / max(0.2, manner.rate))
        helper = self._of(voice.name)
        try:
            return helper.speak(order, patience)
        except ContactError:
            self._forget(voice.name, helper)
            raise

    def close(self) -> None:
        with self._lock:
            for helper in self._running.values():
                helper.end()
            self._running.clear()

    def _of(self, model: str) -> _Helper:
        """The helper that has `model`; the one unused for longest leaves for a third one."""
        path = self._models / f"{model}.onnx"
        if Path(model).name != model or not path.is_file():
            raise ContactError(f"Piper model {model!r} is not in {self._models}; put {model}.onnx and its .json there")
        with self._lock:
            found = self._running.pop(model, None)
            if found is None:
                while len(self._running) >= _MOST_MODELS:
                    self._running.pop(next(iter(self._running))).end()
                found = _Helper((*self._helper, str(path)))
            self._running[model] = found
            return found

    def _forget(self, model: str, helper: _Helper) -> None:
        with self._lock:
            if self._running.get(model) is helper:
                del self._running[model]
        helper.end()


class _Helper:
    """One process with one model; it speaks one text at a time."""

    def __init__(self, command: Sequence[str]) -> None:
        self._busy = threading.Lock()
        try:
            self._child = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
            )
        except OSError as error:
            raise ContactError(f"Piper can't be started ({error}); install linekeeper[piper]") from error
        with contextlib.suppress(OSError):  # it may have ended already
            lower(self._child.pid)

    def speak(self, order: Order, patience: Patience) -> Sound:
        if not self._busy.acquire(timeout=patience.left_s()):
            raise ContactError("Piper is busy for too long; use espeak-ng on this box")
        try:
            self._write(msgspec.json.encode(order))
            rate_hz = int.from_bytes(self._read(4, patience), "big")
            return Sound(self._read(int.from_bytes(self._read(4, patience), "big"), patience), rate_hz)
        finally:
            self._busy.release()

    def end(self) -> None:
        """Kill it; whoever waits for it is told that it ended."""
        self._child.kill()
        self._child.wait()
        with self._busy:
            for pipe in (self._child.stdin, self._child.stdout):
                if pipe is not None:
                    pipe.close()

    def _write(self, packet: bytes) -> None:
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(len(packet).to_bytes(4, "big") + packet)
        except (OSError, ValueError) as error:  # ended, and closed already
            raise ContactError("Piper ended; is linekeeper[piper] installed and the model whole?") from error

    def _read(self, size: int, patience: Patience) -> bytes:
        assert self._child.stdout is not None
        found = b""
        while len(found) < size:
            if not select.select([self._child.stdout], [], [], patience.left_s())[0]:
                raise ContactError("Piper took too long; use espeak-ng on this box")
            piece = self._child.stdout.read(size - len(found))
            if not piece:
                raise ContactError("Piper ended; is linekeeper[piper] installed and the model whole?")
            found += piece
        return found
