"""What a softphone finds in its folder: configuration, the sound it talks with, and no room for what it sends."""

from __future__ import annotations

import time
from pathlib import Path

from appliance.cli.softphone.audio import write_tone

BLOCKED_S = 900
MODULES = "/usr/lib/baresip/modules"
RTP_PORTS = 20
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


def prepare(
    folder: Path, *, sip_port: int, control_port: int, rtp_first: int, talk: Path, applications: tuple[str, ...] = ()
) -> None:
    """Write all that baresip reads. `talk`: a WAV on the same file system; `applications`: modules beside the usual."""
    here = folder / "talk.wav"
    here.unlink(missing_ok=True)
    here.hardlink_to(talk)
    config = _CONFIG.format(
        sip_port=sip_port,
        control_port=control_port,
        rtp_first=rtp_first,
        rtp_last=rtp_first + RTP_PORTS - 1,
        talk=here.name,
        modules=MODULES,
    )
    config += "".join(f"module_app {name}\n" for name in applications)
    (folder / "config").write_text(config)
    _block_sent_dumps(folder)
    (folder / "accounts").touch()
    (folder / "contacts").touch()


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


def unblock(folder: Path) -> None:
    """Take away what stood where the sent sound would have been."""
    for blocker in folder.glob("dump-*-enc.wav"):
        blocker.rmdir()
