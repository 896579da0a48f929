"""What the zygote and its contact processes are told at start: one JSON file, rendered from the configuration.

A file of its own keeps the configuration's loader (and its memory) out of every contact process.
"""

from __future__ import annotations

from pathlib import Path

import msgspec


class VoiceChoice(msgspec.Struct, frozen=True, kw_only=True):
    """Who speaks `language` (ko-KR, or ko for all of it): `engine` "piper" with the model `model` (a file name without
    .onnx in `SpeechSettings.models`), or "espeak-ng" with the voice `model` ("en-gb+f3"). voice: for this voice name of
    a flow only; speaker: of a model with several."""

    language: str
    engine: str
    model: str = ""
    voice: str = ""
    speaker: int = 0


class SpeechSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How messages become sound. parallel: renderings at a time; recordings: folder of human voices, "" for none;
    models: folder of Piper's models; the first choice that fits speaks, else espeak-ng."""

    parallel: int = 2
    cache_bytes: int = 200_000_000
    recordings: str = "/usr/share/asterisk/sounds"
    models: str = "/var/lib/linekeeper/voices"
    voices: tuple[VoiceChoice, ...] = ()


class ContactSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`rtp_port` is the first of 16 ports per slot; `media_address` stands in the SDP; sizes in bytes."""

    capacity: int
    sip_port: int
    rtp_port: int
    recycle_after: int
    edge_port: int  # Kamailio's internal port on 127.0.0.1
    media_address: str
    domain: str
    region: str
    language: str
    recording_reserve_bytes: int
    spool: str
    prompts: str
    dial_plan: str
    flows: str
    link_socket: str
    directory: str = ""  # callers' names, as published
    functions: str = ""  # definitions of local functions, as published
    functions_socket: str = ""  # "": no functions service is started
    functions_cache: str = ""
    api_socket: str = ""  # of the switchboard, for box functions
    no_recording: str = ""  # a file: while it is there calls aren't recorded
    speech: SpeechSettings = SpeechSettings()

    @property
    def voicemail(self) -> Path:
        """Where the switchboard lays messages that somebody listens to."""
        return Path(self.link_socket).with_name("voicemail")

    @property
    def speech_socket(self) -> Path:
        """Where the studio takes orders (`appliance.contact.speech.wire`)."""
        return Path(self.link_socket).with_name("speech.sock")


def read_settings(path: Path) -> ContactSettings:
    """Raises OSError or msgspec.DecodeError: the file is rendered, not written by hand."""
    return msgspec.json.decode(path.read_bytes(), type=ContactSettings)
