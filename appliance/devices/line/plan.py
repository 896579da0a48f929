"""What the service of one line has to know. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from appliance.ids import TrunkId
from appliance.logs import fields


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePlan:
    """name: of the line and trunk. number: its own, as the box knows it. edge: host:port of the edge. country: ISO 3166
    of the exchange; prefix: dialled before every number. run: the box's run folder."""

    name: str
    kind: str
    number: str
    edge: str
    sip_port: int
    country: str
    run: Path
    prefix: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def fields(self) -> dict[str, str]:
        """Of every line of the log."""
        return fields(trunk=TrunkId(self.name))
