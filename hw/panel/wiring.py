"""How a front panel is wired: which lamp, bell and button is at which pin. It is its address as well (`hw.gpio`).

    panel:power=5,link=6,call=13,fault=19,emergency=21,bell=20!,line1=26,line2=16,button=12!

Whatever a panel hasn't got is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hw.errors import DeviceAbsentError
from hw.gpio import Pin, parts_of, pins_of, refuse_unknown
from hw.panel.patterns import Lamp

EXAMPLE = "panel:power=5,link=6,call=13,fault=19,button=12!"
MOST_LINES = 8
BUTTON = "button"
LIGHTS = (*(lamp.value for lamp in Lamp if lamp is not Lamp.LINE), *(f"line{n}" for n in range(1, MOST_LINES + 1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelWiring:
    """lights: by name (a `Lamp`, or line1 …), in the order of LIGHTS; button: None for none."""

    lights: dict[str, Pin] = field(default_factory=dict)
    button: Pin | None = None

    def __str__(self) -> str:
        button = [f"{BUTTON}={self.button}"] if self.button is not None else []
        return "panel:" + ",".join([*(f"{name}={pin}" for name, pin in self.lights.items()), *button])


def parse_panel(address: str) -> PanelWiring:
    """Raises DeviceAbsentError for what is no wiring."""
    parts = parts_of(address, "panel", EXAMPLE)
    refuse_unknown(parts, (*LIGHTS, BUTTON), EXAMPLE)
    pins = pins_of(parts, (*LIGHTS, BUTTON), address)
    if not pins:
        raise DeviceAbsentError(f"{address!r} has neither lamp nor button; write it as {EXAMPLE}")
    button = pins.pop(BUTTON, None)
    return PanelWiring(lights=pins, button=button)


def lamp_of(light: str) -> Lamp:
    """What kind of lamp a light is."""
    return Lamp.LINE if light.startswith("line") else Lamp(light)
