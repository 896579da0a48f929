"""What a conversation needs of a process's services, without pjsua2: a bridge of the test's own."""

from __future__ import annotations

from pathlib import Path

from contact.bridge import Bridge
from kit.audio import write_tone

from appliance.clock import monotonic_s
from appliance.contact.media.conversation import MUSIC, RINGBACK
from appliance.contact.media.prompts import Prompts
from appliance.contact.settings import ContactSettings
from appliance.contact.timers import Timers


class Shared:
    """What a conversation needs of a process's services."""

    def __init__(self, folder: Path) -> None:
        for name in (MUSIC, RINGBACK):
            write_tone(folder / f"{name}.wav", frequency_hz=440, duration_s=0.1)
        self.engine = Bridge()
        self.prompts = Prompts(folder, folder / "studio.sock")
        self.timers = Timers(monotonic_s)
        self.settings = ContactSettings(
            capacity=1,
            sip_port=1,
            rtp_port=1,
            recycle_after=1,
            edge_port=1,
            media_address="",
            domain="",
            region="US",
            language="en-US",
            recording_reserve_bytes=0,
            spool="",
            prompts="",
            dial_plan="",
            flows="",
            link_socket="",
        )
