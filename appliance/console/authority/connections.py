"""uvicorn's protocols with what the app needs of TLS: the certificate that the other side showed.

`scope["state"][CLIENT_CERTIFICATE]` holds it as DER; absent where none was shown. A WebSocket has it too, because its
protocol begins as an HTTP one. Must not judge the certificate: TLS has checked who signed it, `presence` does the rest.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable
from typing import cast

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

logger = logging.getLogger(__name__)
CLIENT_CERTIFICATE = "client_certificate"
NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME (OpenSSL): `presence` looks at the dates
Refused = Callable[[str], None]


class HttpWithCertificate(HttpToolsProtocol):
    """`uvicorn.Config(http=HttpWithCertificate, ws="websockets-sansio", ssl_context_factory=…)`."""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        found = transport.get_extra_info("ssl_object")
        certificate = found.getpeercert(binary_form=True) if found is not None else None
        if certificate:
            self.app_state = {**self.app_state, CLIENT_CERTIFICATE: certificate}
        super().connection_made(cast(asyncio.Transport, transport))


def server_context(*, certificate_file: str, authority: str, refused: Refused) -> ssl.SSLContext:
    """For the boxes' port: a certificate is asked for; one that this authority (PEM) didn't sign ends the handshake,
    and `refused` hears why. None at all is let in: enrolment begins without. certificate_file: PEM, key and chain.

    An ended certificate passes here, since a box that was off for months has to get a new one.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate_file)
    context.load_verify_locations(cadata=authority)
    context.verify_mode = ssl.CERT_OPTIONAL
    context.verify_flags |= ssl.VerifyFlags(NO_CHECK_TIME)
    context.sslobject_class = _reporting(refused)
    return context


def _reporting(refused: Refused) -> type[ssl.SSLObject]:
    class ReportingObject(ssl.SSLObject):
        """Neither asyncio nor uvicorn tells anybody of a handshake that failed; the audit has to know."""

        @override
        def do_handshake(self) -> None:
            try:
                super().do_handshake()
            except ssl.SSLCertVerificationError as error:
                refused(error.verify_message)
                raise

    return ReportingObject
