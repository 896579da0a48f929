"""Report descriptors as headsets have them, put together from items (HID 1.11 §6.2.2), and what stands in them."""

from __future__ import annotations


def item(tag: int, kind: int, value: int | None = None, size: int = 1) -> bytes:
    """A short item; size 1, 2 or 4 bytes of value."""
    if value is None:
        return bytes([tag << 4 | kind << 2])
    code = {1: 1, 2: 2, 4: 3}[size]
    return bytes([tag << 4 | kind << 2 | code]) + (value & (1 << 8 * size) - 1).to_bytes(size, "little")


def page(number: int) -> bytes:
    return item(0, 1, number)


def usage(number: int) -> bytes:
    return item(0, 2, number)


def span(low: int, high: int) -> bytes:
    return item(1, 1, low) + item(2, 1, high)


def shape(bits: int, count: int) -> bytes:
    return item(7, 1, bits) + item(9, 1, count)


def report(number: int) -> bytes:
    return item(8, 1, number)


INPUT, OUTPUT = 8, 9
CONSTANT, VARIABLE, RELATIVE, NO_PREFERRED = 1, 2, 4, 0x20
APPLICATION = item(10, 0, 1)
END = item(12, 0)


def main(tag: int, flags: int) -> bytes:
    return item(tag, 0, flags)


def headset(*, toggling_hook: bool = False, absolute_mute: bool = False) -> bytes:
    """Report 8 in: hook, mute, flash, redial, reject and padding; report 9 out: mute, off-hook, ring, hold lamps."""
    hook_flags = VARIABLE | (RELATIVE | NO_PREFERRED if toggling_hook else 0)
    mute_flags = VARIABLE | (0 if absolute_mute else RELATIVE | NO_PREFERRED)
    return b"".join(
        [
            page(0x0B), usage(0x05), APPLICATION, report(8), span(0, 1), shape(1, 1),
            usage(0x20), main(INPUT, hook_flags),
            usage(0x2F), main(INPUT, mute_flags),
            shape(1, 2), usage(0x21), usage(0x24), main(INPUT, VARIABLE | RELATIVE),
            page(0x09), shape(1, 1), usage(0x07), main(INPUT, VARIABLE | RELATIVE),
            shape(3, 1), main(INPUT, CONSTANT),
            page(0x08), report(9), shape(1, 4),
            usage(0x09), usage(0x17), usage(0x18), usage(0x20), main(OUTPUT, VARIABLE),
            shape(4, 1), main(OUTPUT, CONSTANT),
            END,
        ]
    )  # fmt: skip


HOOK, MUTE, FLASH, REDIAL, REJECT = 1, 2, 4, 8, 16  # bits of report 8
LAMP_MUTE, LAMP_OFF_HOOK, LAMP_RING, LAMP_HOLD = 1, 2, 4, 8  # bits of report 9


def keypad() -> bytes:
    """An unnumbered report: one array byte that names one of twelve keys, one signed volume step."""
    return b"".join(
        [
            page(0x0B), usage(0x01), APPLICATION,
            item(1, 1, 1), item(2, 1, 12), shape(8, 1), item(1, 2, 0xB0), item(2, 2, 0xBB), main(INPUT, 0),
            page(0x0C), span(-1, 1), shape(2, 1), usage(0xE0), main(INPUT, VARIABLE | RELATIVE),
            shape(6, 1), main(INPUT, CONSTANT),
            END,
        ]
    )  # fmt: skip
