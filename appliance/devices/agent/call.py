"""One call of a device's user agent, told to its owner in our words. Callbacks come from the process's one thread."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeVar

import pjsua2 as pj

from appliance.devices.agent.last_words import bye_for
from appliance.devices.agent.settings import LOST, Party, dialled_user, read_party, wants_auto_answer
from appliance.errors import DevicesError

NEW_CALL = -1  # PJSUA_INVALID_ID
BUSY, DECLINED = 486, 603
P = TypeVar("P")
_DIGITS = frozenset("0123456789*#ABCDR")  # R: flash, event 16
_log = logging.getLogger(__name__)


@contextlib.contextmanager
def vendor(what: str) -> Iterator[None]:
    """Turns pjsua2's exception into DevicesError naming `what` failed."""
    try:
        yield
    except pj.Error as error:
        raise DevicesError(f"{what}: {error.reason} (pjsip status {error.status})") from error


class CallOwner(Protocol):
    """Who is told of a call: the device's service. Nothing here may wait."""

    def call_ringing(self, call: DeviceCall, status: int) -> None:
        """The other side of an outgoing call rings; status 180 or 183, in the latter case with sound."""

    def call_answered(self, call: DeviceCall) -> None: ...

    def call_held(self, call: DeviceCall, held: bool) -> None:
        """The other side has put us on hold, or has come back."""

    def call_digit(self, call: DeviceCall, digit: str) -> None:
        """A key of the other side (RFC 4733, or SIP INFO). Never log it."""

    def call_ended(self, call: DeviceCall, status: int, reason: str) -> None:
        """The last that is heard of it. status: 200 after a talk, else why there was none."""


class Wiring(Protocol):
    """What a call asks of the agent it belongs to."""

    @property
    def owner(self) -> CallOwner: ...

    def wire(self, call: DeviceCall) -> None:
        """The call's sound has come, gone or changed."""

    def over(self, call: DeviceCall) -> None:
        """Keep it a little longer: pjsua2 is still unwinding."""


def _guarded(callback: Callable[[Any, P], None]) -> Callable[[Any, P], None]:
    def guard(self: DeviceCall, parameters: P) -> None:
        try:
            callback(self, parameters)
        except Exception:  # the border to C++: nothing may pass
            _log.exception("fault in %s; the call is ended", callback.__name__)
            self.hang_up(500)

    return guard


class DeviceCall(pj.Call):  # type: ignore[misc]  # pjsua2 has no types
    """A call, coming in or going out. The agent keeps the reference until it has ended.

    other: the caller, or who was dialled. dialled: of an incoming call, the number asked for; auto_answer: it wants to
    be answered at once. codec: "" until there is sound. local_hold: we hold them.
    """

    def __init__(self, agent: Wiring, account: pj.Account, call_id: int = NEW_CALL, *, message: str = "") -> None:
        """call_id: of an incoming call, whose INVITE is `message`."""
        super().__init__(account, call_id)
        self.incoming = call_id != NEW_CALL
        self.dialled = dialled_user(message)
        self.auto_answer = wants_auto_answer(message)
        self.last_words = ""  # of an incoming call, once it is answered (`last_words.bye_for`)
        self._invite = message
        self.audio: pj.AudioMedia | None = None
        self.codec = ""
        self.answered = self.ended = self.muted = self.held = self.local_hold = False
        self._agent = agent
        self._leaving = False
        self.other = read_party(str(self.getInfo().remoteUri)) if self.incoming else Party(user="")

    # ── what the owner asks ──────────────────────────────────────────────────────────────────────────────────────

    def dial(self, uri: str, *, caller: str = "", headers: dict[str, str] | None = None) -> None:
        """Send INVITE. caller: a name-addr for From, "" for the account's own. Raises DevicesError."""
        operation = pj.CallOpParam(True)
        operation.txOption.localUri = caller
        _add_headers(operation, headers or {})
        self.other = read_party(uri)
        with vendor("the call can't be dialled"):
            self.makeCall(uri, operation)

    def reply(self, status: int) -> None:
        """Answer an incoming call: 180 it rings, 183 with early sound, 200 it is answered, from 300 it is refused."""
        if self.ended or self._leaving:
            return
        self._leaving = status >= 300
        operation = pj.CallOpParam(True)
        operation.statusCode = status
        with contextlib.suppress(DevicesError), vendor(f"the call can't be answered with {status}"):
            self.answer(operation)

    def hang_up(self, status: int = 0, *, lost: bool = False) -> None:
        """BYE, CANCEL, or a final answer `status` (0: 603). Twice is safe. lost: the device has gone, so that the other
        party is not to be hung up on."""
        if self.ended or self._leaving:
            return
        self._leaving = True
        operation = pj.CallOpParam(True)
        operation.statusCode = status
        _add_headers(operation, LOST if lost else {})
        with contextlib.suppress(DevicesError), vendor("the call can't be hung up"):
            self.hangup(operation)

    def hold(self, *, held: bool) -> None:
        """Put the other side on hold by re-INVITE, or come back to it. Raises DevicesError while a re-INVITE runs."""
        operation = pj.CallOpParam(True)
        with vendor("the call can't be held or resumed"):
            if held:
                self.setHold(operation)
            else:
                operation.opt.flag = pj.PJSUA_CALL_UNHOLD
                self.reinvite(operation)
        self.local_hold = held

    def mute(self, muted: bool) -> None:
        """Whether the other side hears the device."""
        self.muted = muted
        self._agent.wire(self)

    def send_digits(self, digits: str) -> None:
        """Keys to the other side (RFC 4733). Never log them."""
        with contextlib.suppress(DevicesError), vendor("the call takes no keys"):
            self.dialDtmf(digits)

    # ── what pjsua2 tells ────────────────────────────────────────────────────────────────────────────────────────

    @_guarded
    def onCallState(self, parameters: pj.OnCallStateParam) -> None:  # noqa: N802
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_EARLY and info.role == pj.PJSIP_ROLE_UAC:
            self._agent.owner.call_ringing(self, int(info.lastStatusCode))
        elif info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            self.answered = True
            self.last_words = next(filter(None, (bye_for(self._invite, ack) for ack in _acks(parameters))), "")
            self._agent.owner.call_answered(self)
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED and not self.ended:
            self.ended = True
            self._agent.over(self)
            self._agent.owner.call_ended(self, int(info.lastStatusCode), str(info.lastReason))

    @_guarded
    def onCallMediaState(self, _parameters: pj.OnCallMediaStateParam) -> None:  # noqa: N802
        before, self.audio = self.held, None
        info = self.getInfo()  # must outlive the loop: its media are references into it
        for index, media in enumerate(info.media):
            if media.type == pj.PJMEDIA_TYPE_AUDIO:
                self.held = media.status == pj.PJSUA_CALL_MEDIA_REMOTE_HOLD
                if media.status in (pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD):
                    self.audio = self.getAudioMedia(index)
                    self.codec = str(self.getStreamInfo(index).codecName)
                break
        if self.ended:
            return
        self._agent.wire(self)
        if self.held is not before:
            self._agent.owner.call_held(self, self.held)

    @_guarded
    def onDtmfDigit(self, parameters: pj.OnDtmfDigitParam) -> None:  # noqa: N802
        if parameters.digit in _DIGITS and not self.ended:
            self._agent.owner.call_digit(self, str(parameters.digit))

    def onCallTransferRequest(self, parameters: pj.OnCallTransferRequestParam) -> None:  # noqa: N802
        """A device is not sent elsewhere."""
        parameters.statusCode = DECLINED

    def onCallRedirected(self, _parameters: pj.OnCallRedirectedParam) -> int:  # noqa: N802
        """A redirection is not followed; the call ends with its 3xx."""
        return int(pj.PJSIP_REDIRECT_REJECT)


def _acks(parameters: pj.OnCallStateParam) -> Iterator[str]:
    """The ACK to our 200, wherever pjsua2 has put it."""
    body = parameters.e.body
    for message in (str(body.rxMsg.rdata.wholeMsg), str(body.tsxState.src.rdata.wholeMsg)):
        if message.startswith("ACK "):
            yield message


def _add_headers(operation: pj.CallOpParam, headers: dict[str, str]) -> None:
    for name, value in headers.items():
        header = pj.SipHeader()
        header.hName, header.hValue = name, value
        operation.txOption.headers.append(header)
