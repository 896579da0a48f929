"""Which addresses the console may send a webhook to: none of its own network (SSRF). Pure: resolves no names.

Checked twice: when an admin types the address, and for every IP address a name resolves to at the moment of connecting,
so that a name which changes its mind in between leads nowhere.

Source: RFC 6890 (special-purpose addresses), OWASP SSRF prevention
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from appliance.console.people.errors import PersonError

LONGEST: Final = 500
_SCHEMES: Final = {"https"}
_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")  # NAT64: an IPv4 address in disguise

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def checked(address: str, *, allowed: Iterable[Network] = ()) -> str:
    """The address of a webhook as typed by an admin, if it will do. Raises PersonError.

    allowed: networks of one's own that the operator of the console opened; `http` is taken only for those.
    """
    if len(address) > LONGEST or not address.isascii() or any(letter.isspace() for letter in address):
        raise PersonError(
            f"a webhook's address is plain ASCII without spaces, at most {LONGEST} characters", kind="webhook_address"
        )
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise PersonError(
            f"{address!r} is no address: {error}; it looks like https://example.org/hook", kind="webhook_address"
        ) from error
    if not host or parts.scheme not in {"http", "https"}:
        raise PersonError(
            f"{address!r} is no address for a webhook; it looks like https://example.org/hook", kind="webhook_address"
        )
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise PersonError(
            "a webhook's address has no user, password or fragment; the signature tells who sends", kind="webhook_user"
        )
    literal = ip_of(host)
    opened = literal is not None and _within(literal, allowed)
    if parts.scheme not in _SCHEMES and not opened:
        raise PersonError(
            "a webhook's address begins with https://, so that nobody reads contacts on the way", kind="webhook_plain"
        )
    if literal is not None and not reachable(literal, allowed=allowed):
        raise PersonError(
            f"{host} is an address inside the console's own network; webhooks go outside only", kind="webhook_inside"
        )
    return address


def reachable(literal: ipaddress.IPv4Address | ipaddress.IPv6Address, *, allowed: Iterable[Network] = ()) -> bool:
    """Whether the console may connect there: a public unicast address, or one that its operator opened."""
    inner = _unwrapped(literal)
    if _within(inner, allowed):
        return True
    return inner.is_global and not inner.is_multicast and not inner.is_reserved and not inner.is_unspecified


def ip_of(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address that `host` writes out, None for a name."""
    try:
        return ipaddress.ip_address(host.split("%", 1)[0])
    except ValueError:
        return None


def networks_of(texts: Iterable[str]) -> tuple[Network, ...]:
    """Raises PersonError."""
    try:
        return tuple(ipaddress.ip_network(text) for text in texts)
    except ValueError as error:
        raise PersonError(f"no network: {error}; it looks like 10.0.0.0/8", kind="network") from error


def _unwrapped(
    literal: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address inside an IPv6 one (mapped, 6to4, Teredo, NAT64), which is where a connection would end."""
    if isinstance(literal, ipaddress.IPv4Address):
        return literal
    if literal in _TRANSLATED:
        return ipaddress.IPv4Address(int(literal) & 0xFFFFFFFF)
    teredo = literal.teredo
    return literal.ipv4_mapped or literal.sixtofour or (teredo[1] if teredo else None) or literal


def _within(literal: ipaddress.IPv4Address | ipaddress.IPv6Address, networks: Iterable[Network]) -> bool:
    return any(literal.version == network.version and literal in network for network in networks)
