"""TLS of the boxes' port: a certificate of the console's own authority, for the name by which boxes reach it.

Made anew at every start and every day after, so that it never ends. Its key is on disk only while OpenSSL reads it.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from appliance.console.authority.certificates import issue_server
from appliance.console.authority.connections import Refused, server_context
from appliance.console.authority.keys import ConsoleKeys, authority_folder, console_keys
from appliance.console.settings import Settings

_AGAIN_S = 86_400.0
_ALWAYS = ("localhost", "127.0.0.1")


class BoxTls:
    """refused: hears why a handshake failed. Raises ConsoleError where the console's keys can't be used."""

    def __init__(self, settings: Settings, *, refused: Refused) -> None:
        self._folder = settings.data_dir
        self._keys: ConsoleKeys = console_keys(authority_folder(settings.data_dir))
        host = urlsplit(settings.box_url).hostname or ""
        self._names = list(dict.fromkeys(name for name in (host, *_ALWAYS) if name))
        with _KeyFile(self._folder, self._issued()) as file:
            self.context = server_context(
                certificate_file=str(file), authority=self._keys.certificate_pem, refused=refused
            )

    async def renew_always(self) -> None:
        """Ends only when it is cancelled."""
        while True:
            await asyncio.sleep(_AGAIN_S)
            with _KeyFile(self._folder, self._issued()) as file:
                self.context.load_cert_chain(file)

    def factory(self, *_: object) -> ssl.SSLContext:
        """As uvicorn asks for it."""
        return self.context

    def _issued(self) -> bytes:
        return issue_server(self._keys, self._names, now=datetime.now(UTC))


class _KeyFile:
    """A file of mode 0600 that is gone afterwards."""

    def __init__(self, folder: Path, content: bytes) -> None:
        descriptor, name = tempfile.mkstemp(prefix=".server-", suffix=".pem", dir=folder)
        self._file = Path(name)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(content)

    def __enter__(self) -> Path:
        return self._file

    def __exit__(self, *_: object) -> None:
        self._file.unlink()
