"""What flows need beside flows, in one published file: hours, bots, prompts and the resource map. Pure data."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from appliance.flow.bundle import Bundle
from appliance.flow.facts import BotMenu
from appliance.flow.hours_model import Hours


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """By local name, but `names`: foreign → local. prompts: name → what the player knows it by."""

    hours: Mapping[str, Hours] = msgspec.field(default_factory=dict)
    bots: Mapping[str, BotMenu] = msgspec.field(default_factory=dict)
    prompts: Mapping[str, str] = msgspec.field(default_factory=dict)
    names: Mapping[str, str] = msgspec.field(default_factory=dict)


def parts_of(bundle: Bundle, prompts: Mapping[str, str]) -> Parts:
    """The parts of a bundle whose prompts lie under these names."""
    return Parts(hours=bundle.hours, bots=bundle.bots, prompts=prompts, names=bundle.names)


def encode_parts(parts: Parts) -> bytes:
    """The content of the file: the same parts give the same bytes."""
    return msgspec.json.encode(parts, order="sorted")


def decode_parts(content: bytes | str) -> Parts:
    """Raises msgspec.DecodeError: the file is rendered, not written by hand."""
    return _decoder.decode(content)


_decoder: msgspec.json.Decoder[Parts] = msgspec.json.Decoder(Parts)
