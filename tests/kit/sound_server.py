"""A sound card that needs no kernel: PulseAudio with one null sink, whose monitor is the microphone.

What is played is heard, by a real clock, some 40 ms later; ALSA's pulse plugin makes a PCM of it, PortAudio sees that.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType

from kit.processes import Program, wait_until

PCM = "loop"
_SCRIPT = """\
load-module module-null-sink sink_name=ear rate=48000 channels=2
load-module module-native-protocol-unix socket={socket} auth-anonymous=1
"""
_ALSA = """\
</usr/share/alsa/alsa.conf>
pcm.loop {{
    type asym
    playback.pcm {{ type pulse server "unix:{socket}" device "ear" }}
    capture.pcm {{ type pulse server "unix:{socket}" device "ear.monitor" }}
    hint {{ show on description "loop-back" }}
}}
"""


def is_there() -> bool:
    """Whether the programs are installed (Debian: pulseaudio, libasound2-plugins)."""
    plugins = list(Path("/usr/lib").glob("*/alsa-lib/libasound_module_pcm_pulse.so"))
    return shutil.which("pulseaudio") is not None and bool(plugins)


class SoundServer:
    """A running server. A context manager. `environment`: what makes ALSA see PCM `loop`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._short = Path(tempfile.mkdtemp(prefix="lk-snd-"))  # a Unix path holds 107 characters
        socket = self._short / "native"
        script, alsa = folder / "script.pa", folder / "asound.conf"
        script.write_text(_SCRIPT.format(socket=socket))
        alsa.write_text(_ALSA.format(socket=socket))
        self.environment = {"ALSA_CONFIG_PATH": str(alsa), "HOME": str(folder)}
        words = ["pulseaudio", "-n", "-F", str(script), "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"]
        places = {"HOME": str(self._short), "XDG_RUNTIME_DIR": str(self._short), "PATH": os.environ["PATH"]}
        argv = ["env", "-i", *(f"{name}={value}" for name, value in places.items()), *words, "--disable-shm=yes"]
        self.program = Program(argv, log=folder / "pulseaudio.log", cwd=folder)
        wait_until(socket.exists, timeout_s=10, what=f"the sound server; {self.program.log}")

    def __enter__(self) -> SoundServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.program.stop()
        shutil.rmtree(self._short, ignore_errors=True)
