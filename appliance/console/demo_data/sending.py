"""A made-up box's way to the console: its own key, its events sealed into the chain, and in through the real ingest."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric import ec

from appliance.cloud import batch, chain, delivery, envelope, signing
from appliance.cloud.chain import Position
from appliance.cloud.delivery import Conflict
from appliance.console.context import Console
from appliance.console.demo_data.annals import Row
from appliance.console.errors import DatabaseError
from appliance.console.ingest.arriving import Sender
from appliance.console.ingest.receiving import receive

AT_ONCE = 800


class MadeUpBox:
    """`position`: how far the console has heard it."""

    def __init__(self, box: str, branch: str, position: Position | None = None) -> None:
        self.box, self.branch = box, branch
        self.position = position or chain.genesis(box)
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def sender(self) -> Sender:
        return Sender(box=self.box, branch=self.branch, key=self.key)

    @property
    def key(self) -> ec.EllipticCurvePublicKey:
        return self._key.public_key()

    async def send(self, console: Console, rows: Sequence[Row]) -> None:
        """They are the box's next events, in order. Raises DatabaseError where the console has others already."""
        for start in range(0, len(rows), AT_ONCE):
            events = self._events(rows[start : start + AT_ONCE])
            after, self.position = self.position, chain.follow(self.position, events)
            answer = await receive(
                console, self.sender, batch.pack(events), after=str(after), signature=self.vouch(self.position)
            )
            if isinstance(answer, Conflict):
                raise DatabaseError(f"branch {self.branch} has other events already; give the demo an empty database")

    def vouch(self, position: Position) -> str:
        """The box's signature for its chain up to there, as a header."""
        return signing.as_header(signing.signature_of(self._key, delivery.signed_text(self.box, position)))

    def sign(self, text: bytes) -> str:
        """The box's signature over any text, base64."""
        return signing.as_header(signing.signature_of(self._key, text))

    def _events(self, rows: Sequence[Row]) -> list[bytes]:
        return [
            envelope.encode(
                box=self.box,
                seq=self.position.seq + number,
                kind=row.kind,
                subject=row.subject,
                wall_s=row.at,
                synced=True,
                data=row.data.decode(),
            )
            for number, row in enumerate(rows, 1)
        ]
