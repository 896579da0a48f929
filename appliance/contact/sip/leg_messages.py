"""What SIP messages and stream statistics of a leg say, in our words. Keeps nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pjsua2 as pj

from appliance.events import LegQuality
from appliance.ids import Extension, TrunkId

_TRUNK_HEADER = re.compile(r"^X-Linekeeper-Trunk:\s*([\w-]+)\s*$", re.MULTILINE | re.IGNORECASE)
_EXTENSION_HEADER = re.compile(r"^X-Linekeeper-Extension:\s*([0-9]+)\s*$", re.MULTILINE | re.IGNORECASE)
_SDP = re.compile(r"^(?:Content-Type|c)\s*:\s*application/sdp\b", re.MULTILINE | re.IGNORECASE)
_LOST = re.compile(r"^Reason\s*:[^\r\n]*\bQ\.850\s*;\s*cause\s*=\s*27\b", re.MULTILINE | re.IGNORECASE)  # RFC 3326


def messages_of(parameters: pj.OnCallStateParam) -> Iterator[str]:
    """The messages that may have changed the leg's state; where there is none, empty ones."""
    body = parameters.e.body
    yield str(body.rxMsg.rdata.wholeMsg)
    yield str(body.tsxState.src.rdata.wholeMsg)


def has_sound(message: str) -> bool:
    """Whether the party sends sound with its answer (SDP)."""
    return _SDP.search(message) is not None


def tells_loss(message: str) -> bool:
    """Whether the leg ended because its device has gone, and nobody has hung up."""
    return _LOST.search(message) is not None


def trunk_of(message: str) -> TrunkId | None:
    """By which trunk the call went, as the edge says."""
    match = _TRUNK_HEADER.search(message)
    return None if match is None else TrunkId(match[1])


def extension_of(message: str) -> Extension | None:
    """Whose phone of several has answered, as the edge says."""
    match = _EXTENSION_HEADER.search(message)
    return None if match is None else Extension(match[1])


def quality_of(stat: pj.StreamStat, before: LegQuality | None) -> LegQuality:
    """What a stream has done, with `before`: what the leg's streams before it did."""
    received, sent = stat.rtcp.rxStat, stat.rtcp.txStat
    before = before or LegQuality()
    return LegQuality(
        received=before.received + received.pkt,
        lost=before.lost + received.loss,
        sent=before.sent + sent.pkt,
        jitter_ms=max(before.jitter_ms, received.jitterUsec.max / 1000),
        rtt_ms=max(before.rtt_ms, stat.rtcp.rttUsec.mean / 1000),
    )
