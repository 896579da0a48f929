"""Measures an analog line: how soon a ring is an INVITE, how late voice is, and what its service costs. Real box, real
Kamailio, a modem on a pty with an exchange in real time behind it."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bench.shares import share_of
from kit import proc
from kit.box import RunningBox
from kit.caller_sound import CallerStandard, caller_sound
from kit.exchange import Exchange, Place, Plan
from kit.line_service import line_toml, served_line
from kit.modem_on_pty import ModemOnPty
from kit.ports import reserved_ports
from kit.processes import wait_until

from appliance.clock import monotonic_s
from hw.line.caller_id import CallerId

CALLER = CallerId(number="2125550123", name="KIM MINSU", month=11, day=22, hour=18, minute=30)
CALLS = 5
RING_S, SECOND_RING_ENDS_S = (2.0, 4.0), 8.0  # as in the US
_POLL_S = 0.002


def ring(folder: Path, asked: argparse.Namespace) -> Mapping[str, Any]:
    """`invite_s`: from the first ring to the INVITE; goal: before the second ring ends."""
    plan = Plan(ring_s=RING_S, caller_after_s=2.5)
    modem = ModemOnPty("cx", plan)
    with reserved_ports(1) as ports:
        settings = {"capacity": 3, "extra": line_toml("front", modem.path, ports.take(), flow="straight")}
        with RunningBox(folder / "box", **settings) as box:
            box.install_flows()
            served_line(box, modem)
            pid = box.pid_of("appliance.devices.line")
            idle = share_of(pid, asked.seconds)
            rings = [_ring(box, modem.exchange) for _ in range(CALLS)]
            talk = _talk(box, modem, pid, asked.seconds)
            memory_mb = proc.pss_mb([pid])
    modem.close()
    told_s = plan.caller_after_s + len(caller_sound(CALLER, CallerStandard.BELL)) / 8000
    invites = sorted(invite_s for invite_s, _ in rings)
    return {
        "calls": CALLS,
        "invite_s": [round(value, 3) for value in invites],
        "caller_told_s": round(told_s, 3),
        "after_caller_ms": [round((value - told_s) * 1000) for value in invites],
        "off_hook_s": [round(value, 3) for _, value in rings],
        "second_ring_ends_s": SECOND_RING_ENDS_S,
        "cpu_idle_pct": round(idle * 100, 2),
        **talk,
        "pss_mb": round(memory_mb, 1),
        "good": invites[-1] < SECOND_RING_ENDS_S and talk["modem_underruns"] == 0 and talk["modem_lost"] == 0,
    }


def _ring(box: RunningBox, exchange: Exchange) -> tuple[float, float]:
    """Seconds from the first ring to the contact's first event, and to off-hook."""
    known = {row["contact"] for row in box.contacts()}
    exchange.call(CALLER)
    began = _when(lambda: exchange.rings > 0)
    off_hook = _when(lambda: exchange.place is Place.TALK)
    row = box.wait_contact(lambda row: row["contact"] not in known)
    first = box.events(row["contact"])[0]
    exchange.hang_up()
    box.wait_closed(row["contact"])
    wait_until(lambda: exchange.place is Place.IDLE, timeout_s=20, what="the line is at rest")
    time.sleep(2.5)  # the guard time of the line
    return first["mono_s"] - began, off_hook - began


def _talk(box: RunningBox, modem: ModemOnPty, pid: int, seconds: float) -> dict[str, Any]:
    """In the queue, with music one way and a voice the other."""
    exchange = modem.exchange
    exchange.speaking = True
    known = {row["contact"] for row in box.contacts()}
    exchange.call(CALLER)
    wait_until(lambda: exchange.place is Place.TALK, timeout_s=20, what="the box answers")
    row = box.wait_contact(lambda row: row["contact"] not in known)
    time.sleep(2.0)
    underruns, lost = modem.underruns, modem.lost
    share = share_of(pid, seconds)
    figures = {
        "cpu_talk_pct": round(share * 100, 2),
        "modem_underruns": modem.underruns - underruns,
        "modem_lost": modem.lost - lost,
        "port_bytes_a_second": modem.busiest,
    }
    exchange.hang_up()
    box.wait_closed(row["contact"])
    return figures


def _when(true: Callable[[], bool]) -> float:
    end = monotonic_s() + 30
    while not true():
        if monotonic_s() > end:
            raise AssertionError("it never came true")
        time.sleep(_POLL_S)
    return monotonic_s()
