"""How a headset's buttons speak: read from its descriptor, corrected by what was seen on real devices. Pure data."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hw.headset.descriptor import Field, Kind, ReportMap
from hw.headset.usages import HOOK_SWITCH, PHONE_MUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """hook_toggles, mute_toggles: the report is a press (1, then 0), not a position. hook_rejects: going on-hook, or a
    second press, while it rings means no. acknowledges: it reports the hook as we have set it by the lamp."""

    hook_toggles: bool = False
    mute_toggles: bool = True
    hook_rejects: bool = False
    acknowledges: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirk:
    """What the descriptor of a vendor's devices doesn't say. `seen_on`: the device it was seen on, and by whom."""

    vendor: int
    name: str
    seen_on: str
    product: int | None = None
    hook_rejects: bool | None = None
    mute_toggles: bool | None = None
    acknowledges: bool | None = None


QUIRKS: tuple[Quirk, ...] = (
    Quirk(vendor=0x0B0E, name="Jabra", seen_on="Jabra call-control guide; tSIP issue 32", hook_rejects=True),
    Quirk(vendor=0x047F, name="Poly", seen_on="no device yet: as its descriptor says"),
    Quirk(vendor=0x1395, name="EPOS", seen_on="no device yet: as its descriptor says"),
    Quirk(vendor=0x046D, name="Logitech", seen_on="no device yet: as its descriptor says"),
    Quirk(vendor=0x6993, name="Yealink", seen_on="no device yet: as its descriptor says"),
    Quirk(vendor=0x18D1, name="Google", seen_on="Google Atrus, by the kernel's own quirk", mute_toggles=False),
)


def traits_of(layout: ReportMap, vendor: int = 0, product: int = 0) -> Traits:
    """The traits of a device by its descriptor and its USB ids."""
    hook = layout.find(Kind.INPUT, HOOK_SWITCH)
    mute = layout.find(Kind.INPUT, PHONE_MUTE)
    traits = Traits(hook_toggles=_toggles(hook), mute_toggles=mute is None or _toggles(mute))
    for quirk in QUIRKS:
        if quirk.vendor == vendor and quirk.product in (None, product):
            told = {name: getattr(quirk, name) for name in ("hook_rejects", "mute_toggles", "acknowledges")}
            traits = replace(traits, **{name: value for name, value in told.items() if value is not None})
    return traits


def vendor_name(vendor: int) -> str:
    """Who made it, "" for one that we don't know."""
    return next((quirk.name for quirk in QUIRKS if quirk.vendor == vendor), "")


def _toggles(field: Field | None) -> bool:
    return field is not None and (field.relative or field.no_preferred)
