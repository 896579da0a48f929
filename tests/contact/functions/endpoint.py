"""An HTTP endpoint on loopback for tests of functions, with the manners a test gives it. Keeps every request."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Behaviour = Callable[["Exchange"], None]


@dataclass(slots=True)
class Exchange:
    """One request and how to answer it."""

    handler: BaseHTTPRequestHandler
    path: str
    headers: dict[str, str]
    event: Any
    released: threading.Event

    def answer(self, body: bytes, *, status: int = 200, headers: dict[str, str] | None = None) -> None:
        """A whole answer."""
        self.handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.handler.send_header(name, value)
        self.handler.end_headers()
        with contextlib.suppress(OSError):  # the other side need not wait for it
            self.handler.wfile.write(body)

    def drop(self) -> None:
        """Close the connection without a word."""
        with contextlib.suppress(OSError):
            self.handler.connection.shutdown(socket.SHUT_RDWR)
        self.handler.close_connection = True


@dataclass(slots=True)
class Endpoint:
    """`behave` is called in a thread for each request; `released` is set at the end: hold a request by waiting."""

    port: int
    behave: Behaviour
    scheme: str = "http"
    requests: list[Exchange] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "/") -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}{path}"


def json_answer(value: object, **more: Any) -> Behaviour:
    """Answers every request with `value`."""
    return lambda exchange: exchange.answer(json.dumps(value).encode(), **more)


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """The first for the first request and so on; the last for all further ones."""
    left = list(behaviours)
    lock = threading.Lock()

    def behave(exchange: Exchange) -> None:
        with lock:
            chosen = left.pop(0) if len(left) > 1 else left[0]
        chosen(exchange)

    return behave


def hold(exchange: Exchange) -> None:
    """Never answers while the endpoint lives."""
    exchange.released.wait(60)
    exchange.drop()


@contextlib.contextmanager
def serving(behave: Behaviour, *, tls: tuple[Path, Path] | None = None, port: int = 0) -> Iterator[Endpoint]:
    """An endpoint on a free port; `tls`: certificate and key."""
    endpoint = Endpoint(port=0, behave=behave, scheme="https" if tls else "http")
    connections: list[socket.socket] = []  # kept alive by the other side

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body leave one by one; together with delayed ACKs that costs 40 ms

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            exchange = Exchange(self, self.path, dict(self.headers), json.loads(body), endpoint.released)
            endpoint.requests.append(exchange)
            endpoint.behave(exchange)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = False
        block_on_close = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that leaves early is what some tests are about."""

        def finish_request(self, request: Any, client_address: Any) -> None:
            request.settimeout(30)
            connections.append(request)
            super().finish_request(request, client_address)

    server = Server(("127.0.0.1", port), Handler)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    endpoint.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield endpoint
    finally:
        endpoint.released.set()
        server.shutdown()
        thread.join()
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        server.server_close()


def certificate(folder: Path, name: str = "IP:127.0.0.1") -> tuple[Path, Path]:
    """A fresh self-signed certificate for `name` and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    words += ["-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=test"]
    subprocess.run([*words, "-addext", f"subjectAltName={name}"], check=True, capture_output=True, timeout=30)
    return certificate, key
