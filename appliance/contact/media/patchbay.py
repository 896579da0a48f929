"""Who hears whom: the wires between ports of the conference bridge, stated as a whole and applied as a difference.

A contact says the complete set it wants; nobody connects or disconnects piecemeal, so hold, mute, transfer and a
re-created stream all end in the same place.
"""

from __future__ import annotations

import contextlib

import pjsua2 as pj

Wire = tuple[pj.AudioMedia, pj.AudioMedia]  # source, sink


class Patchbay:
    """The wires that are plugged in. Ports are compared by identity and kept alive while wired."""

    def __init__(self) -> None:
        self._wires: dict[tuple[int, int], Wire] = {}

    def apply(self, wanted: list[Wire]) -> None:
        """Unplug what is not wanted, plug in what is missing. A port that vanished meanwhile is passed over."""
        target = {(id(source), id(sink)): (source, sink) for source, sink in wanted}
        for key in self._wires.keys() - target.keys():
            source, sink = self._wires.pop(key)
            with contextlib.suppress(pj.Error):
                source.stopTransmit(sink)
        for key in target.keys() - self._wires.keys():
            source, sink = target[key]
            with contextlib.suppress(pj.Error):
                source.startTransmit(sink)
                self._wires[key] = (source, sink)

    def forget(self, port: pj.AudioMedia | None) -> None:
        """The port is gone in pjsua2: its wires went with it."""
        for key, (source, sink) in list(self._wires.items()):
            if port is source or port is sink:
                del self._wires[key]
