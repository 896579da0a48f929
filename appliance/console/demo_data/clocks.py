"""The clocks of a made-up box: boots, and stamps for wall times."""

from __future__ import annotations

import uuid
from bisect import bisect_right

from appliance.stamps import Stamp


class Clock:
    """Boots began at `boots` (wall times, the first before everything)."""

    def __init__(self, branch: str, boots: tuple[float, ...]) -> None:
        self._boots = boots
        self._ids = [
            str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{branch}-{place}.demo.invalid")) for place in range(len(boots))
        ]

    def __call__(self, wall_s: float) -> Stamp:
        place = max(0, bisect_right(self._boots, wall_s) - 1)
        mono_s = round(wall_s - self._boots[place] + 31.0, 3)
        return Stamp(boot=self._ids[place], mono_s=mono_s, wall_s=round(wall_s, 3), synced=True)
