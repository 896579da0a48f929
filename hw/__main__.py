"""`python -m hw`: what is plugged in, and what each device says of itself.

Exit codes: 0 fine, 1 a device can't be used (busy, gone, no right), 2 asked wrongly.
Example: `LINEKEEPER_HW=mock python -m hw --json`
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from hw.devices import Found, Probed
from hw.errors import DeviceAbsentError, DeviceError, DriverError
from hw.registry import DriverStatus, Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A device, and what came of probing it. error: "" for none."""

    found: Found
    probed: Probed | None = None
    error: str = ""


def main(words: Sequence[str] | None = None, registry: Registry | None = None) -> int:
    """The exit code."""
    asked = _parser().parse_args(words)
    try:
        registry = registry or Registry()
        found = [registry.found(address) for address in asked.address] or registry.find()
    except (DriverError, DeviceAbsentError) as error:
        print(f"hw: {error}", file=sys.stderr)
        return 2
    looked = [Looked(found=one) if asked.list else _look(registry, one) for one in found]
    print(_as_json(registry, looked) if asked.json else _as_text(registry, looked))
    return int(any(one.error for one in looked))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hw",
        description="Lists headsets, lines and panels that are plugged in, and asks each what it is.",
        epilog="Example: python -m hw /dev/ttyACM0   Exit codes: 0 fine, 1 a device can't be used, 2 asked wrongly.",
    )
    parser.add_argument("address", nargs="*", help="only this device, such as /dev/ttyACM0; any serial port will do")
    parser.add_argument("--list", action="store_true", help="only list; open nothing")
    parser.add_argument("--json", action="store_true", help="as JSON: {drivers, devices}")
    return parser


def _look(registry: Registry, found: Found) -> Looked:
    try:
        return Looked(found=found, probed=registry.backend(found.kind, found.driver).probe(found))
    except DeviceError as error:
        return Looked(found=found, error=str(error))


def _as_json(registry: Registry, looked: Sequence[Looked]) -> str:
    drivers = [{"name": str(one), "status": one.status, "reason": one.reason} for one in registry.drivers]
    return json.dumps({"drivers": drivers, "devices": [_device(one) for one in looked]}, indent=2)


def _device(one: Looked) -> dict[str, object]:
    probed = {"facts": dict(one.probed.facts), "remarks": list(one.probed.remarks)} if one.probed else {}
    return asdict(one.found) | probed | {"error": one.error}


def _as_text(registry: Registry, looked: Sequence[Looked]) -> str:
    lines: list[str] = []
    for one in looked:
        found = one.found
        serial = f", serial {found.serial}" if found.serial else ""
        lines.append(f"{found.kind} {found.address}: {found.name}{serial} ({found.driver})")
        lines += [f"  {name}: {fact}" for name, fact in (one.probed.facts.items() if one.probed else ())]
        lines += [f"  {remark}" for remark in (one.probed.remarks if one.probed else ())]
        lines += [f"  can't be used: {one.error}"] * bool(one.error)
    lines = lines or ["Nothing is plugged in. LINEKEEPER_HW=mock shows devices that aren't there."]
    bad = [one for one in registry.drivers if one.status is not DriverStatus.READY]
    return "\n".join([*lines, *(f"driver {one} is {one.status}: {one.reason}" for one in bad)])


if __name__ == "__main__":
    sys.exit(main())
