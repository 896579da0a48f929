"""A front panel without its pins: what burns when, what a press means. Pure, the clock passed in (seconds)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hw.panel.button import Button, ButtonEvent
from hw.panel.patterns import DARK, SHOWS, Pattern, Sign, lit, next_change
from hw.panel.wiring import lamp_of


@dataclass(slots=True)
class _Light:
    pattern: Pattern = DARK
    since: float = 0.0
    burns: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Burn:
    """Order: switch a light."""

    light: str
    on: bool


class PanelCore:
    """Of the lights that are wired; a sign for one that isn't, or that it can't show, changes nothing."""

    def __init__(self, lights: Iterable[str]) -> None:
        self._lights = {name: _Light() for name in lights}
        self.button = Button()

    def show(self, light: str, sign: Sign, now: float) -> list[Burn]:
        """The same sign again goes on in its rhythm."""
        pattern = SHOWS.get((lamp_of(light), sign))
        shown = self._lights.get(light)
        if pattern is None or shown is None or shown.pattern == pattern:
            return []
        shown.pattern, shown.since = pattern, now
        return self._burn(now)

    def pressed(self, down: bool, now: float) -> list[ButtonEvent]:
        return self.button.down(now) if down else self.button.up(now)

    def next_timer(self, now: float) -> float | None:
        """When `handle_timer` is due next, seen from `now`."""
        changes = [
            light.since + change
            for light in self._lights.values()
            if (change := next_change(light.pattern, max(0.0, now - light.since))) is not None
        ]
        return min((at for at in (*changes, self.button.next_timer()) if at is not None), default=None)

    def handle_timer(self, now: float) -> tuple[list[Burn], list[ButtonEvent]]:
        """What follows from time alone."""
        return self._burn(now), self.button.handle_timer(now)

    def _burn(self, now: float) -> list[Burn]:
        orders: list[Burn] = []
        for name, light in self._lights.items():
            burns = lit(light.pattern, max(0.0, now - light.since))
            if burns is not light.burns:
                light.burns = burns
                orders.append(Burn(light=name, on=burns))
        return orders
