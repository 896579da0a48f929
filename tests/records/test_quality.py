"""The estimated opinion score and the issues."""

from __future__ import annotations

import pytest

from appliance.events import LegQuality
from appliance.records.quality import audio_quality, loss_pct, score


def test_score_when_clean_then_that_of_g711() -> None:
    assert score(LegQuality(received=1000, sent=1000)) == pytest.approx(4.40, abs=0.02)


def test_score_when_loss_or_delay_grow_then_it_falls() -> None:
    lossy = [score(LegQuality(received=1000 - lost, lost=lost)) for lost in (0, 10, 50, 200, 500)]
    slow = [score(LegQuality(received=1000, rtt_ms=rtt_ms)) for rtt_ms in (0.0, 200.0, 600.0, 2000.0)]
    for falling in (lossy, slow):
        assert falling == sorted(falling, reverse=True)
        assert len(set(falling)) == len(falling)


def test_score_when_nothing_arrives_then_worst() -> None:
    dead = LegQuality(received=0, lost=1000, rtt_ms=5000.0)
    assert score(dead) == 1.0
    assert loss_pct(dead) == 100.0


def test_quality_when_thresholds_are_passed_then_issues_are_named() -> None:
    bad = LegQuality(received=900, lost=100, jitter_ms=50.0, rtt_ms=500.0)
    assert audio_quality(bad)["PotentialQualityIssues"] == ["HighPacketLoss", "HighRoundTripTime", "HighJitterBuffer"]
    assert audio_quality(LegQuality(received=1000, lost=1))["PotentialQualityIssues"] == []
