"""Who calls, out of what an idle line says: FSK of both tone plans, or keys, behind a ring or an alert. Pure.

It listens only for the time in which a caller id may come, because following every sample costs a processor. Both FSK
plans are followed at once: they lie 100 Hz apart, and a checksum tells which one was meant. What arrives damaged is
counted and dropped.
"""

from __future__ import annotations

import logging
from array import array
from collections.abc import Iterator, Sequence

from hw.daa.caller_id_dtmf import KeyedCallerId
from hw.daa.fsk import PLANS, Demodulator
from hw.daa.goertzel import Goertzel
from hw.daa.keys import KeyReceiver
from hw.daa.messages import Messages
from hw.errors import SignalError
from hw.line.caller_id import CallerId

log = logging.getLogger(__name__)
LISTEN_S = 5.0  # behind a ring or an alert
ALERT_HZ = (2130.0, 2750.0)  # DT-AS, EN 300 659-1
ALERT_BLOCKS = 3  # of 20 ms in a row; the alert lasts 88 to 110 ms
_PURITY, _LEAST_POWER = 0.8, (32768 * 10 ** (-45 / 20)) ** 2


class AlertDetector:
    """The dual-tone alert of an idle line, in blocks of 20 ms."""

    def __init__(self) -> None:
        self._goertzel = Goertzel(ALERT_HZ)
        self._blocks = 0

    def feed(self, block: Sequence[int]) -> bool:
        """Whether the alert is certain with just this block."""
        shares, power = self._goertzel.powers(block)
        heard = power >= _LEAST_POWER and sum(shares) >= _PURITY and min(shares) >= 0.15
        self._blocks = self._blocks + 1 if heard else 0
        return self._blocks == ALERT_BLOCKS


class CallerListener:
    """From `begin` for LISTEN_S. `damaged`: how many transmissions were heard and couldn't be believed."""

    def __init__(self) -> None:
        self.damaged = 0
        self._until = 0.0
        self._told_damaged = False  # in this listening
        self._begin_anew()

    def begin(self, now: float) -> None:
        """It rang, or the exchange alerted."""
        if now >= self._until:
            self._begin_anew()
        self._until = now + LISTEN_S

    def feed(self, samples: array[int], now: float) -> CallerId | None:
        """The caller, as soon as a whole undamaged transmission has been heard."""
        if now >= self._until:
            return None
        for caller in (*self._by_fsk(samples), *self._by_keys(samples)):
            self._until = 0.0
            return caller
        return None

    def _by_fsk(self, samples: array[int]) -> Iterator[CallerId]:
        for demodulator, messages in self._fsk:
            for byte in demodulator.feed(samples):
                try:
                    caller = messages.feed(byte)
                except SignalError as error:
                    self._damaged(error)
                    continue
                if caller is not None:
                    yield caller

    def _by_keys(self, samples: array[int]) -> Iterator[CallerId]:
        for key in self._receiver.feed(samples):
            try:
                caller = self._keyed.feed(key)
            except SignalError as error:
                self._damaged(error)
                continue
            if caller is not None:
                yield caller

    def _damaged(self, error: SignalError) -> None:
        """Both plans may hear the same transmission: it counts once."""
        self.damaged += not self._told_damaged
        self._told_damaged = True
        log.info("a caller id was not read: %s", error)

    def _begin_anew(self) -> None:
        self._told_damaged = False
        self._fsk = [(Demodulator(plan), Messages()) for plan in PLANS]
        self._receiver, self._keyed = KeyReceiver(), KeyedCallerId()
