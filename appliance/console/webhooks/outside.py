"""Sends one request to an address outside: never to the console's own network, never on to where an answer points.

The name is resolved here, and the connection goes to an address that was looked at; there is no second look-up that
could come out differently. Must not know what is sent, nor try again.
"""

from __future__ import annotations

import errno
import ssl
from collections.abc import Iterable, Mapping
from socket import AddressFamily
from types import TracebackType
from typing import Final, Self

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver, ResolveResult
from typing_extensions import override

from appliance.console.people.errors import PersonError
from appliance.console.webhooks.addresses import Network, checked, ip_of, reachable

_TIMEOUT: Final = aiohttp.ClientTimeout(total=15.0, connect=5.0)
_AGENT: Final = "linekeeper-webhook/1"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """status: 0 where none came; trouble: why, in words; wished_s: when the receiver wants the next try."""

    status: int
    trouble: str = ""
    wished_s: float = 0.0


class OnlyOutside(AbstractResolver):
    """Resolves names to addresses that are reachable; others don't exist."""

    def __init__(self, allowed: Iterable[Network], inner: AbstractResolver | None = None) -> None:
        self._allowed = tuple(allowed)
        self._inner = inner or aiohttp.ThreadedResolver()

    @override
    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        good = [one for one in found if (ip := ip_of(one["host"])) and reachable(ip, allowed=self._allowed)]
        if not good:
            raise OSError(errno.EHOSTUNREACH, f"{host} leads into the console's own network")
        return good

    @override
    async def close(self) -> None:
        await self._inner.close()


class Outside:
    """One pool of connections. allowed: networks of one's own that the operator opened."""

    def __init__(self, *, allowed: Iterable[Network] = (), resolver: AbstractResolver | None = None) -> None:
        self._allowed = tuple(allowed)
        self._resolver = OnlyOutside(self._allowed, resolver)

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(resolver=self._resolver, limit=64, limit_per_host=8, use_dns_cache=False)
        self._session = aiohttp.ClientSession(
            connector=connector, timeout=_TIMEOUT, cookie_jar=aiohttp.DummyCookieJar(), headers={"User-Agent": _AGENT}
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def post(self, address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Whatever happens is an answer."""
        try:
            checked(address, allowed=self._allowed)
            async with self._session.post(address, data=body, headers=headers, allow_redirects=False) as answer:
                return Answer(
                    status=answer.status,
                    trouble="" if answer.ok else f"answered {answer.status}",
                    wished_s=_seconds(answer.headers.get("Retry-After", "")),
                )
        except PersonError as error:
            return Answer(status=0, trouble=str(error))
        except TimeoutError:
            return Answer(status=0, trouble=f"no answer within {_TIMEOUT.total:.0f} s")
        except (aiohttp.ClientError, OSError, ssl.SSLError, ValueError) as error:
            return Answer(status=0, trouble=str(error)[:300] or type(error).__name__)


def _seconds(text: str) -> float:
    """Of a Retry-After header; a date counts as none."""
    return float(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0.0
