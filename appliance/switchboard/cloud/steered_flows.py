"""Flow bundles and prompts, as the console steers them; see `steering`.

A bundle is compared by the hash of the parts that it names, as they are installed: whether somebody has changed one of
them on the box. Those that came with the box count as not there.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

import msgspec

from appliance.config.paths import BoxPaths
from appliance.errors import RequestError
from appliance.flow.bundle_files import Gathered
from appliance.flow.document import canonical, read_json
from appliance.ids import FlowId
from appliance.store.flow_parts import Part
from appliance.store.store import Store
from appliance.switchboard.api.changes import Change
from appliance.switchboard.cloud.incoming import bundle_in, check_sound, content_of, put_file
from appliance.switchboard.cloud.steering import Content, Hands, unremovable
from appliance.switchboard.publication.flow_set import came_with_the_box, prompt_stem, remember
from appliance.switchboard.requests.desired import WantedItem

_PARTS = {"Hours": Part.HOURS, "Bots": Part.BOT, "Prompts": Part.PROMPT, "Map": Part.MAP}
LONGEST_NAME_BYTES = 200
Parts = dict[str, dict[str, Any]]


class Bundles:
    def shown(self, hands: Hands, item: WantedItem) -> Content | None:
        if not item.blob:
            return None
        found = _named_like(hands.store, _facts(hands.paths, item.blob))
        there = any(value is not None for part in found.values() for value in part.values())
        return {"parts": _digest(found)} if there else None

    def wanted(self, hands: Hands, item: WantedItem) -> Content:
        return {"parts": _facts(hands.paths, item.blob).digest} if item.blob else {}

    def before(self, hands: Hands, item: WantedItem) -> Any:
        return _installed(hands.store, _document(_gathered(hands, item))) if item.blob else {}

    def apply(self, hands: Hands, item: WantedItem) -> Change:
        if item.content is None:
            raise unremovable(item, "publish a bundle without those flows, or use 'linekeeper flow remove'")
        gathered = _gathered(hands, item)
        for path in _store_sounds(hands, gathered):
            hands.undo_files.append(path)
        return hands.perform("flow.install_bundle", bundle=gathered.document.decode())

    def put_back(self, hands: Hands, name: str, before: Any) -> Change:
        at = hands.clock()
        for flow, was in before.get("Flows", {}).items():
            if was is not None:
                text = canonical(was["Document"]).decode()
                hands.store.flows.install(FlowId(flow), flow_type=was["Type"], document=text, at=at)
            else:
                hands.store.flows.remove(FlowId(flow), at)
                hands.restored_flows.append(flow)
        for key, part in _PARTS.items():
            for inner, was in before.get(key, {}).items():
                if was is not None:
                    hands.store.flow_parts.put(part, inner, was, at)
                else:
                    hands.store.flow_parts.remove(part, inner)
        remember(hands.store, at)
        return Change(result=None, published=True)


class Prompts:
    """A WAV file in the prompt folder, by its name. A technician's may be of another format: it is the local one then.

    The box's own sounds lie elsewhere and are no local change.
    """

    def shown(self, hands: Hands, item: WantedItem) -> Content | None:
        there = _heard(hands, item.name)
        return {"sha256": hashlib.sha256(there.read_bytes()).hexdigest()} if there else None

    def wanted(self, hands: Hands, item: WantedItem) -> Content:
        return {"sha256": item.blob} if item.blob else {}

    def before(self, hands: Hands, item: WantedItem) -> Any:
        """The file itself is kept aside, under its hash."""
        there = _heard(hands, item.name)
        if there is None:
            return None
        content = there.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        put_file(hands.paths.incoming / sha256, content)
        return {"file": there.name, "sha256": sha256}

    def apply(self, hands: Hands, item: WantedItem) -> Change:
        content = None if item.content is None else content_of(hands.paths, item.blob)
        if content is not None:
            check_sound(content, f"prompt {item.name}")
        _replace(hands, _path(hands, item.name), content)
        return Change(result=None)

    def put_back(self, hands: Hands, name: str, before: Any) -> Change:
        if before is None:
            _replace(hands, _path(hands, name), None)
        else:
            content = content_of(hands.paths, before["sha256"])
            _replace(hands, _path(hands, name).with_suffix(PurePath(before["file"]).suffix), content)
        return Change(result=None)


def _path(hands: Hands, name: str) -> Path:
    """Raises RequestError for a name that leads elsewhere, or that no disk takes."""
    if not name.replace("-", "").replace("_", "").replace(" ", "").isalnum() or len(name.encode()) > LONGEST_NAME_BYTES:
        raise RequestError(f"{name[:80]!r} can't be a prompt's name; use letters, digits, blanks, - and _, a few words")
    return hands.paths.prompts / f"{name}.wav"


def _heard(hands: Hands, name: str) -> Path | None:
    """The file of that name which callers hear: the WAV file where there are several."""
    path = _path(hands, name)
    if path.is_file():
        return path
    return next(iter(_others(path)), None)


def _others(path: Path) -> list[Path]:
    """Files of that name with another ending."""
    if not path.parent.is_dir():
        return []
    return sorted(one for one in path.parent.iterdir() if one.stem == path.stem and one != path and one.is_file())


def _replace(hands: Hands, path: Path, content: bytes | None) -> None:
    """When all else has succeeded: the only file of its name, or none."""

    def work() -> None:
        if content is not None:
            put_file(path, content)
        for one in _others(path) if content is not None else [path, *_others(path)]:
            one.unlink(missing_ok=True)

    hands.after.append(work)


class _Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared of a bundle again and again: the names of its parts, and the hash of them all."""

    names: Mapping[str, tuple[str, ...]]
    digest: str


@functools.lru_cache(maxsize=4)
def _facts(paths: BoxPaths, sha256: str) -> _Facts:
    """Raises RequestError, FlowError. Kept, for to open a bundle takes long beside everything else of the store."""
    document = _document(bundle_in(content_of(paths, sha256)))
    flows = {
        name: {"Type": raw["Type"], "Sha256": hashlib.sha256(canonical(raw["Document"])).hexdigest()}
        for name, raw in document["Flows"].items()
    }
    names = {key: tuple(part) for key, part in document.items()}
    return _Facts(names=names, digest=_digest({**document, "Flows": flows}))


def _named_like(store: Store, facts: _Facts) -> Parts:
    """The parts of those names as they are on the box, flows by their hash."""
    found: Parts = {"Flows": {}}
    for name in facts.names["Flows"]:
        flow = store.flows.active(FlowId(name))
        own = flow is not None and not came_with_the_box(flow)
        found["Flows"][name] = {"Type": flow.flow_type, "Sha256": flow.sha256} if own and flow is not None else None
    for key, part in _PARTS.items():
        there = store.flow_parts.all(part)
        found[key] = {name: there.get(name) for name in facts.names[key]}
    return found


def _gathered(hands: Hands, item: WantedItem) -> Gathered:
    return bundle_in(content_of(hands.paths, item.blob))


def _document(gathered: Gathered) -> Parts:
    """The named parts of a bundle."""
    document: Mapping[str, Any] = read_json(gathered.document)
    return {key: dict(document.get(key) or {}) for key in ("Flows", *_PARTS)}


def _installed(store: Store, named: Parts) -> Parts:
    """The same parts as they are on the box; None for what isn't there."""
    found: Parts = {"Flows": {name: _flow(store, name) for name in named["Flows"]}}
    for key, part in _PARTS.items():
        there = store.flow_parts.all(part)
        found[key] = {name: there.get(name) for name in named[key]}
    return found


def _flow(store: Store, name: str) -> Any:
    flow = store.flows.active(FlowId(name))
    if flow is None or came_with_the_box(flow):
        return None
    return {"Type": flow.flow_type, "Document": read_json(flow.document)}


def _digest(parts: Parts) -> str:
    return hashlib.sha256(canonical(parts)).hexdigest()


def _store_sounds(hands: Hands, gathered: Gathered) -> list[Path]:
    """What was written: a file that no installed bundle names is heard by nobody."""
    prompts: Mapping[str, str] = read_json(gathered.document).get("Prompts", {})
    written: list[Path] = []
    for name, sha256 in prompts.items():
        target = hands.paths.prompts / f"{prompt_stem(name, sha256)}.wav"
        if sha256 in gathered.sounds and not target.exists():
            content = gathered.sounds[sha256][1]
            check_sound(content, f"prompt {name}")
            put_file(target, content)
            written.append(target)
    return written
