"""One block of the older export, read without trusting its shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from appliance.flow.legacy_terms import NAMESPACES, SYSTEM


def _mappings(raw: Any) -> list[Mapping[str, Any]]:
    return [entry for entry in raw if isinstance(entry, Mapping)] if isinstance(raw, list) else []


class Module:
    """Parameters by name; values with a namespace become references. `changes` collects what has to be reported."""

    def __init__(self, raw: Mapping[str, Any], changes: list[str]) -> None:
        self.id = str(raw.get("id"))
        self.type = str(raw.get("type"))
        self.target = str(raw.get("target") or "")
        self.branches = _mappings(raw.get("branches"))
        self.parameters = _mappings(raw.get("parameters"))
        self.changes = changes
        self._metadata = raw.get("metadata")

    def text(self, name: str) -> str | None:
        """The first parameter `name` as text, None where it is absent or null."""
        for parameter in self.parameters:
            if parameter.get("name") == name:
                return self.value_of(parameter)
        return None

    def named(self, name: str) -> dict[str, str]:
        """All parameters `name` that carry a key, by key."""
        found: dict[str, str] = {}
        for parameter in self.parameters:
            if parameter.get("name") == name and parameter.get("key") is not None:
                found[str(parameter["key"])] = self.value_of(parameter) or ""
        return found

    def texts(self, name: str) -> list[str]:
        """Every parameter `name` as text."""
        return [self.value_of(parameter) or "" for parameter in self.parameters if parameter.get("name") == name]

    def value_of(self, parameter: Mapping[str, Any]) -> str | None:
        """A parameter's value: a static text, or the reference that `value` and `namespace` mean.

        An empty id with a resource name is named by the resource, so that it can be mapped.
        """
        value, namespace = parameter.get("value"), parameter.get("namespace")
        if namespace:
            return self.reference(str(namespace), str(value))
        if value in (None, ""):
            name = parameter.get("resourceName")
            return str(name) if name else ("" if value == "" else None)
        return str(value)

    def reference(self, namespace: str, value: str) -> str:
        """The JSONPath of an attribute of the older editor."""
        if namespace != "System":
            return f"{NAMESPACES.get(namespace, f'$.{namespace}.')}{value}"
        if value in SYSTEM:
            return SYSTEM[value]
        if " " in value:
            self.changes.append(f"block {self.id!r}: system attribute {value!r} has no known reference")
        return "$." + value.replace(" ", "")

    def metadata(self) -> dict[str, Any]:
        """What the editor keeps of the block: position, and display names of resources by parameter."""
        position = self._metadata.get("position") if isinstance(self._metadata, Mapping) else None
        names = {
            str(parameter.get("name")): {"displayName": str(parameter["resourceName"])}
            for parameter in self.parameters
            if parameter.get("resourceName")
        }
        return {"position": position or {"x": 0, "y": 0}, **({"parameters": names} if names else {})}
