"""How addresses stand in SIP URIs and socket names."""

from __future__ import annotations


def uri_host(address: str) -> str:
    """`address` as it stands in a URI: IPv6 in brackets (RFC 3261 25.1)."""
    return f"[{address}]" if ":" in address else address
