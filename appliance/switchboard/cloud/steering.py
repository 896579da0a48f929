"""What every kind of thing that the console may steer can do: be shown, be changed, be put back exactly as it was.

Runs in the store's thread, inside a transaction; what touches files or the edge waits in `Hands.after` until all of a
desired state has been taken, so that a state which is refused leaves nothing behind.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol

from appliance.clock import Clock
from appliance.config.overlay import Overlay
from appliance.config.paths import BoxPaths
from appliance.errors import RequestError
from appliance.store.store import Store
from appliance.switchboard import requests as ask
from appliance.switchboard.api.changes import Change
from appliance.switchboard.requests.desired import WantedItem

Work = Callable[[Store, Any], Change]
Table = Mapping[str, tuple[type[ask.Arguments], Work]]
Content = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """With what a desired state is carried out.

    table: the administration's operations; domain, language, config_file: of the box; after: done last, in order;
    undo_files: what was written before, to be deleted if all is refused; restored_flows: names of which the box's own
    flows come back; gone: extensions whose phones have to be forgotten; overlay: the configuration keys as they will
    be, once one of them (reloads) has changed.
    """

    store: Store
    paths: BoxPaths
    clock: Clock
    table: Table
    domain: str
    language: str
    config_file: Path
    after: list[Callable[[], None]] = field(default_factory=list)
    undo_files: list[Path] = field(default_factory=list)
    restored_flows: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    overlay: Overlay = field(default_factory=dict)
    reloads: list[str] = field(default_factory=list)

    def perform(self, op: str, **args: Any) -> Change:
        """An operation of the administration, within this transaction. Raises ApplianceError."""
        kind, work = self.table[op]
        return work(self.store, ask.read_arguments(kind, args))


class Steered(Protocol):
    """One kind. `content` and what is shown have the keys of the operation's arguments."""

    def shown(self, hands: Hands, item: WantedItem) -> Content | None:
        """As it is on the box, None where it isn't there."""
        ...

    def wanted(self, hands: Hands, item: WantedItem) -> Content:
        """The item's content in the form of `shown`."""
        ...

    def before(self, hands: Hands, item: WantedItem) -> Any:
        """All of it as JSON types, for `put_back`; None where it isn't there."""
        ...

    def apply(self, hands: Hands, item: WantedItem) -> Change:
        """Raises ApplianceError."""
        ...

    def put_back(self, hands: Hands, name: str, before: Any) -> Change:
        """Raises ApplianceError."""
        ...


class Operated(abc.ABC):
    """A kind of which one pair of operations takes all: `<operation>.<adds>` and `<operation>.remove`."""

    operation: ClassVar[str]
    adds: ClassVar[str] = "add"
    argument: ClassVar[str] = "name"  # by which the operations name it

    @abc.abstractmethod
    def shown(self, hands: Hands, item: WantedItem) -> Content | None:
        """As in `Steered`."""

    @abc.abstractmethod
    def before(self, hands: Hands, item: WantedItem) -> Any:
        """As in `Steered`."""

    @abc.abstractmethod
    def restored(self, hands: Hands, name: str, before: Any) -> Change:
        """Put what `before` has found in its place again. Raises ApplianceError."""

    def named(self, name: str) -> Content:
        """The arguments that say which one."""
        return {self.argument: name}

    def wanted(self, hands: Hands, item: WantedItem) -> Content:
        return item.content or {}

    def apply(self, hands: Hands, item: WantedItem) -> Change:
        if item.content is None:
            return self._removed(hands, item.name)
        return hands.perform(f"{self.operation}.{self.adds}", **self.named(item.name), **item.content)

    def put_back(self, hands: Hands, name: str, before: Any) -> Change:
        return self._removed(hands, name) if before is None else self.restored(hands, name, before)

    def _removed(self, hands: Hands, name: str) -> Change:
        return hands.perform(f"{self.operation}.remove", **self.named(name))


def unremovable(item: WantedItem, remedy: str) -> RequestError:
    return RequestError(f"{item.kind} {item.name} can't be taken away from here; {remedy}")
