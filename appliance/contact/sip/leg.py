"""One party's connection: a pjsua2 call, told to its contact in our words.

Callbacks come from the process's one thread. An exception in a callback would unwind through C++, so each is guarded:
it is logged and told to the contact as a fault, and the contact ends in order.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import pjsua2 as pj

from appliance.contact.engine import vendor
from appliance.contact.sip.leg_messages import extension_of, has_sound, messages_of, quality_of, tells_loss, trunk_of
from appliance.errors import ContactError
from appliance.events import LegQuality, LegRole
from appliance.ids import AgentId, Extension, LegId, TrunkId

P = TypeVar("P")
_log = logging.getLogger(__name__)
_PHRASES = {100: "Trying", 180: "Ringing", 200: "OK"}
NEW_CALL = -1  # PJSUA_INVALID_ID
ELSEWHERE = {"Reason": 'SIP;cause=200;text="Call completed elsewhere"'}
_DIGITS = frozenset("0123456789*#")


class LegOwner(Protocol):
    """What a leg tells its contact."""

    def leg_ringing(self, leg: Leg, status: int) -> None: ...

    def leg_answered(self, leg: Leg) -> None: ...

    def leg_calling(self, leg: Leg, uri: str) -> None: ...

    def leg_media(self, leg: Leg, old: pj.AudioMedia | None) -> None: ...

    def leg_ended(self, leg: Leg, status: int, reason: str) -> None: ...

    def leg_digit(self, leg: Leg, digit: str) -> None: ...

    def leg_refers(self, leg: Leg, target: str) -> int: ...

    def leg_replaceable(self, leg: Leg) -> bool: ...

    def leg_replaced(self, leg: Leg, call_id: int, message: str) -> Leg: ...

    def leg_faulted(self, leg: Leg, error: Exception) -> None: ...


def _guarded(callback: Callable[[Any, P], None]) -> Callable[[Any, P], None]:
    def guard(self: Leg, parameters: P) -> None:
        try:
            callback(self, parameters)
        except Exception as error:  # the border to C++: nothing may pass
            _log.exception("leg %s: fault in %s", self.leg, callback.__name__)
            self.owner.leg_faulted(self, error)

    return guard


class Leg(pj.Call):  # type: ignore[misc]  # pjsua2 has no types
    """A leg. Keep a strong reference until `leg_ended`: a collected Call hangs up whatever call has its id by then."""

    def __init__(
        self, account: pj.Account, owner: LegOwner, leg: LegId, role: LegRole, call_id: int = NEW_CALL
    ) -> None:
        super().__init__(account, call_id)
        self.owner = owner
        self.leg = leg
        self.role = role
        self.incoming = call_id != NEW_CALL
        self.agent: AgentId | None = None
        self.extension: Extension | None = None
        self.members: tuple[Extension, ...] = ()  # whose phones ring, where they are several
        self.headers: dict[str, str] = {}  # of the INVITE, beside those that every leg has
        self.label = ""  # what the call is for, shown before the caller's name
        self.trunk: TrunkId | None = None
        self.audio: pj.AudioMedia | None = None
        self._replacer = ""  # the INVITE that is about to replace this leg
        self.codec = ""
        self.early = False  # the party rings and sends sound of its own with it
        self.answered = False
        self.ended = False
        self.muted = False
        self.held = False  # the party put us on hold
        self.hung_up_by_us = False
        self.lost = False  # its device has gone in the talk, and nobody has hung up
        self.quality: LegQuality | None = None

    # ── what the contact asks ────────────────────────────────────────────────────────────────────────────────────

    def dial(self, uri: str, *, caller: str, headers: dict[str, str]) -> None:
        """Send INVITE to `uri` with From `caller` (a name-addr); `leg_calling` follows."""
        operation = pj.CallOpParam(True)
        operation.txOption.localUri = caller
        _add_headers(operation, headers)
        with vendor(f"leg {self.leg} can't be dialled"):
            self.makeCall(uri, operation)

    def sip_call_id(self) -> str:
        return str(self.getInfo().callIdString)

    def reply(self, status: int) -> None:
        """Answer an incoming leg: 180, 183 (early media), 200."""
        operation = pj.CallOpParam(True)
        operation.statusCode = status
        with vendor(f"leg {self.leg} can't be answered with {status}"):
            self.answer(operation)

    def refuse(self, status: int, headers: dict[str, str]) -> None:
        """Answer an incoming leg with a failure and `headers`, which pjsua2 leaves out of a hang-up."""
        self.hung_up_by_us = True
        operation = pj.CallOpParam(True)
        operation.statusCode = status
        _add_headers(operation, headers)
        with vendor(f"leg {self.leg} can't be refused with {status}"):
            self.answer(operation)

    def hang_up(self, status: int = 0, *, elsewhere: bool = False) -> None:
        """End the leg: BYE, CANCEL, or a final answer `status` (0: 603 by default). Idempotent. `elsewhere`: a phone
        that rings is told that somebody else has answered (RFC 3326), so it shows no missed call."""
        if self.ended or self.hung_up_by_us:
            return
        self.hung_up_by_us = True
        operation = pj.CallOpParam(True)
        operation.statusCode = status
        if elsewhere:
            _add_headers(operation, ELSEWHERE)
        with contextlib.suppress(ContactError), vendor(f"leg {self.leg} can't be hung up"):
            self.hangup(operation)

    def hold(self, *, held: bool) -> None:
        """Put the party on hold by re-INVITE, or take it off."""
        operation = pj.CallOpParam(True)
        with contextlib.suppress(ContactError), vendor(f"leg {self.leg} can't be held or resumed"):
            if held:
                self.setHold(operation)
            else:
                operation.opt.flag = pj.PJSUA_CALL_UNHOLD
                self.reinvite(operation)

    def send_digits(self, digits: str) -> None:
        """Press keys towards the party (RFC 4733)."""
        with contextlib.suppress(ContactError), vendor(f"leg {self.leg} takes no keys"):
            self.dialDtmf(digits)

    def notify_referred(self, status: int) -> None:
        """Tell the party how what it asked for by REFER goes (RFC 3515 §2.4.4); a final `status` ends the telling."""
        if self.ended or self.hung_up_by_us:
            return
        over = status >= 200
        request = pj.CallSendRequestParam()
        request.method = "NOTIFY"
        state = "terminated;reason=noresource" if over else "active;expires=60"
        _add_headers(request, {"Event": "refer", "Subscription-State": state})
        request.txOption.contentType = "message/sipfrag;version=2.0"
        request.txOption.msgBody = f"SIP/2.0 {status} {_PHRASES.get(status, 'Transfer')}\r\n"
        with contextlib.suppress(ContactError), vendor(f"leg {self.leg} can't be notified"):
            self.sendRequest(request)

    # ── what pjsua2 tells ────────────────────────────────────────────────────────────────────────────────────────

    @_guarded
    def onCallState(self, parameters: pj.OnCallStateParam) -> None:  # noqa: N802
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_CALLING:
            self.owner.leg_calling(self, str(info.remoteUri))
        elif info.state == pj.PJSIP_INV_STATE_EARLY and info.role == pj.PJSIP_ROLE_UAC:
            self.early = any(map(has_sound, messages_of(parameters)))  # `audio` follows later
            self.owner.leg_ringing(self, int(info.lastStatusCode))
        elif info.state == pj.PJSIP_INV_STATE_CONNECTING:
            self._find_answerer(parameters)  # the event of a UAC's CONFIRMED is its own ACK, not the 200
        elif info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            self.answered = True
            self.owner.leg_answered(self)
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED and not self.ended:
            self.ended = True
            self.lost = any(map(tells_loss, messages_of(parameters)))
            self.owner.leg_ended(self, int(info.lastStatusCode), str(info.lastReason))

    @_guarded
    def onCallMediaState(self, _parameters: pj.OnCallMediaStateParam) -> None:  # noqa: N802
        old, self.audio = self.audio, None
        info = self.getInfo()  # must outlive the loop: its media are references into it
        for index, media in enumerate(info.media):
            if media.type != pj.PJMEDIA_TYPE_AUDIO:
                continue
            self.held = media.status == pj.PJSUA_CALL_MEDIA_REMOTE_HOLD
            if media.status in (pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD):
                self.audio = self.getAudioMedia(index)
                self.codec = str(self.getStreamInfo(index).codecName)
            break
        if not self.ended:
            self.owner.leg_media(self, old)

    @_guarded
    def onStreamDestroyed(self, parameters: pj.OnStreamDestroyedParam) -> None:  # noqa: N802
        with contextlib.suppress(pj.Error):
            self.quality = quality_of(self.getStreamStat(parameters.streamIdx), self.quality)

    @_guarded
    def onDtmfDigit(self, parameters: pj.OnDtmfDigitParam) -> None:  # noqa: N802
        if parameters.digit in _DIGITS and not self.ended:
            self.owner.leg_digit(self, str(parameters.digit))

    @_guarded
    def onCallTransferRequest(self, parameters: pj.OnCallTransferRequestParam) -> None:  # noqa: N802
        """Never below 300: pjsua2 would dial the Refer-To as it stands, past dial plan and trunks."""
        parameters.statusCode = self.owner.leg_refers(self, str(parameters.dstUri))

    @_guarded
    def onCallReplaceRequest(self, parameters: pj.OnCallReplaceRequestParam) -> None:  # noqa: N802
        """INVITE with Replaces (RFC 3891) that names our dialog, tags and all."""
        if self.owner.leg_replaceable(self):
            self._replacer = str(parameters.rdata.wholeMsg)
        else:
            parameters.statusCode = pj.PJSIP_SC_CALL_TSX_DOES_NOT_EXIST

    @_guarded
    def onCallReplaced(self, parameters: pj.OnCallReplacedParam) -> None:  # noqa: N802
        parameters.newCall = self.owner.leg_replaced(self, int(parameters.newCallId), self._replacer)

    def onCallRedirected(self, _parameters: pj.OnCallRedirectedParam) -> int:  # noqa: N802
        """A redirection is not followed (the edge knows where people are); the leg ends with its 3xx."""
        return int(pj.PJSIP_REDIRECT_REJECT)

    def _find_answerer(self, parameters: pj.OnCallStateParam) -> None:
        """By which trunk the call went, or whose phone of several has answered, as the edge says."""
        for message in messages_of(parameters):
            self.trunk = trunk_of(message) or self.trunk
            if self.members:
                self.extension = extension_of(message) or self.extension


def _add_headers(operation: pj.CallOpParam | pj.CallSendRequestParam, headers: dict[str, str]) -> None:
    for name, value in headers.items():
        header = pj.SipHeader()
        header.hName, header.hValue = name, value
        operation.txOption.headers.append(header)
