"""Keys of the configuration, as the console steers them; see `steering` and `appliance.config.overlay`.

content: {"value": …}. What the technician wrote into the file wins, and shows as a local change.
"""

from __future__ import annotations

from typing import Any

import msgspec

from appliance.config.load import parse, read_text
from appliance.config.overlay import Entry, Overlay, read_overlay, split, write_overlay, written
from appliance.errors import RequestError
from appliance.switchboard.api.changes import Change
from appliance.switchboard.cloud.steering import Content, Hands
from appliance.switchboard.requests.desired import WantedItem


class Keys:
    def shown(self, hands: Hands, item: WantedItem) -> Content | None:
        there, value = written(read_text(hands.config_file), item.name)
        entry = self._overlay(hands).get(item.name)
        if entry is not None and (entry.over or not there):
            return {"value": entry.value}
        return {"value": value} if there else None

    def wanted(self, hands: Hands, item: WantedItem) -> Content:
        return item.content or {}

    def before(self, hands: Hands, item: WantedItem) -> Any:
        return msgspec.to_builtins(self._overlay(hands).get(item.name))

    def apply(self, hands: Hands, item: WantedItem) -> Change:
        split(item.name)
        if item.content is None:
            return self._change(hands, item.name, None)
        if item.content.keys() != {"value"}:
            raise RequestError(f"configuration {item.name}: content has just a 'value'")
        return self._change(hands, item.name, Entry(value=item.content["value"], over=item.overwrite))

    def put_back(self, hands: Hands, name: str, before: Any) -> Change:
        return self._change(hands, name, msgspec.convert(before, Entry | None))

    def _overlay(self, hands: Hands) -> Overlay:
        """As it will be once everything that waits has been done."""
        return hands.overlay if hands.reloads else read_overlay(hands.paths.data)

    def _change(self, hands: Hands, name: str, entry: Entry | None) -> Change:
        """Raises ConfigError where no good configuration comes of it."""
        if not hands.reloads:
            hands.overlay.update(read_overlay(hands.paths.data))
            hands.after.append(lambda: write_overlay(hands.paths.data, hands.overlay))
        wanted = {key: one for key, one in hands.overlay.items() if key != name}
        if entry is not None:
            wanted[name] = entry
        file = hands.config_file
        parse(read_text(file), source=str(file), folder=file.parent, overlay=wanted)
        hands.reloads.append(name)
        hands.overlay.clear()
        hands.overlay.update(wanted)
        return Change(result=None)
