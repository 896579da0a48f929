"""From a leg's media figures to Connect's QualityMetrics: a score from 1.00 to 5.00 and what may be wrong. Pure.

The score is the E-model's estimate of the mean opinion score (ITU-T G.107) for G.711 with concealment: loss by
Ie-eff = 95 * Ppl / (Ppl + Bpl) with Bpl = 25.1 (G.113 Appendix I), delay by the common linear approximation of Idd.
The thresholds of the issues are ours (Amazon doesn't publish any): loss 3 %, round trip 400 ms (G.114's 200 ms one
way is "most users satisfied"), jitter 40 ms.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from appliance.events import LegEnded, LegQuality, LegRole
from appliance.records.timeline import Moment

_BASE_R = 93.2
_BURST_ROBUSTNESS = 25.1
_PACKET_MS = 20.0
_KNEE_MS = 177.3
HIGH_LOSS_PCT = 3.0
HIGH_ROUND_TRIP_MS = 400.0
HIGH_JITTER_MS = 40.0


def quality_metrics(moments: Sequence[Moment]) -> dict[str, Any] | None:
    """The `QualityMetrics` object, None where nothing was received: by role, where a role had several legs the one
    that received most."""
    best: dict[LegRole, LegQuality] = {}
    for moment in moments:
        match moment.body:
            case LegEnded(role=role, quality=LegQuality() as quality) if quality.received > 0:
                best[role] = max(quality, best.get(role, quality), key=lambda found: found.received)
    agent, customer = (best.get(role) for role in (LegRole.AGENT, LegRole.CUSTOMER))
    if agent is None and customer is None:
        return None
    return {
        "Agent": {"Audio": audio_quality(agent)} if agent else None,
        "Customer": {"Audio": audio_quality(customer)} if customer else None,
    }


def audio_quality(quality: LegQuality) -> dict[str, Any]:
    """The `Audio` object: QualityScore (two decimals) and PotentialQualityIssues."""
    found = {
        "HighPacketLoss": loss_pct(quality) > HIGH_LOSS_PCT,
        "HighRoundTripTime": quality.rtt_ms > HIGH_ROUND_TRIP_MS,
        "HighJitterBuffer": quality.jitter_ms > HIGH_JITTER_MS,
    }
    return {"QualityScore": score(quality), "PotentialQualityIssues": [name for name, is_so in found.items() if is_so]}


def loss_pct(quality: LegQuality) -> float:
    """Lost of expected packets, in percent."""
    expected = quality.received + quality.lost
    return 100.0 * max(0, quality.lost) / expected if expected > 0 else 0.0


def score(quality: LegQuality) -> float:
    """Estimated mean opinion score, 1.00 to 5.00 (G.107 Annex B gives at most 4.41 for G.711)."""
    loss = loss_pct(quality)
    delay_ms = quality.rtt_ms / 2 + 2 * quality.jitter_ms + _PACKET_MS
    delay = 0.024 * delay_ms + 0.11 * max(0.0, delay_ms - _KNEE_MS)
    rating = _BASE_R - delay - 95.0 * loss / (loss + _BURST_ROBUSTNESS)
    if rating <= 0:
        return 1.0
    opinion = 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6
    return round(min(5.0, max(1.0, opinion)), 2)
