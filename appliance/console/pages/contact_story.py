"""One contact told for people: its time line in lanes, and what happened step by step, from the box's own events.

Pure. Events that this console doesn't understand (a newer box, erased ones) are left out, and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from markupsafe import Markup

from appliance import events as ev
from appliance.console.pages.charts.strips import Stretch, lane
from appliance.console.pages.shown import NOTHING, Shown
from appliance.console.pages.stretches import Lane, lanes_of
from appliance.console.pages.texts import catalogue, places
from appliance.console.reading.documents import ContactDetails
from appliance.records.quality import loss_pct, score
from appliance.records.timeline import Moment, timeline

_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NUMBERS = frozenset({"customer", "system", "number", "target"})
_DURATIONS = frozenset({"at_s", "seconds", "duration_s", "initial_delay_s"})
LOOKS: Mapping[str, str] = {
    "agent_connected": "ok",
    "agent_missed": "warn",
    "media_failed": "bad",
    "recording_refused": "bad",
    "recording_paused": "warn",
    "customer_held": "warn",
}
# Told only in the whole list: what SIP and media did, the flow's steps (they have a section of their own).
_ASIDE = frozenset({
    "leg_started", "leg_ringing", "leg_answered", "leg_ended", "leg_held", "leg_resumed", "leg_muted", "leg_unmuted",
    "flow_action_taken", "queue_requested", "routing_updated", "contact_closed", "agent_left", "attributes_updated",
})  # fmt: skip


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """second: since the epoch; look: a class of the style sheet, "" for nothing special; aside: a technical one."""

    second: int
    words: str
    look: str = ""
    aside: bool = False


class LaneShown(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    chart: Markup


class LegShown(msgspec.Struct, frozen=True, kw_only=True):
    """A party's connection with its media figures; loss in percent, opinion: estimated MOS."""

    leg: str
    role: str
    agent: str
    codec: str
    trunk: str
    loss: float | None
    jitter_ms: float | None
    rtt_ms: float | None
    opinion: float | None


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """unread: how many events could not be understood."""

    steps: tuple[Step, ...] = ()
    lanes: tuple[LaneShown, ...] = ()
    legs: tuple[LegShown, ...] = ()
    unread: int = 0


def story(contact: ContactDetails, shown: Shown) -> Story:
    """For one reader."""
    events = [event for event in map(_event, contact.events) if event is not None]
    legs = tuple(_legs((contact.record.get("Linekeeper") or {}).get("Legs") or ()))
    unread = len(contact.events) - len(events)
    if not events:
        return Story(legs=legs, unread=unread)
    moments = timeline(events).moments
    return Story(
        steps=tuple(_step(moment, shown) for moment in moments),
        lanes=tuple(_lane(one, moments, shown) for one in lanes_of(moments)),
        legs=legs,
        unread=unread,
    )


def _event(data: Mapping[str, Any]) -> ev.ContactEvent | None:
    try:
        return msgspec.convert(data, ev.ContactEvent)
    except msgspec.ValidationError:
        return None


# ── steps ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _step(moment: Moment, shown: Shown) -> Step:
    fields = ev.body_fields(moment.body)
    kind = _CAPITAL.sub("_", str(fields["type"])).lower()
    return Step(
        second=moment.second, words=_words(kind, fields, shown), look=LOOKS.get(kind, ""), aside=kind in _ASIDE
    )  # fmt: skip


def _words(kind: str, fields: Mapping[str, Any], shown: Shown) -> str:
    key = f"event.{kind}"
    if fields.get("method") == ev.InitiationMethod.OUTBOUND and catalogue().has(f"{key}_outbound"):
        key = f"{key}_outbound"
    if not catalogue().has(key):
        return kind.replace("_", " ")
    needed = places(catalogue().texts[key].en)
    return shown.text(key, **{name: _value(name, fields.get(name), shown) for name in needed})


def _value(name: str, value: Any, shown: Shown) -> str:
    if isinstance(value, dict):
        value = value.get("address")
    if name in _NUMBERS:
        return shown.phone(value)
    if name in _DURATIONS and isinstance(value, int | float):
        return shown.lasted(value)
    if name in ("reason", "cause", "outcome", "mode"):
        return shown.word("why", value) if value else NOTHING
    return str(value) if value not in (None, "") else NOTHING


# ── lanes ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _lane(one: Lane, moments: Sequence[Moment], shown: Shown) -> LaneShown:
    begin, end = moments[0].second, moments[-1].second
    whole = max(1, end - begin)
    name = one.name if one.is_agent else shown.text(f"lane.{one.name}")
    stretches = [
        Stretch(
            begin=(part.begin - begin) / whole,
            end=(part.end - begin) / whole,
            look=part.look,
            says=f"{shown.text(f'look.{part.look}')} {shown.lasted(part.end - part.begin)}",
        )
        for part in one.parts
    ]
    says = f"{name}: " + ", ".join(one.says for one in stretches)
    return LaneShown(name=name, chart=lane(stretches, says))


# ── legs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _legs(legs: Sequence[Mapping[str, Any]]) -> Iterator[LegShown]:
    for leg in legs:
        figures = leg.get("Quality")
        quality = None
        if figures and figures.get("PacketsReceived"):
            quality = ev.LegQuality(
                received=figures["PacketsReceived"],
                lost=figures["PacketsLost"],
                sent=figures["PacketsSent"],
                jitter_ms=figures["JitterMs"],
                rtt_ms=figures["RoundTripMs"],
            )
        yield LegShown(
            leg=leg["Leg"],
            role=leg["Role"],
            agent=leg.get("Agent") or "",
            codec=leg.get("Codec") or "",
            trunk=leg.get("Trunk") or "",
            loss=loss_pct(quality) if quality else None,
            jitter_ms=quality.jitter_ms if quality else None,
            rtt_ms=quality.rtt_ms if quality else None,
            opinion=score(quality) if quality else None,
        )
