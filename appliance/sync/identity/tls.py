"""TLS towards the console: the box's certificate goes out, only the authority of enrolment is believed.

Dates are judged at the floor where the clock is behind it (`floor`), at every handshake anew: the clock may be set
while the service runs.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable

from cryptography import x509
from typing_extensions import override

from appliance.errors import SyncError
from appliance.sync.identity.floor import floor_of, has_ended, surely_s
from appliance.sync.identity.identity import Identity

NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME (OpenSSL); Python has no name for it
WallClock = Callable[[], float]


def client_context(identity: Identity, *, wall_s: WallClock = time.time) -> ssl.SSLContext:
    """For everything after enrolment. Raises SyncError."""
    floor_s = floor_of(identity.console.floor_s, identity.certificate)
    context = believing(identity.console.authorities, floor_s=floor_s, wall_s=wall_s)
    try:
        context.load_cert_chain(identity.credentials_file)
    except (OSError, ssl.SSLError) as error:
        raise SyncError(f"the box's certificate can't be used ({error}); enrol the box anew") from error
    return context


def believing(authorities: str, *, floor_s: float, wall_s: WallClock = time.time) -> ssl.SSLContext:
    """Believes servers that one of these (PEM) vouches for, by their names. Raises SyncError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(cadata=authorities)
    except ssl.SSLError as error:
        raise SyncError(f"the console's authority can't be read: {error}") from error
    context.verify_flags |= ssl.VerifyFlags(NO_CHECK_TIME)
    context.sslobject_class = _dated(lambda: surely_s(wall_s(), floor_s))
    return context


def believing_anybody() -> ssl.SSLContext:
    """Only for asking a console who it is, before a person compares the fingerprint. Nothing secret goes over it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _dated(at_s: Callable[[], float]) -> type[ssl.SSLObject]:
    class DatedObject(ssl.SSLObject):
        """Refuses a server certificate that has ended by the box's own reckoning."""

        @override
        def do_handshake(self) -> None:
            super().do_handshake()
            shown = self.getpeercert(binary_form=True)
            if shown is None or has_ended(x509.load_der_x509_certificate(shown), at_s()):
                raise ssl.SSLCertVerificationError("the console's certificate has ended")

    return DatedObject
