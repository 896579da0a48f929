"""One pjsua2 endpoint: the SIP port, the media clock and the player/recorder ports of a contact process.

This module and `leg` are where pjsua2's traps are kept (architecture.md §2): one thread polls, no callback from a
foreign thread, no TLS, the null sound device (the media clock) only while there are legs, nothing collected while a
port is in use. Vendor errors leave as ContactError.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pjsua2 as pj

from appliance.clock import monotonic_s
from appliance.contact.settings import ContactSettings
from appliance.errors import ContactError
from appliance.ids import SlotId
from appliance.logs import muted

RATE_HZ = 8000
RETIRE_S = 1.0
MEDIA_PORTS = 64  # four legs, two recorders, two players, and up to pjsua2's 32 players that are let go late
CALL_PRIORITY, CLOCK_PRIORITY = 1, 2  # lowest of SCHED_RR: above everything that can wait
RTP_PORTS_PER_SLOT = 16
_WAV_LOOP = 0
_WAV_ONCE = 1  # PJMEDIA_FILE_NO_LOOP
_CODECS = ("PCMU/8000", "PCMA/8000")
_log = logging.getLogger(__name__)


@contextlib.contextmanager
def vendor(what: str) -> Iterator[None]:
    """Turns pjsua2's exception into ContactError naming `what` failed."""
    try:
        yield
    except pj.Error as error:
        raise ContactError(f"{what}: {error.reason} (pjsip status {error.status})") from error


class Engine:
    """The endpoint of one process. Create it after the fork, never before."""

    def __init__(self, settings: ContactSettings, slot: SlotId) -> None:
        self.settings = settings
        self.sip_port = settings.sip_port + slot
        self._rtp_port = settings.rtp_port + RTP_PORTS_PER_SLOT * slot
        self._clock_runs = False
        self._retired: deque[tuple[float, pj.AudioMedia]] = deque()
        with vendor(f"SIP port 127.0.0.1:{self.sip_port} can't be opened; is another box running?"):
            self.endpoint = _endpoint()
            self._open_port()
            self.endpoint.libStart()
            self._choose_codecs()
        self.endpoint.audDevManager().setNoDev()

    def poll(self, timeout_s: float) -> None:
        """Let SIP and media events happen for at most `timeout_s`; every callback comes from here."""
        self.endpoint.libHandleEvents(max(0, round(timeout_s * 1000)))
        while self._retired and self._retired[0][0] <= monotonic_s():
            self._retired.popleft()

    def start_clock(self) -> None:
        """Run the media clock. Idempotent."""
        if not self._clock_runs:
            before = _threads()
            with vendor("the media clock can't be started"):
                self.endpoint.audDevManager().setNullDev()
            self._clock_runs = True
            _hurry(clock=_threads() - before)

    def stop_clock(self) -> None:
        """Stop the media clock when no leg is left. Idempotent."""
        if self._clock_runs:
            self._clock_runs = False
            with vendor("the media clock can't be stopped"):
                self.endpoint.audDevManager().setNoDev()
            _rest()

    def account_config(self, *, by_edge: bool = True) -> pj.AccountConfig:
        """A local account: it believes everything it hears, and sends everything to the edge where `by_edge`."""
        config = pj.AccountConfig()
        config.idUri = f"sip:linekeeper@127.0.0.1:{self.sip_port}"
        if by_edge:
            config.sipConfig.proxies.append(f"sip:127.0.0.1:{self.settings.edge_port};lr")
        config.callConfig.timerSessExpiresSec = 1800
        media = config.mediaConfig
        media.transportConfig.port = self._rtp_port
        media.transportConfig.portRange = RTP_PORTS_PER_SLOT - 2
        media.transportConfig.publicAddress = self.settings.media_address
        media.streamKaEnabled = False
        config.natConfig.sipOutboundUse = 0
        config.natConfig.contactRewriteUse = 0
        config.natConfig.viaRewriteUse = 0
        config.natConfig.sdpNatRewriteUse = 0
        return config

    def retire(self, port: pj.AudioMedia) -> None:
        """Let go of a port that is no longer wired, but later: pjsua2 2.15.1 tells a player of its end of file from
        another thread, and would tell one that is gone (mended upstream in pjproject #5045)."""
        self._retired.append((monotonic_s() + RETIRE_S, port))

    def player(self, path: str, *, loop: bool) -> pj.AudioMediaPlayer:
        """A port that plays a mono PCM16 WAV file. Keep the reference as long as it is wired."""
        player = pj.AudioMediaPlayer()
        with vendor(f"{path} can't be played"):
            player.createPlayer(path, _WAV_LOOP if loop else _WAV_ONCE)
        return player

    def recorder(self, path: str) -> pj.AudioMediaRecorder:
        """A port that writes a mono PCM16 WAV file at RATE_HZ. Keep the reference until the end."""
        recorder = pj.AudioMediaRecorder()
        with vendor(f"{path} can't be recorded"):
            recorder.createRecorder(path)
        return recorder

    def _open_port(self) -> None:
        transport = pj.TransportConfig()
        transport.port = self.sip_port
        transport.boundAddress = "127.0.0.1"
        self.endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)

    def _choose_codecs(self) -> None:
        """G.711 first, G.722 as a fallback nobody prefers (the bridge runs at 8 kHz), the rest off."""
        for info in self.endpoint.codecEnum2():
            rank = 255 - _CODECS.index(name) if (name := info.codecId.rsplit("/", 1)[0]) in _CODECS else 0
            self.endpoint.codecSetPriority(info.codecId, rank)


def _hurry(clock: set[int]) -> None:
    """The process before everything that can wait, where the system allows it (RLIMIT_RTPRIO), the media clock first: a
    late tick is heard. What is forked off is as any other.

    The main thread too: the worker that reads RTP polls again at once where a socket's lock is taken (seen in pjproject
    2.15.1), so that it must never come before the thread that has the lock. It did, and burnt a processor for as long
    as a second, until the kernel let others run; two of them were a box of two processors standing still.
    """
    for thread in _threads():
        _schedule(thread, os.SCHED_RR, CLOCK_PRIORITY if thread in clock else CALL_PRIORITY)


def _rest() -> None:
    """No leg: as any other, the main thread last, for the same reason."""
    for thread in (*(_threads() - {os.getpid()}), os.getpid()):
        _schedule(thread, os.SCHED_OTHER, 0)


def _threads() -> set[int]:
    return {int(path.name) for path in Path("/proc/self/task").iterdir()}


def _schedule(thread: int, policy: int, priority: int) -> None:
    with contextlib.suppress(OSError):
        os.sched_setscheduler(thread, policy | os.SCHED_RESET_ON_FORK, os.sched_param(priority))


def _endpoint() -> pj.Endpoint:
    endpoint = pj.Endpoint()
    with muted():
        endpoint.libCreate()
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.uaConfig.maxCalls = 4
    config.uaConfig.userAgent = "Linekeeper"
    config.logConfig.level = 1
    config.logConfig.consoleLevel = 1
    config.logConfig.msgLogging = 0
    media = config.medConfig
    media.clockRate = RATE_HZ
    media.sndClockRate = RATE_HZ
    media.channelCount = 1
    media.audioFramePtime = 20
    media.ptime = 20
    media.maxMediaPorts = MEDIA_PORTS
    media.noVad = True
    media.ecTailLen = 0
    media.quality = 3
    media.sndAutoCloseTime = -1
    media.threadCnt = 1
    endpoint.libInit(config)
    return endpoint
