"""Turns what a run left behind into the figures of the bench, and says on standard error what is behind them."""

from __future__ import annotations

import statistics
from collections import Counter
from typing import Any

from bench.drive import AGENT_HZ, CUSTOMER_HZ, Run, say
from kit import heard, recordings
from kit.flows import TONE_S, WELCOME
from kit.sipp import Sipp


def judge(run: Run) -> dict[str, Any]:
    """The figures."""
    setups, call_seconds = _caller_times(run.caller)
    agent_setups = _agent_setups(run)
    talks = [talk for talk in map(_talk_s, run.contacts) if talk is not None]
    least_s = max(0.0, min(talks, default=0.0) - 1.0)
    found = heard.ways(run.media, least_s=least_s)
    pairs = heard.pairs(found)
    cpu = {kind: spent - run.before.cpu_s.get(kind, 0.0) for kind, spent in run.after.cpu_s.items()}
    _explain(run, cpu, call_seconds, found)
    return {
        "calls": run.load.calls,
        "failed": run.load.calls - min(run.caller.result().successful, len(pairs)),
        "setup_ms_p50": _percentile(setups, 50),
        "setup_ms_p99": _percentile(setups, 99),
        "agent_setup_ms_p50": _percentile(agent_setups, 50),
        "agent_setup_ms_p99": _percentile(agent_setups, 99),
        "cores_per_call": round(sum(cpu.values()) / call_seconds, 5) if call_seconds else None,
        "pss_mb_idle": round(run.before.total_pss_mb, 1),
        "pss_mb": round(run.full.total_pss_mb, 1),
        "rtp_sent": sum(way.expected for way in found),
        "rtp_lost_pct": round(heard.lost_pct(found), 4),
        "jitter_ms_max": round(heard.worst_jitter_ms(run.media), 2),
        "recordings_valid": _valid_recordings(run),
    }


def _caller_times(caller: Sipp) -> tuple[list[float], float]:
    """Set-up times in ms (first INVITE → 200), and the sum of the calls' durations in s (200 → BYE)."""
    invited: dict[str, float] = {}
    answered: dict[str, float] = {}
    seconds = 0.0
    for line in caller.timeline():
        if line.sent and line.cseq.endswith("INVITE"):
            invited.setdefault(line.call_id, line.at)
        elif not line.sent and line.cseq.endswith("INVITE") and line.first_line.startswith("SIP/2.0 200"):
            answered.setdefault(line.call_id, line.at)
        elif line.sent and line.cseq.endswith("BYE") and line.call_id in answered:
            seconds += line.at - answered[line.call_id]
    return [1000.0 * (answered[call] - invited[call]) for call in answered], seconds


def _agent_setups(run: Run) -> list[float]:
    """Milliseconds from the end of the prompt to the INVITE at the agent's phone."""
    invited: dict[str, float] = {}
    for line in run.agents.timeline():
        if not line.sent and line.cseq.endswith("INVITE"):
            invited.setdefault(line.call_id, line.at)
    found: list[float] = []
    for contact in run.contacts:
        prompt = _first(contact, "FlowActionTaken", action_type="MessageParticipant")
        leg = _first(contact, "LegStarted", role="agent")
        if prompt is not None and leg is not None and leg["sip_call_id"] in invited:
            found.append(1000.0 * (invited[leg["sip_call_id"]] - prompt["wall_s"]))
    return found


def _prompt_to_invite_ms(run: Run) -> list[float]:
    """As `_agent_setups`, seen from outside only: 200 at the caller + the prompt's length → INVITE at the agent."""
    answered: dict[str, float] = {}
    for line in run.caller.timeline():
        if not line.sent and line.cseq.endswith("INVITE") and line.first_line.startswith("SIP/2.0 200"):
            answered.setdefault(line.call_id, line.at)
    invited = {line.call_id: line.at for line in run.agents.timeline() if not line.sent and "INVITE" in line.cseq}
    found: list[float] = []
    for contact in run.contacts:
        customer, agent = _first(contact, "LegStarted", role="customer"), _first(contact, "LegStarted", role="agent")
        if customer is not None and agent is not None and agent["sip_call_id"] in invited:
            ended = answered.get(customer["sip_call_id"], 0.0) + TONE_S[WELCOME]
            found.append(1000.0 * (invited[agent["sip_call_id"]] - ended))
    return found


def _talk_s(contact: dict[str, Any]) -> float | None:
    """How long customer and agent heard each other."""
    began, ended = _first(contact, "AgentConnected"), _first(contact, "ContactDisconnected")
    return None if began is None or ended is None else ended["mono_s"] - began["mono_s"]


def _valid_recordings(run: Run) -> int:
    talk_of = {contact["contact"]["contact"]: _talk_s(contact) for contact in run.contacts}
    valid = 0
    for row in run.recordings:
        length_s = talk_of.get(row["contact"]) or 0.0
        found = recordings.problems(
            row["file"], length_s=length_s, tolerance_s=0.5, customer_hz=CUSTOMER_HZ, agent_hz=AGENT_HZ
        )
        valid += not found
        if found:
            say(f"recording {row['recording']}: {'; '.join(found[:4])}")
    return valid


def _explain(run: Run, cpu: dict[str, float], call_seconds: float, found: list[heard.Way]) -> None:
    shares = ", ".join(f"{kind} {1000 * spent / max(call_seconds, 1):.2f}" for kind, spent in sorted(cpu.items()))
    say(f"CPU in ms per call-second: {shares}; {call_seconds:.0f} call-seconds")
    for name, used in (("idle", run.before), ("full", run.full)):
        say(f"PSS in MB, {name}: " + ", ".join(f"{kind} {mb:.1f}" for kind, mb in sorted(used.pss_mb.items())))
    say(f"media plant: {run.media['cpu_s']:.1f} s CPU, latest slot {run.media['late_ms']:.1f} ms late")
    outside = _prompt_to_invite_ms(run)
    say(f"end of prompt to INVITE, from outside: p50 {_percentile(outside, 50)}, p99 {_percentile(outside, 99)} ms")
    ends = Counter(_end(contact) for contact in run.contacts)
    say(f"contacts: {dict(ends)}")
    for way in sorted(found, key=lambda each: -each.lost)[:5]:
        if way.lost:
            say(f"stream {way.sender} → {way.listener}: {way.lost} of {way.expected} frames lost")


def _end(contact: dict[str, Any]) -> str:
    ended = _first(contact, "ContactDisconnected")
    connected = _first(contact, "AgentConnected")
    return f"{'talked' if connected else 'no agent'}, {ended['reason'] if ended else 'not ended'}"


def _first(contact: dict[str, Any], kind: str, **fields: object) -> dict[str, Any] | None:
    events: list[dict[str, Any]] = contact["events"]
    return next((each for each in events if each["type"] == kind and fields.items() <= each.items()), None)


def _percentile(values: list[float], percent: int) -> float | None:
    if len(values) < 2:
        return round(values[0], 2) if values else None
    return round(statistics.quantiles(values, n=100, method="inclusive")[percent - 1], 2)
