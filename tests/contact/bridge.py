"""A conference bridge of the test's own: ports that know who feeds them, an engine that makes them, legs that own one.

Stands in for pjsua2 where a test asks who hears whom. Plays and records nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pjsua2 as pj

from appliance.contact.engine import Engine
from appliance.contact.sip.leg import Leg


class Gone(pj.Error):  # type: ignore[misc]  # pjsua2 has no types
    """The port is no longer in the bridge."""


@dataclass(eq=False)
class Port:
    """One port. `sources` are the ports it hears now."""

    name: str
    sources: set[Port] = field(default_factory=set)
    gone: bool = False
    changes: int = 0

    def startTransmit(self, sink: Port) -> None:  # noqa: N802  # the vendor's name
        self._check(sink)
        sink.sources.add(self)

    def stopTransmit(self, sink: Port) -> None:  # noqa: N802  # the vendor's name
        self._check(sink)
        sink.sources.remove(self)

    def _check(self, sink: Port) -> None:
        self.changes += 1
        if self.gone or sink.gone:
            raise Gone

    def hears(self) -> set[str]:
        """Names of the ports it hears."""
        return {source.name for source in self.sources}

    @property
    def as_media(self) -> Any:
        """The port as pjsua2 would type it."""
        return self


class Bridge:
    """Makes players and recorders; `played` tells what, `looped` what endlessly."""

    def __init__(self) -> None:
        self.played: list[str] = []
        self.looped: list[str] = []
        self.recorders: list[Port] = []
        self.retired: list[Port] = []

    @property
    def as_engine(self) -> Engine:
        return cast(Engine, self)

    def player(self, path: str, *, loop: bool) -> Port:
        (self.looped if loop else self.played).append(Path(path).stem)
        return Port(f"player of {Path(path).stem}")

    def retire(self, port: Port) -> None:
        """The player is let go later; by then nothing may be wired to it."""
        self.retired.append(port)

    def recorder(self, path: str) -> Port:
        Path(path).write_bytes(b"")
        port = Port(Path(path).name.split(".", 1)[1])
        self.recorders.append(port)
        return port


@dataclass
class Party:
    """A leg as a conversation sees it."""

    audio: Port | None
    leg: str = ""
    muted: bool = False
    answered: bool = False
    ended: bool = False

    @property
    def as_leg(self) -> Leg:
        return cast(Leg, self)
