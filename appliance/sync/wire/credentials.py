"""What a request to the console needs of the box's identity."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """url: of the console, without a path; tls: makes the context of a connection, None for plain HTTP (tests only);
    sign: the box's key over a text."""

    box: str
    url: str
    tls: Callable[[], ssl.SSLContext] | None
    sign: Callable[[bytes], bytes]
