"""A small SIP user agent: one endpoint of pjsua2, one account, a few calls, one sound port. One a process, never two.

`poll` makes everything happen in the thread that calls it; only `wake` may be called from another one, and only the
sound exchange is called from another one. The media clock runs only while a call has sound. Loopback only: the edge is
on this machine.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import socket
import time
from typing import Protocol

import pjsua2 as pj

from appliance.devices.agent.call import CallOwner, DeviceCall, vendor
from appliance.devices.agent.endpoint import choose_codecs, make_endpoint, open_port
from appliance.devices.agent.settings import AgentSettings, Party, name_addr
from appliance.devices.agent.sound import Nothing, SoundExchange, SoundPort
from appliance.devices.agent.urgency import hurry, prepare, rest

_WAKE = b"\r\n\r\n"  # an RFC 5626 §3.5.1 keep-alive, which the SIP stack swallows
_RTP_PORTS = 4
FORBIDDEN = 403
# Until a refused registration is tried again, first and at most: the edge bears ten wrong passwords in five minutes,
# and refuses a right one while its database is being written.
FIRST_REFUSED_S, REFUSED_S = 3.0, 60.0
_FAREWELL_S = 2.0  # for BYEs and the de-registration
_log = logging.getLogger(__name__)


class AgentOwner(CallOwner, Protocol):
    """Who is told what happens: the device's service."""

    def registered(self, status: int) -> None:
        """200: calls reach us. 401, 403: the password is wrong. 408, 503: no edge; it is tried again."""

    def call_offered(self, call: DeviceCall) -> None:
        """Somebody calls. Say something at once: `call.reply(180)`, or refuse."""


class UserAgent:
    """Create it in the process that polls it. Raises DevicesError."""

    def __init__(self, settings: AgentSettings, owner: AgentOwner, exchange: SoundExchange | None = None) -> None:
        gc.disable()  # a Call that is collected hangs up whatever call has its id by then (pjproject issue 3856)
        prepare()
        self.settings = settings
        self.calls: list[DeviceCall] = []
        self._owner = owner
        self._over: list[DeviceCall] = []
        self._clock_runs = False
        self._litter = False
        with vendor(f"SIP port {settings.address}:{settings.sip_port} can't be opened; is the device served twice?"):
            self._endpoint = make_endpoint(settings)
            self.sip_port = open_port(self._endpoint, settings)
            self._endpoint.libStart()
            choose_codecs(self._endpoint)
            self._endpoint.audDevManager().setNoDev()
            self.sound = SoundPort(exchange or Nothing())
            self._account = _Account(self)
            self._account.create(self._account_config())
        self._waker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    @property
    def owner(self) -> AgentOwner:
        return self._owner

    @property
    def call(self) -> DeviceCall | None:
        """The oldest call that has not ended."""
        return self.calls[0] if self.calls else None

    def dial(self, number: str, *, caller: Party | None = None, headers: dict[str, str] | None = None) -> DeviceCall:
        """Call `number` by the edge. caller: shown as From (a trunk's caller); None: the agent itself. Raises
        DevicesError."""
        call = DeviceCall(self, self._account)
        self.calls.append(call)
        sender = name_addr(caller, self.settings.address) if caller is not None else ""
        try:
            call.dial(f"sip:{number}@{self.settings.edge}", caller=sender, headers=headers)
        except Exception:
            if call in self.calls:  # pjsua2 may have told of its end already
                self.calls.remove(call)
            raise
        return call

    def poll(self, timeout_s: float) -> None:
        """Let SIP happen for at most `timeout_s`; returns early after `wake`, and after anything that happened."""
        self._endpoint.libHandleEvents(max(0, round(timeout_s * 1000)))
        self._over.clear()
        self._account.turn(time.monotonic())
        if self._litter and not self.calls:
            self._litter = False
            gc.collect()

    def wake(self) -> None:
        """Make a `poll` that waits return. From any thread."""
        self._waker.sendto(_WAKE, (self.settings.address, self.sip_port))

    def close(self) -> None:
        """Hang up, take the registration back, stop the clock. The process should end soon after."""
        for call in tuple(self.calls):
            call.hang_up(503)
        if self.settings.password is not None:
            with contextlib.suppress(pj.Error):
                self._account.setRegistration(False)
        until = time.monotonic() + _FAREWELL_S
        while (self.calls or self._account.is_registered) and time.monotonic() < until:
            self.poll(0.05)
        self._stop_clock()
        self._waker.close()

    # ── asked by calls and account ───────────────────────────────────────────────────────────────────────────────

    def arrived(self, call_id: int, message: str, source: str) -> None:
        """An INVITE. source: host:port that sent it."""
        call = DeviceCall(self, self._account, call_id, message=message)
        self.calls.append(call)
        if self.settings.edge_only and source != self.settings.edge:
            _log.warning("a call from %s, which is not the edge: refused", source)
            call.reply(FORBIDDEN)
            return
        self._owner.call_offered(call)

    def wire(self, call: DeviceCall) -> None:
        """The first call that has sound has the device; one that is muted is not heard."""
        if call.audio is None or call is not self._with_sound():
            return
        self._start_clock()
        with vendor("the call's sound can't be wired"):
            call.audio.startTransmit(self.sound)
            if call.muted:
                self.sound.stopTransmit(call.audio)
            else:
                self.sound.startTransmit(call.audio)

    def over(self, call: DeviceCall) -> None:
        """pjsua2 has ended it; its object goes when the callback has returned."""
        if call in self.calls:
            self.calls.remove(call)
        self._over.append(call)
        self._litter = True
        if not self.calls:
            self._stop_clock()
        elif (heir := self._with_sound()) is not None:
            self.wire(heir)

    def _with_sound(self) -> DeviceCall | None:
        return next((call for call in self.calls if call.audio is not None), None)

    # ── the endpoint ─────────────────────────────────────────────────────────────────────────────────────────────

    def _start_clock(self) -> None:
        if not self._clock_runs:
            with vendor("the media clock can't be started"):
                self._endpoint.audDevManager().setNullDev()
            self._clock_runs = True
            if self.settings.hurry:
                hurry()

    def _stop_clock(self) -> None:
        if self._clock_runs:
            self._clock_runs = False
            with vendor("the media clock can't be stopped"):
                self._endpoint.audDevManager().setNoDev()
            if self.settings.hurry:
                rest()

    def _account_config(self) -> pj.AccountConfig:
        settings, config = self.settings, pj.AccountConfig()
        config.idUri = f"sip:{settings.user}@{settings.edge}"
        config.sipConfig.proxies.append(f"sip:{settings.edge};lr")
        if settings.password is not None:
            credential = pj.AuthCredInfo("digest", "*", settings.user, 0, settings.password)
            config.sipConfig.authCreds.append(credential)
            config.regConfig.registrarUri = f"sip:{settings.edge}"
            config.regConfig.timeoutSec = settings.expires_s
            config.regConfig.retryIntervalSec = 5
            config.regConfig.firstRetryIntervalSec = 1
            config.regConfig.unregWaitMsec = 0
        config.callConfig.timerSessExpiresSec = 1800
        media = config.mediaConfig
        media.transportConfig.boundAddress = settings.address
        media.transportConfig.port = settings.rtp_port
        media.transportConfig.portRange = _RTP_PORTS if settings.rtp_port else 0
        media.streamKaEnabled = False
        nat = config.natConfig
        nat.sipOutboundUse = nat.contactRewriteUse = nat.viaRewriteUse = nat.sdpNatRewriteUse = 0
        return config


class _Account(pj.Account):  # type: ignore[misc]  # pjsua2 has no types
    """Tells the agent what comes from outside."""

    def __init__(self, agent: UserAgent) -> None:
        super().__init__()
        self._agent = agent
        self._again_at: float | None = None
        self._patience_s = FIRST_REFUSED_S
        self.is_registered = False

    def turn(self, now: float) -> None:
        """pjsua2 never tries again what was refused; but a password may be mended."""
        if self._again_at is not None and now >= self._again_at:
            self._again_at = None
            with contextlib.suppress(pj.Error):
                self.setRegistration(True)

    def onRegState(self, parameters: pj.OnRegStateParam) -> None:  # noqa: N802
        try:
            code = int(parameters.code)
            self.is_registered = code == 200 and int(parameters.expiration) > 0
            refused = 400 <= code < 500 and code != 408
            self._again_at = time.monotonic() + self._patience_s if refused else None
            self._patience_s = min(REFUSED_S, 2 * self._patience_s) if refused else FIRST_REFUSED_S
            self._agent.owner.registered(code)
        except Exception:  # the border to C++: nothing may pass
            _log.exception("fault at a registration's answer")

    def onIncomingCall(self, parameters: pj.OnIncomingCallParam) -> None:  # noqa: N802
        try:
            data = parameters.rdata
            self._agent.arrived(int(parameters.callId), str(data.wholeMsg), str(data.srcAddress))
        except Exception:  # as above; the call is refused by the time-out of the one that calls
            _log.exception("an incoming call could not be taken")
