"""Measures a headset's seat whose clock runs wrong, for minutes: what is heard of it, and what its buffers do.

A machine that stands still makes any sound late. So a witness watches it (`kit.witness`), and what went wrong while the
machine stood still at least as long as needed for that is counted apart; nothing else excuses anything.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.sound_judge import RATE, clicks, gaps, tone
from kit.rtp_call import FRAME, FRAME_S, Packets, RtpCall, hurry
from kit.seat_loop import SeatLoop
from kit.witness import Stall, Witness, steal_s, stood_still_s

from hw.line.g711 import to_mulaw

SETTLE_S = 3.0
MOST_GROWTH_MS = 20.0
_WAYS = ("to_device", "from_device")
_WAY_S = 0.3  # at most, from a rupture to where it is heard
_REPORT_S = 5.0
_MS = RATE / 1000
Report = Mapping[str, Any]


def drift(folder: Path, chosen: argparse.Namespace) -> dict[str, Any]:
    """The device's clock is `ppm` too fast. From the recorded tone: clicks, gaps, gap_ms (the longest), gaps_ours
    (neither the machine stood still nor the far end was silent for as long). From the seat: what its buffers did
    (`_summary`). From the machine: stalls of 5 ms and more, the longest, and what its host has taken (steal)."""
    reports: list[Report] = []
    stalls: list[Stall] = []
    stolen = steal_s()
    hurry()
    with Witness(log=folder / "witness.log") as witness, SeatLoop(log=folder / "seat.log", ppm=chosen.ppm) as seat:
        port = seat.report()["sip_port"]
        with RtpCall(port, background=to_mulaw(tone())) as call:
            time.sleep(SETTLE_S)
            first, began = len(call.heard.sounds), time.monotonic()
            reports.append(seat.report())
            while time.monotonic() - began < chosen.minutes * 60:
                time.sleep(_REPORT_S)
                reports.append(seat.report())
                stalls += witness.stalls()
            lasted_s = time.monotonic() - began
            heard = Packets(times=call.heard.times[first:], sounds=call.heard.sounds[first:])
            sent = call.sent.times[:]
    figures: dict[str, Any] = {"ppm": chosen.ppm, "minutes": round(lasted_s / 60, 1), **_heard(heard, sent, stalls)}
    for name in _WAYS:
        figures[name] = _summary([report[name] for report in reports], lasted_s, stalls)
    figures["cpu_pct"] = round(100 * (reports[-1]["cpu_s"] - reports[0]["cpu_s"]) / lasted_s, 1)
    figures["stalls"] = sum(stall.lasted_s >= 0.005 for stall in stalls)
    figures["stall_max_ms"] = round(1000 * max((stall.lasted_s for stall in stalls), default=0.0), 1)
    figures["steal_s"] = round(steal_s() - stolen, 2)
    growth = max(figures[name]["growth_ms"] for name in _WAYS)
    figures["good"] = figures["clicks"] == 0 and figures["gaps_ours"] == 0 and growth < MOST_GROWTH_MS
    return figures


def _heard(heard: Packets, sent: Sequence[float], stalls: Sequence[Stall]) -> dict[str, Any]:
    """A gap is the machine's where that stood still as long, shortly before it was heard; and it is the far end's
    (ours, but not the seat's) where that sent nothing for as long."""
    samples = heard.samples()
    found = gaps(samples)
    seats = fars = 0
    for gap in found:
        at = heard.times[gap.first // FRAME]
        until = at + gap.lasted_ms / 1000 + FRAME_S
        still_ms = 1000 * stood_still_s(stalls, at - _WAY_S, until)
        far_ms = 1000 * _longest_pause_s(sent, at - _WAY_S, until)
        seats += max(still_ms, far_ms) < gap.lasted_ms
        fars += still_ms < gap.lasted_ms <= far_ms
        words = f"gap of {gap.lasted_ms:g} ms at {at:.3f}; machine still {still_ms:.1f} ms, far end {far_ms:.1f} ms"
        print(words, file=sys.stderr, flush=True)
    return {
        "heard_s": round(len(samples) / RATE, 1),
        "clicks": clicks(samples),
        "gaps": len(found),
        "gaps_far_end": fars,
        "gaps_ours": seats,
        "gap_ms": max((gap.lasted_ms for gap in found), default=0.0),
        "far_end_late_ms": round(1000 * _longest_pause_s(sent, sent[0], sent[-1]), 1),
    }


def _longest_pause_s(sent: Sequence[float], since: float, until: float) -> float:
    """More than there should be between two packets."""
    pauses = (after - before - FRAME_S for before, after in pairwise(sent) if before <= until and after >= since)
    return max(pauses, default=0.0)


def _summary(reports: Sequence[Report], lasted_s: float, stalls: Sequence[Stall]) -> dict[str, Any]:
    """Of one buffer: its depth early, late and at most; growth_ms: how much more above what it wanted it was in the
    second half than in the first. corrected: samples (should be what the clock is off by). ruptures, and how many of
    them the machine has made (stalled)."""
    first, last, half = reports[0], reports[-1], len(reports) // 2
    corrected = last["faster"] - last["slower"] - first["faster"] + first["slower"]
    above = [report["depth"] - report["wanted"] for report in reports]
    return {
        "early_ms": round(statistics.mean(report["depth"] for report in reports[:half]) / _MS, 1),
        "late_ms": round(statistics.mean(report["depth"] for report in reports[half:]) / _MS, 1),
        "most_ms": round(max(report["depth"] for report in reports) / _MS, 1),
        "growth_ms": round((statistics.mean(above[half:]) - statistics.mean(above[:half])) / _MS, 1),
        "corrected": corrected,
        "corrected_ppm": round(corrected / lasted_s / RATE * 1e6, 1),
        "ruptures": last["underruns"] + last["cuts"] - first["underruns"] - first["cuts"],
        "stalled": _stalled([one for one in last["ruptures"] if one not in first["ruptures"]], stalls),
        "concealed_ms": round((last["concealed"] - first["concealed"]) / _MS, 1),
    }


def _stalled(ruptures: Sequence[Report], stalls: Sequence[Stall]) -> int:
    """A rupture is the machine's where that stood still for more than the lateness which the buffer could bear, since
    the delivery before the last one."""
    count = 0
    for rupture in ruptures:
        since = rupture["at"] - rupture["since_s"] - FRAME_S
        still_s = stood_still_s(stalls, since, rupture["at"])
        count += still_s >= rupture["spare_s"]
        what = "heap" if rupture["cut"] else "nothing there"
        words = f"{what} at {rupture['at']:.3f}, {1000 * rupture['since_s']:.1f} ms after the last delivery"
        spare, still = 1000 * rupture["spare_s"], 1000 * still_s
        print(f"{words}; could bear {spare:.1f} ms, machine still {still:.1f} ms", file=sys.stderr, flush=True)
    return count
