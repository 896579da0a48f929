"""The parties of a contact in their places, wired as `hearing` says.

`customer` is whose visit this is; `talker` is the one inside who talks with the customer (an agent, or the extension
that dialled); `consulted` is whom the talker brought in; supervisors listen, whisper or barge in. Change the places,
then call `rewire`. Nothing here sends SIP or writes events.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pjsua2 as pj

from appliance.contact.media.announcer import Announcer
from appliance.contact.media.hearing import (
    AGENT_SIDE,
    CONSULTED,
    CUSTOMER,
    CUSTOMER_SIDE,
    TALKER,
    Mode,
    Places,
    Recorded,
    announcer_of,
    together,
    wires,
)
from appliance.contact.media.patchbay import Patchbay, Wire
from appliance.contact.media.recorder import Recorder
from appliance.contact.protocol import MonitorMode
from appliance.contact.services import Services
from appliance.contact.sip.leg import Leg
from appliance.contact.timers import Timer

MUSIC = "music"
RINGBACK = "ringback"
CONFIRMED, REFUSED = "confirmed", "refused"  # tones for the talker
KEY_MASK_S = 0.5  # after the report of a key, which comes with its first packet (RFC 4733)
BY_COMMAND = "command"  # who holds when it is no phone: then it is the customer who waits


class Conversation:
    """The parties' places. Change them, then call `rewire`."""

    def __init__(self, services: Services) -> None:
        self.announcer = Announcer(services.engine, services.prompts, services.timers, self.rewire)
        self.talker_announcer = Announcer(services.engine, services.prompts, services.timers, self.rewire)
        self.consulted_announcer = Announcer(services.engine, services.prompts, services.timers, self.rewire)
        settings = services.settings
        self.recorder = Recorder(
            services.engine,
            services.timers,
            settings.recording_reserve_bytes,
            self.rewire,
            forbidden=Path(settings.no_recording) if settings.no_recording else None,
        )
        self.customer: Leg | None = None
        self.talker: Leg | None = None
        self.consulted: Leg | None = None
        self.talking = False  # customer and talker have answered
        self.through = False  # before that: the caller inside hears what the dialled party sends (early media)
        self.apart = False  # the talker waits aside (transfer)
        self.joined = Mode.TALK  # who talks with whom once they do
        self.holders: set[str] = set()  # ids of legs whose phones hold, and BY_COMMAND
        self.consult_recorded = False
        self._unmask: Timer | None = None
        self._timers = services.timers
        self._supervisors: dict[str, tuple[Leg, MonitorMode]] = {}
        self._patchbay = Patchbay()

    # ── places ───────────────────────────────────────────────────────────────────────────────────────────────────

    def supervise(self, leg: Leg, mode: MonitorMode) -> None:
        """`leg` listens, whispers or barges in from now on; again with another mode to change it."""
        self._supervisors[leg.leg] = (leg, mode)
        self.rewire()

    def unsupervise(self, leg: Leg) -> None:
        """`leg` supervises no longer (or never did)."""
        if self._supervisors.pop(leg.leg, None) is not None:
            self.rewire()

    def supervisors(self) -> dict[str, MonitorMode]:
        """Leg id → mode of everyone who supervises."""
        return {name: mode for name, (_, mode) in self._supervisors.items()}

    def replace(self, old: Leg, new: Leg) -> None:
        """`new` takes the place of `old` as customer, talker or consulted; a hold of `old`'s phone ends with it."""
        for place in (CUSTOMER, TALKER, CONSULTED):
            if getattr(self, place) is old:
                setattr(self, place, new)
        self.holders.discard(old.leg)
        self.rewire()

    def place_of(self, leg: Leg) -> str | None:
        """CUSTOMER, TALKER, CONSULTED, a supervisor's leg id, or None."""
        return next((place for place, one in self._everyone() if one is leg), None)

    def mask_key(self) -> None:
        """The customer presses a key while the recording is paused: nobody inside hears what the phone may sound."""
        if self._unmask is not None:
            self._unmask.cancel()
        self._unmask = self._timers.after(KEY_MASK_S, self._key_over)
        self.rewire()

    def _key_over(self) -> None:
        self._unmask = None
        self.rewire()

    def _masked(self) -> frozenset[str]:
        return frozenset() if self._unmask is None else frozenset({CUSTOMER})

    def with_(self, place: str) -> list[Leg]:
        """The legs of those among customer, talker and consulted who are together with `place` now."""
        members = together(self._mode(), self._away())
        return [leg for one, leg in self._everyone() if one in members - {place}] if place in members else []

    # ── hold ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def on_hold(self) -> bool:
        """Whether the customer, who had been connected, is with nobody; waiting for a blind transfer doesn't count."""
        return self.talking and CUSTOMER not in together(self.joined, self._away())

    @property
    def consulted_is_heard(self) -> bool:
        """Whether the consulted party is with anybody."""
        return CONSULTED in together(self.joined, self._away())

    def set_apart(self, apart: bool) -> None:
        """Put the talker aside and let the customer hear ring-back, or bring them together again."""
        self.apart = apart
        if apart:
            self.announcer.loop(RINGBACK)
        else:
            self.announcer.stop()
        self.rewire()

    # ── wires ────────────────────────────────────────────────────────────────────────────────────────────────────

    def media_gone(self, port: pj.AudioMedia | None) -> None:
        """A leg's stream was taken down or made anew: its old wires went with it."""
        self._patchbay.forget(port)
        self.rewire()

    def rewire(self) -> None:
        """State the wires that the places ask for."""
        ports = self._ports()
        wanted: list[Wire] = [(ports[source], ports[sink]) for source, sink in wires(self._places())]
        if self.recorder.current is not None:
            wanted += self.recorder.current.keep_alive()
        self._patchbay.apply(wanted)

    def _places(self) -> Places:
        everyone = [(place, leg) for place, leg in self._everyone() if not leg.ended]
        return Places(
            mode=self._mode(),
            present=frozenset(place for place, leg in everyone if leg.audio is not None),
            away=self._away(),
            muted=frozenset(place for place, leg in everyone if leg.muted) | self._masked(),
            supervisors=self.supervisors(),
            announced=frozenset(place for place, announcer in self._announcers() if announcer.port is not None),
            recorded=self._recorded(),
        )

    def _mode(self) -> Mode:
        return self.joined if (self.talking or self.through) and not self.apart else Mode.APART

    def _away(self) -> frozenset[str]:
        places = {leg.leg: place for place, leg in self._everyone()} | {BY_COMMAND: CUSTOMER}
        return frozenset(places[holder] for holder in self.holders if holder in places)

    def _recorded(self) -> Recorded | None:
        if self.recorder.current is None or self.recorder.paused:
            return None
        return Recorded(flow=self.recorder.ivr, consult=self.consult_recorded)

    def _ports(self) -> dict[str, pj.AudioMedia]:
        ports = {place: leg.audio for place, leg in self._everyone() if leg.audio is not None}
        ports |= {announcer_of(place): announcer.port for place, announcer in self._announcers()}
        if (recording := self.recorder.current) is not None:
            ports |= {CUSTOMER_SIDE: recording.customer, AGENT_SIDE: recording.agent}
        return ports

    def _everyone(self) -> Iterator[tuple[str, Leg]]:
        places = {CUSTOMER: self.customer, TALKER: self.talker, CONSULTED: self.consulted}
        yield from ((place, leg) for place, leg in places.items() if leg is not None)
        yield from ((name, leg) for name, (leg, _) in self._supervisors.items())

    def _announcers(self) -> Iterator[tuple[str, Announcer]]:
        yield CUSTOMER, self.announcer
        yield TALKER, self.talker_announcer
        yield CONSULTED, self.consulted_announcer
