"""SIP status codes and what they mean to people, agents and records. Pure tables (RFC 3261 §21, RFC 3398 §8.2.6.1)."""

from __future__ import annotations

from appliance.events import DisconnectReason

DECLINED = 603
BUSY = frozenset({486, 600})
UNREACHABLE = frozenset({404, 410, 430, 480, 484, 503, 604})
TIMED_OUT = frozenset({408, 504})
_REASONS = {
    404: DisconnectReason.TELECOM_NUMBER_INVALID,
    410: DisconnectReason.TELECOM_NUMBER_INVALID,
    484: DisconnectReason.TELECOM_NUMBER_INVALID,
    604: DisconnectReason.TELECOM_NUMBER_INVALID,
    486: DisconnectReason.TELECOM_BUSY,
    600: DisconnectReason.TELECOM_BUSY,
    408: DisconnectReason.TELECOM_TIMEOUT,
    504: DisconnectReason.TELECOM_TIMEOUT,
    480: DisconnectReason.TELECOM_UNANSWERED,
    487: DisconnectReason.TELECOM_ORIGINATOR_CANCEL,
}


def missed_cause(status: int) -> str:
    """Why an agent's phone did not take an offer, from its final status."""
    if status in BUSY:
        return "busy"
    if status in UNREACHABLE or status in TIMED_OUT or 500 <= status < 600:
        return "unreachable"
    return "rejected"


def disconnect_reason(status: int) -> DisconnectReason:
    """Why an outgoing call was not connected."""
    return _REASONS.get(status, DisconnectReason.TELECOM_PROBLEM)


def answer_for_caller(status: int) -> int:
    """The final status the caller gets when the called leg failed with `status`: the same, but no challenge and no
    redirect may leak through, and a time-out of ours is 'temporarily unavailable' for the phone."""
    if status in (401, 407) or 300 <= status < 400:
        return 502
    if status == 408:
        return 480
    return status if 400 <= status < 700 else 500
