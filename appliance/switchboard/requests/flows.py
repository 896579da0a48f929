"""Flows, bundles, the resource map and hours."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from appliance.switchboard.requests.base import Arguments, FlowName, Foreign


class FlowInstall(Arguments, frozen=True, kw_only=True):
    """`document`: the flow as JSON, or as the text of its file. `flow_type` None: as the document says."""

    name: FlowName
    document: dict[str, Any] | str
    flow_type: str | None = None


class FlowPartNamed(Arguments, frozen=True, kw_only=True):
    """`part`: flow (modules too), bot or prompt."""

    part: Literal["flow", "bot", "prompt"]
    name: FlowName


class BundleInstall(Arguments, frozen=True, kw_only=True):
    """`bundle`: the document (`appliance.flow.bundle`), or its text. The sounds it names lie in the prompt folder."""

    bundle: dict[str, Any] | str


class FlowMap(Arguments, frozen=True, kw_only=True):
    """What foreign names mean here: those to `set` (foreign → local), those to `forget`."""

    set: dict[Foreign, FlowName] = msgspec.field(default_factory=dict)
    forget: tuple[str, ...] = ()


class HoursInstall(Arguments, frozen=True, kw_only=True):
    """`resource`: HoursOfOperation, `overrides`: HoursOfOperationOverride each, as in Connect's API."""

    name: FlowName
    resource: dict[str, Any]
    overrides: tuple[dict[str, Any], ...] = ()


class HoursNamed(Arguments, frozen=True, kw_only=True):
    name: str
