"""A provider of telephone lines, played by SIPp at an address of its own: the far end of a box's trunk `acme`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kit.box import TRUNK_ADDRESS, RunningBox
from kit.ports import PortBlock
from kit.sipp import Sipp

OUTSIDE = "+12125559999"
STRANGER = "+12125550123"


def trunk_toml(port: int, *, name: str = "acme", caller_id: str = "") -> str:
    """The box's configuration of a trunk to a provider at `port`."""
    said = f'caller_id = "{caller_id}"\n' if caller_id else ""
    return f'\n[[trunks]]\nname = "{name}"\nkind = "static"\nhost = "{TRUNK_ADDRESS}"\nport = {port}\n{said}'


class Provider:
    """One provider. Each SIPp it runs has a folder of its own; one at a time has the port."""

    def __init__(self, folder: Path, *, port: int, ports: PortBlock) -> None:
        """`port`: its SIP port at TRUNK_ADDRESS; from `ports` it takes those for sound."""
        self.port = port
        self._folder = folder
        self._ports = ports
        self._made = 0

    def takes(
        self, scenario: str = "uas_agent", *, numbers: Sequence[str] = (OUTSIDE,), calls: int | None = 1, **fill: str
    ) -> Sipp:
        """Ready for the next `calls` calls to `numbers`, to answer or refuse them as the scenario does."""
        rows = [(number, self._ports.take_even()) for number in numbers]
        places = {"ring_ms": "300", **fill}
        running = Sipp(
            self._next(), scenario, port=self.port, address=TRUNK_ADDRESS, rows=rows, fill=places, calls=calls
        )
        running.wait_ready()
        return running

    def calls(self, box: RunningBox, number: str, *, pause_ms: int) -> Sipp:
        """STRANGER calls `number` of the box and hangs up `pause_ms` after the answer."""
        return Sipp(
            self._next(),
            "uac_trunk",
            port=self.port,
            remote=box.address,
            address=TRUNK_ADDRESS,
            rows=[(STRANGER, "-", number, self._ports.take_even())],
            calls=1,
            pause_ms=pause_ms,
            timeout_s=30,
        )

    def _next(self) -> Path:
        self._made += 1
        return self._folder / f"provider-{self._made}"
