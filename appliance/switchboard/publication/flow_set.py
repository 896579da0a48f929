"""The set of flows and parts in force, as one bundle: what `linekeeper flow export` writes and contact records name.

The flows that come with the box are not in it unless they were replaced, so that a bundle on a new box keeps its hash.
Reads only; runs in the store's thread.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Mapping
from typing import Any

from appliance.flow.bundle import make_bundle
from appliance.flow.bundle_files import file_name
from appliance.flow.defaults import default_document, default_names, languages
from appliance.flow.document import canonical, read_json
from appliance.flow.model import FlowType
from appliance.stamps import Stamp
from appliance.store.flow_parts import Part
from appliance.store.flows import StoredFlow
from appliance.store.store import Store

_STEM = re.compile(r".+~[0-9a-f]{12}")
_PARTS = {"Hours": Part.HOURS, "Bots": Part.BOT, "Prompts": Part.PROMPT}


def current_bundle(store: Store) -> bytes:
    """The canonical document of everything that was installed."""
    flows = {str(flow.flow): (FlowType(flow.flow_type), read_json(flow.document)) for flow in installed_flows(store)}
    parts = {name: store.flow_parts.all(part) for name, part in _PARTS.items()}
    return make_bundle(flows, store.flow_parts.all(Part.MAP), **parts)


def bundle_hash(document: bytes) -> str:
    """SHA-256 of a canonical bundle document."""
    return hashlib.sha256(document).hexdigest()


def remember(store: Store, at: Stamp) -> str:
    """Note the set that is in force from `at` on; returns its hash."""
    document = current_bundle(store)
    sha256 = bundle_hash(document)
    contents: dict[str, Any] = read_json(document)
    named = {flow.flow: {"Type": flow.flow_type, "Sha256": flow.sha256} for flow in installed_flows(store)}
    store.flow_parts.remember(sha256, {**contents, "Flows": named}, at)
    return sha256


def installed_flows(store: Store) -> list[StoredFlow]:
    """The active flows without those that came with the box and are as they came."""
    return [flow for flow in store.flows.all_active() if not came_with_the_box(flow)]


def came_with_the_box(flow: StoredFlow) -> bool:
    """Whether it is a default flow as it came, in whatever language."""
    return flow.sha256 in _came_with_the_box()


def prompt_stem(name: str, sha256: str) -> str:
    """What the player knows a bundle's prompt by: a version never overwrites another that is being heard."""
    return f"{file_name(name)}~{sha256[:12]}"


def is_prompt_stem(stem: str) -> bool:
    """Whether a file is a bundle's, and not one that a person put there."""
    return _STEM.fullmatch(stem) is not None


def prompt_stems(prompts: Mapping[str, str]) -> dict[str, str]:
    """Name → stem of its file, for names → SHA-256."""
    return {name: prompt_stem(name, sha256) for name, sha256 in prompts.items()}


@functools.cache
def _came_with_the_box() -> frozenset[str]:
    documents = (default_document(name, language) for name in default_names() for language in languages())
    return frozenset(hashlib.sha256(canonical(read_json(document))).hexdigest() for document in documents)
