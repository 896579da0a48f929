"""`linekeeper sync check`: one question after the other, from the identity to what the console has, each with a remedy.

Asks the console for its position and changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable

import msgspec

from appliance.cloud.chain import Position
from appliance.config.paths import BoxPaths
from appliance.errors import ApplianceError, RequestError
from appliance.sync.delivering.actions import AskPosition, Heard, Outcome, Unreached
from appliance.sync.pacing import Pace
from appliance.sync.standing import Standing, position_on_disk, standing
from appliance.sync.wire.console_link import ConsoleLink
from appliance.sync.wire.credentials import Credentials, present_credentials
from appliance.sync.wire.switchboard_link import SwitchboardAwayError, SwitchboardLink

MOST_SKEW_S = 300.0
EXACT_S = 2.0  # the console tells whole seconds


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """what: asked; ok; text: what was found, and what helps."""

    what: str
    ok: bool
    text: str


async def check(
    paths: BoxPaths, *, credentials: Callable[[], Credentials | None] | None = None
) -> AsyncIterator[Finding]:
    """Ends early where nothing more can be asked."""
    try:
        own = present_credentials(paths.data) if credentials is None else credentials()
    except ApplianceError as error:
        yield Finding(what="identity", ok=False, text=str(error))
        return
    if own is None:
        yield Finding(what="identity", ok=False, text="this box belongs to no console; say: linekeeper enroll URL CODE")
        return
    yield Finding(what="identity", ok=True, text=f"box {own.box} of {own.url}")
    yield await _service(paths)
    async for found in _console(paths, own):
        yield found
    for found in _standing(standing(paths)) if credentials is None else ():
        yield found


async def _service(paths: BoxPaths) -> Finding:
    try:
        told = await SwitchboardLink(paths.sync_socket).call("sync.status")
    except (SwitchboardAwayError, RequestError):
        text = "it does not run; start it: systemctl start linekeeper-sync, or linekeeper up"
        return Finding(what="service", ok=False, text=text)
    warnings = told.get("warnings", [])
    return Finding(what="service", ok=not warnings, text="; ".join(warnings) or "runs")


async def _console(paths: BoxPaths, own: Credentials) -> AsyncIterator[Finding]:
    try:
        link = ConsoleLink(own, pace=Pace(None, 0.0), now=time.monotonic, wall=time.time)
    except ApplianceError as error:
        yield Finding(what="certificate", ok=False, text=str(error))
        return
    try:
        outcome = await link.perform(AskPosition())
    finally:
        await link.close()
    yield _reached(outcome)
    if link.skew_s is not None:
        yield _clock(link.skew_s)
    if isinstance(outcome, Heard):
        yield _compared(paths, own.box, outcome.position)


def _reached(outcome: Outcome) -> Finding:
    if isinstance(outcome, Heard):
        return Finding(what="console", ok=True, text=f"answers; it has {outcome.position.seq} events of this box")
    why = outcome.why if isinstance(outcome, Unreached) else "an answer that fits no question"
    return Finding(what="console", ok=False, text=f"{why}; check the network, and that the console runs")


def _clock(skew_s: float) -> Finding:
    if abs(skew_s) < EXACT_S:
        return Finding(what="clock", ok=True, text="as the console's")
    ok = abs(skew_s) <= MOST_SKEW_S
    way = "behind" if skew_s > 0 else "ahead of"
    text = f"{abs(skew_s):.0f} s {way} the console's" + ("" if ok else "; let a time server set it")
    return Finding(what="clock", ok=ok, text=text)


def _compared(paths: BoxPaths, box: str, theirs: Position) -> Finding:
    ours = position_on_disk(paths)
    if ours is None or ours.seq == 0:
        return Finding(what="chain", ok=True, text="nothing was sent yet")
    if theirs == ours:
        return Finding(what="chain", ok=True, text=f"both agree at event {ours.seq}")
    if theirs.seq != ours.seq:
        text = f"the console stands at event {theirs.seq}, the box knows of {ours.seq}; the service settles that"
        return Finding(what="chain", ok=True, text=text)
    return Finding(what="chain", ok=False, text=f"both have another history at event {ours.seq}; enrol this box anew")


def _standing(found: Standing) -> list[Finding]:
    halted = Finding(what="sending", ok=not found.halted, text=found.halted or f"{found.waiting} events wait")
    wrong = [outage for outage in found.outages if outage["agrees"] is False]
    outages = Finding(
        what="outages",
        ok=not wrong,
        text=f"{len(found.outages)} lately, "
        + (
            "all compared or not yet due"
            if not wrong
            else f"{len(wrong)} with a difference: see 'linekeeper sync status'"
        ),
    )
    return [halted, outages]
