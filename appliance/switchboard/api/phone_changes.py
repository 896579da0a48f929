"""What is changed of how people inside are reached: settings of extensions, ring groups.

Runs in the store's thread, inside a transaction. A target that leads nowhere is refused here, so that no caller finds
out first; what it names may still be removed later, and then its calls end as unreachable.
"""

from __future__ import annotations

import msgspec

from appliance.dialplan import GroupPlan, Strategy, e164, is_emergency
from appliance.errors import RequestError
from appliance.ids import AgentId, Extension, QueueId
from appliance.store.store import Store
from appliance.switchboard import requests as ask
from appliance.switchboard.api.changes import Change
from appliance.switchboard.api.listings import Row, missing, show_settings

MOST_MEMBERS = 24  # phones that the edge rings at once


def set_extension(store: Store, region: str, given: ask.ExtensionSet) -> Change:
    """How the extension is reached from now on."""
    extension = Extension(given.extension)
    stored = store.extensions.get(extension)
    if stored is None:
        raise missing("extension", extension)
    asked = {name: getattr(given, name) for name in given.__struct_fields__ if name != "extension"}
    settings = msgspec.structs.replace(stored.settings, **{n: value for n, value in asked.items() if value is not None})
    for target in (settings.always, settings.busy, settings.no_answer):
        _check_target(store, region, target, outside=settings.outside)
    store.extensions.put(msgspec.structs.replace(stored, settings=settings))
    return Change(result={"extension": extension, **show_settings(settings)}, published=True)


def add_group(store: Store, region: str, given: ask.GroupAdd) -> Change:
    """A new group needs members."""
    before = store.groups.get(given.group) or GroupPlan(group=given.group)
    asked = {name: getattr(given, name) for name in given.__struct_fields__ if name not in ("group", "strategy")}
    group = msgspec.structs.replace(
        before,
        strategy=before.strategy if given.strategy is None else _strategy(given.strategy),
        **{name: value for name, value in asked.items() if value is not None},
    )
    _check_number(store, group)
    _check_members(store, region, group)
    _check_target(store, region, group.fallback, outside=True)
    store.groups.put(group)
    return Change(result=show_group(group), published=True)


def remove_group(store: Store, given: ask.GroupNamed) -> Change:
    if not store.groups.remove(given.group):
        raise missing("group", given.group)
    return Change(result={"group": given.group}, published=True)


def list_groups(store: Store) -> list[Row]:
    """As `show_group`."""
    return [show_group(group) for group in store.groups.all()]


def show_group(group: GroupPlan) -> Row:
    """group, number, strategy, members, ring_s, fallback, label."""
    shown = {name: getattr(group, name) for name in group.__struct_fields__}
    return {name: None if value == "" else value for name, value in shown.items()} | {"members": list(group.members)}


def _strategy(given: str) -> Strategy:
    try:
        return Strategy(given)
    except ValueError:
        known = ", ".join(Strategy)
        raise RequestError(f"there is no strategy {given!r}; there are {known}") from None


def _check_number(store: Store, group: GroupPlan) -> None:
    if not group.number:
        return
    ask.dialable_extension(group.number)
    if store.extensions.get(Extension(group.number)) is not None:
        raise RequestError(f"number {group.number} is an extension; choose another", kind="conflict")
    other = next((each for each in store.groups.all() if each.number == group.number), None)
    if other is not None and other.group != group.group:
        raise RequestError(f"number {group.number} is group {other.group}'s; choose another", kind="conflict")


def _check_members(store: Store, region: str, group: GroupPlan) -> None:
    if not 1 <= len(group.members) <= MOST_MEMBERS:
        raise RequestError(f"group {group.group} has {len(group.members)} members; give 1 to {MOST_MEMBERS} --member")
    for member in group.members:
        if store.extensions.get(Extension(member)) is not None:
            continue
        if group.strategy is Strategy.ALL or e164(member, region) is None or is_emergency(member, region):
            raise RequestError(
                f"member {member} is no extension; outside numbers ring in turn only: choose another strategy",
                kind="not_found",
            )


def _check_target(store: Store, region: str, target: str, *, outside: bool) -> None:
    kind, colon, name = target.partition(":")
    if colon:
        known = {
            "queue": store.queues.get(QueueId(name)),
            "group": store.groups.get(name),
            "voicemail": _mailbox(store, name),
        }
        if kind in known and known[kind] is None:
            raise missing("mailbox" if kind == "voicemail" else kind, name)
    elif target and store.extensions.get(Extension(target)) is None and not _has_number(store, target):
        _check_outside(region, target, outside=outside)


def _mailbox(store: Store, name: str) -> object | None:
    """A mailbox, or whose it would be: every agent has one, and an extension stands for its agent's."""
    return store.mailboxes.get(name) or store.agents.get(AgentId(name)) or store.extensions.get(Extension(name))


def _has_number(store: Store, target: str) -> bool:
    return any(group.number == target for group in store.groups.all())


def _check_outside(region: str, target: str, *, outside: bool) -> None:
    """Short codes may be numbers with a flow, which the configuration knows and the dial plan looks up."""
    if is_emergency(target, region):
        raise RequestError(f"{target} is an emergency number; nothing may be forwarded there", kind="reserved")
    if e164(target, region) is not None and not outside:
        raise RequestError(
            f"{target} is an outside number; allow it with --outside, or choose a number inside", kind="refused"
        )
