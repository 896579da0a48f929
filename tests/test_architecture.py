"""The architecture's rules that a machine can check: who imports whom, what lies where, what is pure."""

from __future__ import annotations

import ast
import shutil
import subprocess
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOP_LEVEL = {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "appliance", "hw", "systemd", "image", "tests"}
BUILD_LEFTOVERS = {"build", "dist", "linekeeper.egg-info"}

# Modules of `appliance` itself: data types and codecs anybody may use; the last ones touch the machine or memory.
SHARED = {"errors", "ids", "stamps", "events", "dialplan", "features"}
PROCESS = {"archives", "clock", "durable", "logs"}  # for processes only, never for a pure room

# Which rooms a room may import, beside itself and SHARED. A name with a dot is one module of a room.
MAY_IMPORT: dict[str, set[str]] = {
    "events": set(),
    "dialplan": set(),
    "flow": set(),
    "acd": set(),
    "config": {"contact.settings", "contact.functions.definitions"},
    "contact": {"flow"},
    "edge": {"config"},
    "devices": {"cloud", "config", "edge.requests", "edge.rpc", "switchboard.wire", "switchboard.calling"},
    "metrics": {"acd.model", "acd.snapshots"},
    "store": {"acd.model", "acd.errands", "acd.callbacks", "acd.campaigns", "metrics", "cloud"},
    "records": {"store", "acd.model", "config.paths"},
    "cloud": set(),
    "sync": {"cloud", "store", "config", "records", "switchboard.requests", "switchboard.wire",
        "switchboard.api.api_server", "switchboard.calling", "switchboard.service_manager", "devices.line.board",
    },
    "console": {"cloud", "flow", "metrics", "acd.model", "records", "contact.settings", "contact.speech"},
    "switchboard": {
        "edge", "contact.protocol", "contact.settings", "flow", "acd", "metrics", "records", "store", "config", "cloud",
    },
    "cli": {
        "switchboard", "metrics", "edge", "contact", "flow", "acd", "records", "store", "config", "cloud", "sync",
        "devices",
        "console",
    },
}  # fmt: skip
PURE = {"flow", "acd", "events", "dialplan", "metrics", "cloud"}
PURE_MODULES = {"errors", "ids", "stamps", "features", "switchboard/wire"}
PURE_PARTS = {"contact/protocol", "switchboard/requests"}
IMPURE_LIBRARIES = {
    "asyncio", "ctypes", "http", "io", "logging", "multiprocessing", "os", "pathlib", "pjsua2", "queue", "random",
    "requests", "secrets", "select", "selectors", "signal", "socket", "sqlite3", "sqlite_utils", "ssl", "subprocess",
    "sys", "systemd", "tempfile", "threading", "time", "urllib",
}  # fmt: skip
VENDORS = {
    "pjsua2": {"contact", "devices"}, "aiohttp": {"contact", "sync", "console"}, "sqlite_utils": {"store"},
    "textual": {"cli"}, "rich": {"cli"}, "prometheus_client": {"switchboard"},
    "cryptography": {"cloud", "sync", "console"},
    "zstandard": {"cloud"}, "pyrage": {"sync", "console"}, "vcon": {"console"},
    "asyncpg": {"console"},
    "fastapi": {"console"}, "starlette": {"console"}, "sqlalchemy": {"console"}, "alembic": {"console"},
    "uvicorn": {"console"}, "uvloop": {"console"}, "jinja2": {"console"}, "obstore": {"console"},
    "pyaudio": {"hw"}, "serial": {"hw"}, "gpiozero": {"hw"},
}  # fmt: skip


def sources(package: str) -> Iterator[Path]:
    yield from sorted((ROOT / package).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Every module that `path` names in an import, wherever it stands; names imported from a package count too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            assert node.level == 0, f"{path} imports relatively; write the whole name"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def library(name: str) -> str:
    return name.split(".", 1)[0]


def room_of(path: Path) -> str:
    parts = path.relative_to(ROOT / "appliance").parts
    return parts[0] if len(parts) > 1 else ""


def is_module(name: str) -> bool:
    base = ROOT / name.replace(".", "/")
    return base.is_dir() or base.with_suffix(".py").is_file()


def forbidden(path: Path) -> Iterator[str]:
    """Imports of `path` inside `appliance` that its room may not have."""
    room = room_of(path)
    allowed = SHARED | PROCESS | MAY_IMPORT.get(room, set()) | {room}
    for name in imports(path):
        if not name.startswith("appliance.") or not is_module(name):
            continue
        inner = name.removeprefix("appliance.")
        is_package_of_allowed = any(one.startswith(f"{inner}.") for one in allowed)
        if not any(inner == one or inner.startswith(f"{one}.") for one in allowed) and not is_package_of_allowed:
            yield name


@pytest.mark.parametrize("room", sorted(path.name for path in (ROOT / "appliance").iterdir() if path.is_dir()))
def test_room_when_it_imports_then_only_what_lies_below_it(room: str) -> None:
    if room == "__pycache__":
        pytest.skip("no room")
    assert room in MAY_IMPORT, f"appliance/{room} is new: say in MAY_IMPORT and architecture.md what it may import"
    found = {f"{path.relative_to(ROOT)}: {name}" for path in sources(f"appliance/{room}") for name in forbidden(path)}
    assert found == set()


def module_file(name: str, root: Path) -> Path | None:
    base = root / name.replace(".", "/")
    found = (base.with_suffix(".py"), base / "__init__.py")
    return next((path for path in found if path.is_file()), None)


def circle(folder: Path, root: Path = ROOT) -> list[Path]:
    """Files below `folder` that import each other in a circle; also where only a type checker follows them."""
    files = tuple(folder.rglob("*.py"))
    arrows = {path: {found for name in imports(path) if (found := module_file(name, root))} for path in files}
    for path, found in arrows.items():  # `from package import module` names the package too
        found.difference_update({path, *(parent / "__init__.py" for parent in path.parents)})
        found.intersection_update(arrows)
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@pytest.mark.parametrize("room", ["hw", *(f"appliance/{room}" for room in sorted(MAY_IMPORT))])
def test_room_when_its_modules_import_each_other_then_in_one_direction(room: str) -> None:
    assert [str(path.relative_to(ROOT)) for path in circle(ROOT / room)] == []


def test_rule_when_two_modules_import_each_other_then_the_circle_is_found(tmp_path: Path) -> None:
    (tmp_path / "low.py").write_text("def f():\n    from high import g")
    (tmp_path / "high.py").write_text("import low")
    assert {path.name for path in circle(tmp_path, tmp_path)} == {"low.py", "high.py"}
    (tmp_path / "low.py").write_text("import os")
    assert circle(tmp_path, tmp_path) == []


def test_shared_modules_when_they_import_then_no_room() -> None:
    for path in (ROOT / "appliance").glob("*.py"):
        assert path.stem in SHARED | PROCESS | {"__init__"}, f"{path.name} is no shared module; put it into a room"
        assert list(forbidden(path)) == []


def test_pure_rooms_when_they_import_then_nothing_impure() -> None:
    pure = [path for room in PURE for path in sources(f"appliance/{room}")]
    pure += [ROOT / "appliance" / f"{name}.py" for name in PURE_MODULES]
    pure += [path for part in PURE_PARTS for path in sources(f"appliance/{part}")]
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in pure
        for name in imports(path)
        if library(name) in IMPURE_LIBRARIES or name.removeprefix("appliance.") in PROCESS
    }
    assert found == set()


def test_vendors_when_imported_then_in_their_rooms() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in (*sources("appliance"), *sources("hw"))
        for name in imports(path)
        if (homes := VENDORS.get(library(name))) is not None
        and (room_of(path) if path.is_relative_to(ROOT / "appliance") else "hw") not in homes
    }
    assert found == set()


def test_hw_when_it_imports_then_nothing_from_appliance() -> None:
    assert [path for path in sources("hw") if any(library(name) == "appliance" for name in imports(path))] == []


def test_top_level_when_listed_then_the_agreed_layout() -> None:
    names = {path.name for path in ROOT.iterdir()} - BUILD_LEFTOVERS
    if (git := shutil.which("git")) and (ROOT / ".git").exists():
        words = (git, "-C", str(ROOT), "ls-files", "-z")
        listed = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout
        names = {name.split("/", 1)[0] for name in listed.split("\0") if name}
    assert {name for name in names if not name.startswith(".")} <= TOP_LEVEL


def test_systemd_when_listed_then_no_python_package() -> None:
    assert not list((ROOT / "systemd").rglob("*.py"))
    assert not list((ROOT / "image").rglob("*.py"))


def test_names_when_listed_then_no_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
    assert [path for package in ("appliance", "hw") for path in sources(package) if path.stem in drawers] == []


def test_tests_when_listed_then_no_packages() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import appliance.store.store", ["appliance.store.store"]),
        ("def f():\n    from appliance.store import store", ["appliance.store", "appliance.store.store"]),
        ("from appliance import clock", []),
    ],
)
def test_rule_when_a_room_breaks_it_then_it_is_found(tmp_path: Path, text: str, expected: list[str]) -> None:
    source = tmp_path / "module.py"
    source.write_text(text)
    names = [name for name in imports(source) if name.startswith("appliance.") and is_module(name)]
    assert [name for name in names if name.split(".")[1] == "store"] == expected


def test_modules_when_read_then_each_has_a_docstring() -> None:
    silent = [
        path.relative_to(ROOT)
        for path in (*sources("appliance"), *sources("hw"))
        if (text := path.read_text(encoding="utf-8")).strip() and ast.get_docstring(ast.parse(text)) is None
    ]
    assert silent == []
