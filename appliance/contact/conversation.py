"""Who hears whom in a contact: customer, talker, the announcers' sounds and the recorder, wired as their state asks.

`customer` is whose visit this is; `talker` is the one inside who talks with the customer (an agent, or the extension
that dialled). Nothing here sends SIP or writes events.
"""

from __future__ import annotations

import pjsua2 as pj

from appliance.contact.announcer import Announcer
from appliance.contact.leg import Leg
from appliance.contact.patchbay import Patchbay, Wire
from appliance.contact.recorder import Recorder
from appliance.contact.services import Services

MUSIC = "music"
RINGBACK = "ringback"


class Conversation:
    """The parties' places. Change them, then call `rewire`."""

    def __init__(self, services: Services) -> None:
        self.announcer = Announcer(services.engine, services.prompts, services.timers, self.rewire)
        self.talker_announcer = Announcer(services.engine, services.prompts, services.timers, self.rewire)
        self.recorder = Recorder(
            services.engine, services.timers, services.settings.recording_reserve_bytes, self.rewire
        )
        self.customer: Leg | None = None
        self.talker: Leg | None = None
        self.talking = False  # both have answered
        self.through = False  # before that: the caller inside hears what the dialled party sends (early media)
        self.apart = False  # the talker waits aside (transfer)
        self.holders: set[str] = set()
        self._patchbay = Patchbay()

    @property
    def on_hold(self) -> bool:
        return bool(self.holders)

    def hold(self, holder: str) -> bool:
        """`holder` puts the other side on hold; True where it was not on hold before."""
        first = not self.holders
        self.holders.add(holder)
        return first

    def resume(self, holder: str) -> bool:
        """`holder` is back; True where nobody holds any more."""
        if holder not in self.holders:
            return False
        self.holders.discard(holder)
        return not self.holders

    def set_apart(self, apart: bool) -> None:
        """Put the talker aside and let the customer hear ring-back, or bring them together again."""
        self.apart = apart
        if apart:
            self.announcer.loop(RINGBACK)
        else:
            self.announcer.stop()
        self.rewire()

    def media_gone(self, port: pj.AudioMedia | None) -> None:
        """A leg's stream was taken down or made anew: its old wires went with it."""
        self._patchbay.forget(port)
        self.rewire()

    def rewire(self) -> None:
        """State the wires that the places ask for."""
        self._patchbay.apply(self._wires())

    def _wires(self) -> list[Wire]:
        customer, talker = _audio(self.customer), _audio(self.talker)
        wires: list[Wire] = []
        if customer is not None and talker is not None and self._together():
            wires += _voice(self.customer, customer, talker)
            wires += _voice(self.talker, talker, customer)
        if customer is not None and self.announcer.port is not None:
            wires.append((self.announcer.port, customer))
        if talker is not None and self.talker_announcer.port is not None:
            wires.append((self.talker_announcer.port, talker))
        return wires + self._recorded(customer, talker)

    def _together(self) -> bool:
        return (self.talking or self.through) and not self.holders and not self.apart

    def _recorded(self, customer: pj.AudioMedia | None, talker: pj.AudioMedia | None) -> list[Wire]:
        recording = self.recorder.current
        if recording is None:
            return []
        wires = recording.keep_alive()
        if customer is not None:
            wires += _voice(self.customer, customer, recording.customer)
        if talker is not None:
            wires += _voice(self.talker, talker, recording.agent)
        elif self.announcer.port is not None and self.recorder.ivr:
            wires.append((self.announcer.port, recording.agent))
        return wires


def _audio(leg: Leg | None) -> pj.AudioMedia | None:
    return leg.audio if leg is not None and not leg.ended else None


def _voice(leg: Leg | None, source: pj.AudioMedia, sink: pj.AudioMedia) -> list[Wire]:
    return [] if leg is None or leg.muted else [(source, sink)]
