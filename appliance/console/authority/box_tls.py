"""The TLS context of the boxes' port: its own certificate, made and renewed as needed, by the authority beside it.

context = box_tls(console, ["console.example.com", "10.0.0.5"])
uvicorn.Config(box_app(console), http=HttpWithCertificate, ws="websockets-sansio",
               ssl_context_factory=lambda *_: context)
"""

from __future__ import annotations

import os
import secrets
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from appliance.console.authority.auditing import handshake_auditor
from appliance.console.authority.certificates import hosts_of, issue_server
from appliance.console.authority.connections import server_context
from appliance.console.authority.keys import authority_folder, console_keys
from appliance.console.context import Console

RENEW_AFTER = 2 / 3


def box_tls(console: Console, names: Sequence[str]) -> ssl.SSLContext:
    """names: host names and addresses by which boxes reach the port. To be made anew at each start, and at least once a
    year. Raises ConsoleError."""
    folder = authority_folder(console.settings.data_dir)
    keys, now = console_keys(folder), datetime.fromtimestamp(console.now_s(), UTC)
    file = folder / "server.pem"
    if not _is_good(file, names, now):
        _replace(file, issue_server(keys, names, now=now))
    return server_context(
        certificate_file=str(file), authority=keys.certificate_pem, refused=handshake_auditor(console)
    )


def _is_good(file: Path, names: Sequence[str], now: datetime) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
    except (OSError, ValueError):
        return False
    began, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return hosts_of(certificate) == set(names) and now < began + (ends - began) * RENEW_AFTER


def _replace(file: Path, content: bytes) -> None:
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(content)
    draft.replace(file)
