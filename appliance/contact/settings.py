"""What the zygote and its contact processes are told at start: one JSON file, rendered from the configuration.

A file of its own keeps the configuration's loader (and its memory) out of every contact process.
"""

from __future__ import annotations

from pathlib import Path

import msgspec


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


def read_settings(path: Path) -> ContactSettings:
    """Raises OSError or msgspec.DecodeError: the file is rendered, not written by hand."""
    return msgspec.json.decode(path.read_bytes(), type=ContactSettings)
