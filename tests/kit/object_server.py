"""An S3-compatible object store on loopback: moto's server, in this process."""

from __future__ import annotations

import os
import urllib.request
from types import TracebackType
from typing import Self

from moto.server import ThreadedMotoServer

KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


class ObjectServer:
    """Serves inside `with`; its keys are in the environment for as long."""

    def __init__(self) -> None:
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._before: dict[str, str | None] = {}

    def __enter__(self) -> Self:
        self._before = {name: os.environ.get(name) for name in KEYS}
        os.environ.update(KEYS)
        self._server.start()
        return self

    @property
    def url(self) -> str:
        host, port = self._server.get_host_and_port()
        return f"http://{host}:{port}"

    def bucket(self, name: str) -> str:
        """A new, empty bucket; its address for `open_storage`."""
        with urllib.request.urlopen(urllib.request.Request(f"{self.url}/{name}", method="PUT"), timeout=10):
            return f"s3://{name}/recordings?region=us-east-1&endpoint={self.url}"

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()
        for name, value in self._before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
