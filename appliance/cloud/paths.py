"""Where on the console each thing goes. All but ENROLMENT need the box's client certificate."""

from __future__ import annotations

ENROLMENT = "/enrolment/v1"  # POST EnrolmentRequest → EnrolmentAnswer; no certificate yet, a one-time code

AUTHORITY = "/enrolment/v1/authority"  # GET → PEM: who vouches for this console; believed by its fingerprint only

EVENTS = "/box/v1/events"  # POST a batch → Receipt; 409 Conflict
POSITION = "/box/v1/position"  # GET → Receipt: how far this box has been heard
LIVE = "/box/v1/live"  # POST LiveState → 204
DOWN_SOCKET = "/box/v1/down"  # WebSocket: Signed documents down, Taken up
DOWN_POLL = (
    "/box/v1/down/poll"  # GET ?after=<number>&wait_s=<seconds> → list of Signed: where no WebSocket goes through
)
BLOBS = "/box/v1/blobs"  # GET /<sha256> → the bytes of a flow bundle or prompt
UPLOADS = "/box/v1/uploads"  # tus 1.0 (POST, HEAD, PATCH, DELETE)
RECONCILIATIONS = "/box/v1/reconciliations"  # POST Statement → Verdict
CERTIFICATE = "/box/v1/certificate"  # POST a signing request → a new certificate, before the old one ends
