"""The menu: which areas there are, in which order, and whom they are for. The text of each is `menu.<name>`."""

from __future__ import annotations

from collections.abc import Collection

import msgspec


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the menu. name: of the area, and of its text; right: who has it at any branch sees the line. The page
    itself refuses the others: this is only so that nobody is led to a closed door."""

    name: str
    path: str
    right: str = "read"


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Lines under one heading: the text `menu.<name>`."""

    name: str
    areas: tuple[Area, ...]


MENU = (
    Group(
        name="now",
        areas=(
            Area(name="fleet", path="/fleet"),
            Area(name="board", path="/board"),
        ),
    ),
    Group(
        name="past",
        areas=(
            Area(name="contacts", path="/contacts"),
            Area(name="metrics", path="/metrics"),
            Area(name="outages", path="/outages"),
        ),
    ),
    Group(
        name="branches",
        areas=(
            Area(name="queues", path="/queues"),
            Area(name="agents", path="/agents"),
        ),
    ),
    Group(
        name="operation",
        areas=(
            Area(name="boxes", path="/boxes", right="operate"),
            Area(name="wanted", path="/wanted", right="operate"),
            Area(name="flows", path="/flows", right="operate"),
            Area(name="prompts", path="/prompts", right="operate"),
        ),
    ),
    Group(
        name="organisation",
        areas=(
            Area(name="erasing", path="/erasing", right="erase"),
            Area(name="retention", path="/retention", right="erase"),
            Area(name="people", path="/people", right="people"),
            Area(name="tokens", path="/tokens", right="people"),
            Area(name="webhooks", path="/webhooks", right="people"),
            Area(name="audit", path="/audit", right="audit"),
            Area(name="account", path="/account"),
        ),
    ),
)


def menu_for(rights: Collection[str]) -> tuple[Group, ...]:
    """What somebody with these rights (at any branch) sees; groups without a line are left out."""
    groups = (
        Group(name=group.name, areas=tuple(area for area in group.areas if area.right in rights)) for group in MENU
    )
    return tuple(group for group in groups if group.areas)
