"""HID usages that matter to telephony: page and id in one number.

Source: HID Usage Tables 1.5, pages 0x08, 0x09, 0x0B, 0x0C.
"""

from __future__ import annotations

from typing import NewType

Usage = NewType("Usage", int)  # page << 16 | id

TELEPHONY, LED, BUTTON, CONSUMER = 0x0B, 0x08, 0x09, 0x0C


NO_USAGE = Usage(0)


def usage(page: int, number: int) -> Usage:
    """The usage `number` of `page`."""
    return Usage(page << 16 | number)


PHONE = usage(TELEPHONY, 0x01)  # application collections of a telephony device
HEADSET = usage(TELEPHONY, 0x05)

HOOK_SWITCH = usage(TELEPHONY, 0x20)
FLASH = usage(TELEPHONY, 0x21)
REDIAL = usage(TELEPHONY, 0x24)
PHONE_MUTE = usage(TELEPHONY, 0x2F)
LINE_BUSY_TONE = usage(TELEPHONY, 0x97)
RINGER = usage(TELEPHONY, 0x9E)
VOLUME_UP = usage(CONSUMER, 0xE9)  # the wearer's wish: a headset leaves its volume to the host
VOLUME_DOWN = usage(CONSUMER, 0xEA)
VOLUME = usage(CONSUMER, 0xE0)  # a wheel: steps up or down
REJECT = usage(BUTTON, 0x07)  # a programmable button: Jabra and others reject with it

LED_MUTE = usage(LED, 0x09)
LED_OFF_HOOK = usage(LED, 0x17)
LED_RING = usage(LED, 0x18)
LED_SPEAKER = usage(LED, 0x1E)
LED_HOLD = usage(LED, 0x20)
LED_MICROPHONE = usage(LED, 0x21)

NAMES = {
    HOOK_SWITCH: "hook switch",
    FLASH: "flash",
    REDIAL: "redial",
    PHONE_MUTE: "mute",
    LINE_BUSY_TONE: "line busy tone",
    RINGER: "ringer",
    REJECT: "reject",
    VOLUME_UP: "volume up",
    VOLUME_DOWN: "volume down",
    VOLUME: "volume wheel",
    LED_MUTE: "mute lamp",
    LED_OFF_HOOK: "off-hook lamp",
    LED_RING: "ring lamp",
    LED_SPEAKER: "speaker lamp",
    LED_HOLD: "hold lamp",
    LED_MICROPHONE: "microphone lamp",
}
