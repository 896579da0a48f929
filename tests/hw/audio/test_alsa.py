"""A card's own PCM: ALSA reads the configuration that we write, and PortAudio lists the PCM by its name."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hw.audio.alsa import PCM, pcm_configuration, point_alsa_to

_LOOK = f"""
import ctypes
from hw.audio.alsa import point_alsa_to
point_alsa_to("Headset")
alsa = ctypes.CDLL("libasound.so.2")
alsa.snd_config_update()
top = ctypes.c_void_p.in_dll(alsa, "snd_config")
found = ctypes.c_void_p()
print(alsa.snd_config_search(top, b"pcm.{PCM}.slave.pcm", ctypes.byref(found)))
text = ctypes.c_char_p()
alsa.snd_config_get_string(found, ctypes.byref(text))
print(text.value.decode())
"""


def test_alsa_when_pointed_to_a_card_then_it_knows_the_pcm() -> None:
    done = subprocess.run([sys.executable, "-c", _LOOK], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["0", "hw:CARD=Headset,DEV=0"]


def test_configuration_when_written_then_it_begins_with_that_of_the_machine() -> None:
    assert pcm_configuration("H570e").startswith("</usr/share/alsa/alsa.conf>\n")


@pytest.mark.parametrize("card", ["", "a b", 'x"', "{", "card\n"])
def test_alsa_when_the_card_is_no_id_then_refused(card: str) -> None:
    with pytest.raises(ValueError, match="no id of an ALSA card"):
        point_alsa_to(card)
