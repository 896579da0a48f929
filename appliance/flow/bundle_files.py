"""A bundle as a folder of files that people can edit: flows, modules, hours, bots, prompts and the resource map.

    flows/*.json  modules/*.json   as exported, any shape that `importer` knows
    hours/*.json                   HoursOfOperation, with Overrides beside it
    bots/*.json                    the key menu that stands in for a bot
    prompts/*.wav …                named as flows name them
    map.json                       {foreign: local}; "" for what is still to be said

or as a box has packed it, with the hash that contact records name:

    bundle.json                    the bundle document as it is
    sounds/<SHA-256>.wav           its prompts by the hash of the file they were made of

Pure: file names and contents in, a bundle document out. Whoever reads folders and archives calls it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from posixpath import basename, splitext
from typing import Any

import msgspec

from appliance.errors import FlowError
from appliance.flow.bundle import make_bundle, read_bundle
from appliance.flow.document import read_json
from appliance.flow.importer import Imported, import_flows
from appliance.flow.model import EXPORT_TYPES, FlowType
from appliance.flow.tolerant import decode_text
from appliance.ids import FlowId

MAP_FILE = "map.json"
DOCUMENT_FILE = "bundle.json"
_PACKED_SOUNDS = "sounds"
LONGEST_FILE_NAME = 50  # characters; file systems take 255 bytes
SOUNDS = frozenset({".wav", ".ulaw", ".alaw", ".au", ".mp3", ".ogg", ".flac", ".gsm", ".aiff"})
_SPELT = {kind: name for name, kind in EXPORT_TYPES.items()}
_OVERRIDES = ("Overrides", "HoursOfOperationOverrideList")
_FOLDERS = frozenset({"flows", "modules", "hours", "bots", "prompts"})
_UNSAFE = re.compile(r"[^\w.-]+")


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle document ready to install. sounds: SHA-256 → (ending, content); changes: (flow, what import altered)."""

    document: bytes
    sounds: Mapping[str, tuple[str, bytes]]
    changes: tuple[tuple[str, str], ...] = ()


def gather(files: Mapping[str, bytes]) -> Gathered:
    """The bundle of a folder's files, by path below it. Raises FlowError with every problem of every file.

    JSON files elsewhere in the folder count as flows, so that a folder of exports is a bundle.
    """
    below = _below_top(files)
    return _unpacked(below) if DOCUMENT_FILE in below else _Gatherer().gather(below)


def packed(document: bytes, sounds: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of a bundle that was installed: document, and sounds (WAV) by SHA-256."""
    return {DOCUMENT_FILE: document} | {f"{_PACKED_SOUNDS}/{sha256}.wav": data for sha256, data in sounds.items()}


def _unpacked(files: Mapping[str, bytes]) -> Gathered:
    read_bundle(files[DOCUMENT_FILE])
    sounds = {}
    for path, data in files.items():
        folder, _, name = path.rpartition("/")
        stem, ending = splitext(name)
        if folder == _PACKED_SOUNDS and ending.lower() in SOUNDS:
            sounds[stem] = (ending.lower(), data)
    return Gathered(document=files[DOCUMENT_FILE], sounds=sounds)


def gather_imported(found: list[Imported], names: Mapping[str, str] | None = None) -> Gathered:
    """The bundle of imported flows. Raises FlowError for two of one name."""
    gatherer = _Gatherer()
    for one in found:
        gatherer.take(one, one.name)
    return gatherer.made(names or {})


def unique(found: list[Imported]) -> list[Imported]:
    """The same flows under names of their own: the second `Main` is `Main-2`, and says so."""
    taken: set[str] = set()
    renamed: list[Imported] = []
    for one in found:
        renamed.append(_named(one, _free(one.name, taken)))
        taken.add(renamed[-1].name)
    return renamed


def _named(one: Imported, name: str) -> Imported:
    if name == one.name:
        return one
    changes = (*one.changes, f"renamed from {one.name!r}, which is taken")
    return msgspec.structs.replace(one, name=FlowId(name), changes=changes)


def _free(name: str, taken: set[str]) -> str:
    candidates = (name, *(f"{name}-{number}" for number in range(2, len(taken) + 2)))
    return next(candidate for candidate in candidates if candidate not in taken)


def file_name(name: str) -> str:
    """A name that any file system takes, without ending: `Main menu (en)` → `Main-menu-en`."""
    return _UNSAFE.sub("-", name)[:LONGEST_FILE_NAME].strip("-.") or "flow"


def flow_file(imported: Imported) -> tuple[str, bytes]:
    """Path below the folder and content of a flow: it says its own name and type."""
    folder = "modules" if imported.flow.flow_type is FlowType.MODULE else "flows"
    metadata = imported.document.get("Metadata")
    own = {"name": imported.name, "type": _SPELT[imported.flow.flow_type]}
    document = {**imported.document, "Metadata": {**(metadata if isinstance(metadata, dict) else {}), **own}}
    text = msgspec.json.format(msgspec.json.encode(document), indent=2)
    return f"{folder}/{file_name(imported.name)}.json", text + b"\n"


def map_file(names: Mapping[str, str]) -> bytes:
    """The content of `map.json`."""
    return msgspec.json.format(msgspec.json.encode(dict(names), order="sorted"), indent=2) + b"\n"


def read_map(data: bytes) -> dict[str, str]:
    """The map in `map.json`, with what is still to be said as "". Raises FlowError."""
    found = read_json(decode_text(data))
    if not isinstance(found, dict) or not all(isinstance(local, str) for local in found.values()):
        raise FlowError(f"{MAP_FILE} can't be used", ['it must be an object of texts: {"foreign": "local"}'])
    return found


def read_hours(data: bytes, *, stem: str) -> tuple[str, dict[str, Any], list[Any]]:
    """Name, HoursOfOperation and overrides of a file: the resource alone, or as the API describes it.

    stem: the name where the file says none. Raises FlowError for what is no such file; its faults `hours_wire` finds.
    """
    found = read_json(decode_text(data))
    inner = found.get("HoursOfOperation", found.get("Resource", found)) if isinstance(found, dict) else None
    if not isinstance(inner, dict) or "TimeZone" not in inner:
        raise FlowError("these are no hours", ["they must be an object with TimeZone and Config"])
    overrides = [part for key in _OVERRIDES for part in _list(found.get(key))]
    resource = {key: value for key, value in inner.items() if key not in _OVERRIDES}
    return str(inner.get("Name") or stem), resource, overrides


def _below_top(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Archives often hold one folder that holds everything; hidden files are nobody's."""
    shown = {name: data for name, data in files.items() if not any(part[:1] in "._" for part in name.split("/"))}
    tops = {name.partition("/")[0] for name in shown}
    nested = len(tops) == 1 and all("/" in name for name in shown)
    if not nested or tops <= _FOLDERS:
        return shown
    return {name.partition("/")[2]: data for name, data in shown.items()}


class _Gatherer:
    def __init__(self) -> None:
        self.problems: list[str] = []
        self.changes: list[tuple[str, str]] = []
        self.flows: dict[str, tuple[FlowType, dict[str, Any]]] = {}
        self.names: dict[str, str] = {}
        self.hours: dict[str, Any] = {}
        self.bots: dict[str, Any] = {}
        self.prompts: dict[str, str] = {}
        self.sounds: dict[str, tuple[str, bytes]] = {}

    def gather(self, files: Mapping[str, bytes]) -> Gathered:
        given: dict[str, str] = {}
        for name in sorted(files):
            try:
                given |= self._file(name, files[name])
            except FlowError as error:
                self.problems += [f"{name}: {problem}" for problem in error.problems or (str(error),)]
        return self.made(given)

    def made(self, given: Mapping[str, str]) -> Gathered:
        """The bundle of all that was taken; the map's word counts more than what is known by itself."""
        if not self.problems and not (self.flows or self.hours or self.bots or self.prompts or given):
            self.problems.append("it holds no flow, no hours, no prompt and no map")
        names = {foreign: local for foreign, local in {**self.names, **given}.items() if local}
        if self.problems:
            raise FlowError("the flow bundle can't be used", self.problems)
        parts = {"Hours": self.hours, "Bots": self.bots, "Prompts": self.prompts}
        document = make_bundle(self.flows, names, **parts)
        read_bundle(document)
        return Gathered(document=document, sounds=self.sounds, changes=tuple(self.changes))

    def take(self, imported: Imported, where: str, kind: FlowType | None = None) -> None:
        if imported.name in self.flows:
            self.problems.append(f"{where}: there are two flows {imported.name!r}; rename one (Metadata.name)")
        self.flows[imported.name] = (kind or imported.flow.flow_type, imported.document)
        self.names |= {foreign: str(imported.name) for foreign in imported.ids}
        self.changes += [(imported.name, change) for change in imported.changes]

    def _file(self, path: str, data: bytes) -> dict[str, str]:
        """Takes one file in; what it says of the map."""
        folder = path.partition("/")[0] if "/" in path else ""
        stem, ending = splitext(basename(path))
        if path == MAP_FILE:
            return read_map(data)
        if ending.lower() in SOUNDS:
            self._sound(path, data)
        elif folder == "hours":
            self._hours(stem, data)
        elif folder == "bots":
            self.bots[stem] = read_json(decode_text(data))
        elif ending.lower() == ".json" or folder in ("flows", "modules"):
            for imported in import_flows(data, name=stem):
                self.take(imported, path, FlowType.MODULE if folder == "modules" else None)
        return {}

    def _sound(self, path: str, data: bytes) -> None:
        stem, ending = splitext(basename(path))
        digest = hashlib.sha256(data).hexdigest()
        if stem in self.prompts and self.prompts[stem] != digest:
            self.problems.append(f"{path}: there are two prompts {stem!r}; rename one")
        self.prompts[stem] = digest
        self.sounds[digest] = (ending.lower(), data)

    def _hours(self, stem: str, data: bytes) -> None:
        name, resource, overrides = read_hours(data, stem=stem)
        self.hours[name] = {"Resource": resource, "Overrides": overrides}
        self.names |= {foreign: name for foreign in _own_ids(resource)}


def _own_ids(resource: Mapping[str, Any]) -> Iterator[str]:
    for key in ("HoursOfOperationArn", "HoursOfOperationId"):
        if isinstance(resource.get(key), str):
            yield resource[key]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
