"""A PCM of our own for one sound card, so that it has a name that doesn't move and takes any rate.

Card numbers change with the order of plugging in, and a USB card may become "default"; `hw:` takes native rates only.
So a small ALSA configuration with one PCM is written, and ALSA is pointed to it before PortAudio starts. Text and
environment only; must not open a device.
"""

from __future__ import annotations

import os
from pathlib import Path

PCM = "linekeeper"
_BASE = Path("/usr/share/alsa/alsa.conf")
_PATH = "ALSA_CONFIG_PATH"


def pcm_configuration(card: str, base: Path = _BASE) -> str:
    """card: its ALSA id, such as Headset. The good resampler is of Debian's libasound2-plugins, the last one ALSA's."""
    return (
        f"<{base}>\n"
        f"pcm.{PCM} {{\n"
        "    type plug\n"
        '    rate_converter [ "speexrate_medium" "samplerate_medium" "linear" ]\n'
        f'    slave.pcm "hw:CARD={card},DEV=0"\n'
        f'    hint {{ show on description "{card}" }}\n'
        "}\n"
    )


def point_alsa_to(card: str) -> str:
    """Make the configuration and tell ALSA of it; the PCM's name. Before PortAudio is initialised, once a process.

    It lies in memory and is gone with the process.
    """
    if not card.replace("_", "").replace("-", "").isalnum():
        raise ValueError(f"{card!r} is no id of an ALSA card")
    file = os.memfd_create(f"alsa-{card}")
    os.write(file, pcm_configuration(card, Path(os.environ.get(_PATH) or _BASE)).encode())
    os.environ[_PATH] = f"/proc/self/fd/{file}"
    return PCM
