"""Extensions and agents, as the console steers them; see `steering`. A phone keeps its password whatever is wanted."""

from __future__ import annotations

from typing import Any

import msgspec

from appliance.dialplan import ExtensionPlan
from appliance.edge.database import create_databases
from appliance.edge.subscribers import Subscriber, add_subscriber, put_subscriber, remove_subscriber, subscriber_of
from appliance.ids import AgentId, Extension
from appliance.store.agents import StoredAgent
from appliance.store.extensions import StoredExtension
from appliance.store.supervision import SupervisionRights
from appliance.switchboard import requests as ask
from appliance.switchboard.api.agent_changes import put_agent
from appliance.switchboard.api.changes import Change, check_leaving, new_password
from appliance.switchboard.api.listings import missing, show_agent, show_settings
from appliance.switchboard.cloud.steered_routing import in_arguments, in_full
from appliance.switchboard.cloud.steering import Content, Hands, Operated
from appliance.switchboard.requests.desired import WantedItem

_NULLS = ("always", "busy", "no_answer", "pickup_group")


class Extensions:
    """content: name, and as `extension.set` takes it. A new one gets a password that nobody knows: the technician sets
    another ('linekeeper extension add')."""

    def shown(self, hands: Hands, item: WantedItem) -> Content | None:
        found = hands.store.extensions.get(Extension(item.name))
        if found is None:
            return None
        settings = show_settings(found.settings)
        return {"name": found.display_name} | {
            name: "" if value is None and name in _NULLS else value for name, value in settings.items()
        }

    def wanted(self, hands: Hands, item: WantedItem) -> Content:
        return item.content or {}

    def before(self, hands: Hands, item: WantedItem) -> Any:
        found = hands.store.extensions.get(Extension(item.name))
        if found is None:
            return None
        subscriber = subscriber_of(hands.paths, Extension(item.name))
        return {"stored": msgspec.to_builtins(found), "subscriber": msgspec.to_builtins(subscriber)}

    def apply(self, hands: Hands, item: WantedItem) -> Change:
        if item.content is None:
            return self._remove(hands, Extension(item.name))
        given = dict(item.content)
        name = given.pop("name", None)
        extension = ask.dialable_extension(ask.read_arguments(ask.ExtensionAdd, {"extension": item.name}).extension)
        before = hands.store.extensions.get(extension)
        if before is None:
            hands.after.append(lambda: self._subscribe(hands, extension))
        stored = before or StoredExtension(extension=extension, settings=ExtensionPlan())
        if name is not None:
            checked = ask.read_arguments(ask.ExtensionAdd, {"extension": extension, "name": name})
            stored = msgspec.structs.replace(stored, display_name=checked.name or "")
        hands.store.extensions.put(stored)
        return hands.perform("extension.set", extension=extension, **given)

    def put_back(self, hands: Hands, name: str, before: Any) -> Change:
        extension = Extension(name)
        if before is None:
            return self._remove(hands, extension)
        hands.store.extensions.put(msgspec.convert(before["stored"], StoredExtension))
        subscriber = msgspec.convert(before["subscriber"], Subscriber | None)
        if subscriber is not None:
            hands.after.append(lambda: put_subscriber(hands.paths, extension, subscriber))
        return Change(result=None, published=True)

    def _subscribe(self, hands: Hands, extension: Extension) -> None:
        create_databases(hands.paths)
        add_subscriber(hands.paths, domain=hands.domain, extension=extension, password=new_password())

    def _remove(self, hands: Hands, extension: Extension) -> Change:
        check_leaving(hands.store, extension)
        if not hands.store.extensions.remove(extension):
            raise missing("extension", extension)
        hands.after.append(lambda: _ignore(remove_subscriber(hands.paths, extension)))
        hands.gone.append(extension)
        return Change(result=None, published=True)


class Agents(Operated):
    operation, argument = "agent", "agent"

    def shown(self, hands: Hands, item: WantedItem) -> Content | None:
        found = hands.store.agents.get(AgentId(item.name))
        if found is None:
            return None
        row = in_arguments(show_agent(found), "agent", "proficiencies", "queues")
        rights = hands.store.supervision.of(AgentId(item.name))
        wrap_up = "queue" if row["wrap_up_s"] is None else row["wrap_up_s"]
        return {**row, "wrap_up_s": wrap_up, "supervisor": rights.supervisor, "monitorable": rights.monitorable}

    def wanted(self, hands: Hands, item: WantedItem) -> Content:
        return in_full(item.content or {})

    def before(self, hands: Hands, item: WantedItem) -> Any:
        found = hands.store.agents.get(AgentId(item.name))
        if found is None:
            return None
        rights = hands.store.supervision.of(AgentId(item.name))
        return {"stored": msgspec.to_builtins(found), "rights": msgspec.to_builtins(rights)}

    def restored(self, hands: Hands, name: str, before: Any) -> Change:
        change = put_agent(hands.store, msgspec.convert(before["stored"], StoredAgent))
        hands.store.supervision.put(msgspec.convert(before["rights"], SupervisionRights))
        return change


def _ignore(_: object) -> None:
    return None
