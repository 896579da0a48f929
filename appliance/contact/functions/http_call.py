"""Functions of kind `http`: POST the event to an endpoint of the branch or the Internet.

The only module that imports the HTTP library; the functions service imports it when the first such function is called.
Each function has a connection pool of its own, so that a slow endpoint never takes another's connections. Answers
are taken uncompressed and up to a limit; nothing follows to another host, no proxy or cookie is used.
"""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import aiohttp

from appliance.contact.functions.answers import MOST_RAW_BYTES, too_large
from appliance.contact.functions.asked import Asked
from appliance.contact.functions.definitions import HttpFunction, parse_headers
from appliance.contact.functions.faults import FunctionError

MOST_CONNECTIONS = 32
MOST_REDIRECTS = 2
SAME_METHOD = frozenset({307, 308})  # RFC 9110 §15.4.8, §15.4.9: the POST is repeated
TRY_AGAIN = frozenset({408, 425, 429})  # and every 5xx
CONNECT_PART = 1 / 3  # of the time left: an address that does not answer leaves time for another try
_FAULTS: tuple[tuple[type[Exception], str, bool], ...] = (  # kind, reason, whether to try again; the first counts
    (aiohttp.ClientConnectorCertificateError, "the endpoint's certificate is not trusted", False),
    (aiohttp.ClientSSLError, "no TLS connection could be made", True),
    (aiohttp.ClientConnectorDNSError, "the endpoint's name can't be resolved", True),
    (TimeoutError, "the endpoint did not answer in time", True),
    (aiohttp.InvalidURL, "the endpoint's URL can't be used", False),
    (aiohttp.NonHttpUrlClientError, "the endpoint's URL can't be used", False),
)
LAMBDA_ERROR = "X-Amz-Function-Error"  # Lambda's Invoke API: the function ran and failed


class HttpCaller:
    """One endpoint."""

    def __init__(self, function: HttpFunction) -> None:
        self._function = function
        self._session: aiohttp.ClientSession | None = None

    async def call(self, asked: Asked) -> bytes:
        """The body of the 2xx answer. Raises FunctionError."""
        headers = self._headers(asked)
        url = self._function.url
        for _ in range(MOST_REDIRECTS + 1):
            answer, url = await self._post(url, asked, headers)
            if answer is not None:
                return answer
        raise FunctionError(f"the endpoint redirected more than {MOST_REDIRECTS} times")

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _headers(self, asked: Asked) -> dict[str, str]:
        """Read at each call, so that a secret can be changed while the box runs."""
        own = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "Linekeeper",
            "Idempotency-Key": f'"{asked.key}"',
        }
        if not self._function.headers_file:
            return own | self._function.headers
        try:
            secret = parse_headers(Path(self._function.headers_file).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise FunctionError(f"headers_file can't be used: {reason}") from error
        return own | self._function.headers | secret

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            try:
                context = ssl.create_default_context(cafile=self._function.ca_file or None)
            except OSError as error:  # ssl.SSLError too
                raise FunctionError(f"ca_file can't be used: {error.strerror or error}") from error
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=context, limit=MOST_CONNECTIONS),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
            )
        return self._session

    async def _post(self, url: str, asked: Asked, headers: dict[str, str]) -> tuple[bytes | None, str]:
        """The body, or None and where to ask instead."""
        timeout = aiohttp.ClientTimeout(total=asked.left_s, sock_connect=asked.left_s * CONNECT_PART)
        try:
            async with self._opened().post(
                url, data=asked.body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                if response.status in SAME_METHOD:
                    return None, _same_origin(url, response.headers.get("Location", ""))
                _refuse(response)
                return await _read(response), url
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise _fault(error) from error


async def _read(response: aiohttp.ClientResponse) -> bytes:
    if response.content_length is not None and response.content_length > MOST_RAW_BYTES:
        raise too_large()
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MOST_RAW_BYTES:
            raise too_large()
    return bytes(body)


def _refuse(response: aiohttp.ClientResponse) -> None:
    status = response.status
    if status >= 500 or status in TRY_AGAIN:
        raise FunctionError(f"HTTP status {status}", again=True)
    if status >= 400:
        raise FunctionError(f"HTTP status {status}", refused=True)
    if not 200 <= status < 300:
        raise FunctionError(f"HTTP status {status} is no answer to a POST")
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise FunctionError("the answer is compressed, which was not asked for")
    if LAMBDA_ERROR in response.headers:
        raise FunctionError("the function reported an error of its own", again=True)


def _same_origin(url: str, location: str) -> str:
    """Where a redirect leads, if that is the same scheme, host and port: the secrets are for nobody else."""
    try:
        target = urljoin(url, location)
        same = bool(location) and _origin(target) == _origin(url)
    except ValueError:
        same = False
    if not same:
        raise FunctionError("the endpoint redirects to another host")
    return target


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _fault(error: Exception) -> FunctionError:
    """`error` in our words: the library's own texts hold the URL."""
    if isinstance(error, FunctionError):
        return error
    for kind, reason, again in _FAULTS:
        if isinstance(error, kind):
            return FunctionError(reason, again=again)
    what = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else type(error).__name__
    return FunctionError(f"the connection to the endpoint failed ({what})", again=True)
