"""What one process of the console is to do: handed over on standard input, since a database's address may be secret."""

from __future__ import annotations

import msgspec

from appliance.console.settings import Settings


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """people, boxes: file descriptors of the listening sockets; ready: one to write a byte to when both serve, -1 for
    none; certificate: PEM file (key and chain) for people's port, "" where a proxy does TLS; proxies: addresses whose
    X-Forwarded-For counts; log_level: debug, info, warning or error."""

    settings: Settings
    people: int
    boxes: int
    ready: int = -1
    certificate: str = ""
    proxies: str = "127.0.0.1"
    log_level: str = "info"


def encode(orders: Orders) -> bytes:
    """One line."""
    return msgspec.json.encode(orders, enc_hook=str) + b"\n"


def decode(line: bytes) -> Orders:
    return msgspec.json.decode(line, type=Orders, dec_hook=lambda kind, text: kind(text))
