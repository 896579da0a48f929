"""Queues, routing profiles, quick connects, dispositions and hours, as the console steers them; see `steering`."""

from __future__ import annotations

from typing import Any

import msgspec

from appliance.acd import events as acd
from appliance.ids import ProfileId, QueueId
from appliance.store.dispositions import EVERY_QUEUE, Disposition
from appliance.store.flow_parts import Part
from appliance.store.queues import StoredQueue
from appliance.store.quick_connects import StoredQuickConnect
from appliance.store.routing_profiles import StoredProfile
from appliance.switchboard.api.changes import Change
from appliance.switchboard.api.listings import show_profile, show_queue
from appliance.switchboard.api.quick_connects import show_quick_connect
from appliance.switchboard.api.routing_changes import configured
from appliance.switchboard.cloud.steering import Content, Hands, Operated
from appliance.switchboard.requests.desired import WantedItem

_TEXTS = frozenset(
    {"hours", "caller_id", "caller_name", "outbound_flow", "disconnect_flow", "flow", "outbound_queue", "extension"}
)


def in_arguments(row: Content, *left_out: str) -> Content:
    """A row of a listing as an operation's arguments: no text is "", not null; `served` is `queues`."""
    found = {name: value for name, value in row.items() if name not in left_out}
    if "served" in found:
        found["queues"] = found.pop("served")
    return {name: "" if value is None and name in _TEXTS else value for name, value in found.items()}


def in_full(content: Content) -> Content:
    """A wanted content in the form of listings: served queues with priority and delay."""
    queues = content.get("queues")
    if not isinstance(queues, list):
        return content
    full = [{"queue": one, "priority": 1, "delay_s": 0.0} if isinstance(one, str) else _share(one) for one in queues]
    return {**content, "queues": full}


def _share(one: Any) -> Any:
    if not isinstance(one, dict):
        return one
    return {"priority": 1, **one, "delay_s": float(one.get("delay_s", 0) or 0)}


class Queues(Operated):
    operation, argument = "queue", "queue"

    def shown(self, hands: Hands, item: WantedItem) -> Content | None:
        found = hands.store.queues.get(QueueId(item.name))
        return None if found is None else in_arguments(show_queue(found), "queue")

    def before(self, hands: Hands, item: WantedItem) -> Any:
        return msgspec.to_builtins(hands.store.queues.get(QueueId(item.name)))

    def restored(self, hands: Hands, name: str, before: Any) -> Change:
        queue = msgspec.convert(before, StoredQueue)
        hands.store.queues.put(queue)
        return Change(result=None, told=(acd.QueueConfigured(queue=queue.plan),), published=True)


class Profiles(Operated):
    operation, argument = "routing_profile", "profile"

    def shown(self, hands: Hands, item: WantedItem) -> Content | None:
        found = hands.store.routing_profiles.get(ProfileId(item.name))
        return None if found is None else in_arguments(show_profile(found, ()), "profile", "agents")

    def wanted(self, hands: Hands, item: WantedItem) -> Content:
        return in_full(item.content or {})

    def before(self, hands: Hands, item: WantedItem) -> Any:
        return msgspec.to_builtins(hands.store.routing_profiles.get(ProfileId(item.name)))

    def restored(self, hands: Hands, name: str, before: Any) -> Change:
        hands.store.routing_profiles.put(msgspec.convert(before, StoredProfile))
        agents = hands.store.routing_profiles.agents_of(ProfileId(name))
        return Change(result=None, told=configured(hands.store, agents))


class QuickConnects(Operated):
    operation = "quick_connect"

    def _stored(self, hands: Hands, name: str) -> StoredQuickConnect | None:
        return next((entry for entry in hands.store.quick_connects.all() if entry.name == name), None)

    def shown(self, hands: Hands, item: WantedItem) -> Content | None:
        found = self._stored(hands, item.name)
        return None if found is None else in_arguments(show_quick_connect(found), "name", "dial")

    def before(self, hands: Hands, item: WantedItem) -> Any:
        return msgspec.to_builtins(self._stored(hands, item.name))

    def restored(self, hands: Hands, name: str, before: Any) -> Change:
        hands.store.quick_connects.put(msgspec.convert(before, StoredQuickConnect))
        return Change(result=None, published=True)


class Dispositions(Operated):
    """Named by their code, or `code@queue` for those of one queue only."""

    operation = "disposition"

    def named(self, name: str) -> Content:
        code, _, queue = name.partition("@")
        return {"code": code, "queue": queue or None}

    def _stored(self, hands: Hands, name: str) -> Disposition | None:
        code, _, queue = name.partition("@")
        wanted = (code, queue or EVERY_QUEUE)
        return next((one for one in hands.store.dispositions.all() if (one.code, one.queue) == wanted), None)

    def shown(self, hands: Hands, item: WantedItem) -> Content | None:
        found = self._stored(hands, item.name)
        return None if found is None else {"name": found.name}

    def before(self, hands: Hands, item: WantedItem) -> Any:
        return msgspec.to_builtins(self._stored(hands, item.name))

    def restored(self, hands: Hands, name: str, before: Any) -> Change:
        hands.store.dispositions.put(msgspec.convert(before, Disposition))
        return Change(result=None)


class Hours(Operated):
    """content: resource and overrides, as `hours.install` takes them."""

    operation, adds = "hours", "install"

    def shown(self, hands: Hands, item: WantedItem) -> Content | None:
        found = hands.store.flow_parts.all(Part.HOURS).get(item.name)
        return None if found is None else {"resource": found["Resource"], "overrides": found.get("Overrides", [])}

    def before(self, hands: Hands, item: WantedItem) -> Any:
        return self.shown(hands, item)

    def restored(self, hands: Hands, name: str, before: Any) -> Change:
        return hands.perform("hours.install", name=name, **before)
