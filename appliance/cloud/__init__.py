"""What a box and the console say to each other: pure data, codecs and rules that both sides share.

    box                                              console
    outbox → CloudEvents ─ batch, chain position ─►  events, records          `envelope` `chain` `batch` `delivery`
    live state ─ the newest only ────────────────►   live board               `live`
    sealed recordings ─ tus 1.0 ─────────────────►   folder or S3             `recordings`
    signed documents ◄─ one WebSocket ───────────    desired state, commands  `orders` `signing`
    counts and chain heads ◄────────────────────►    the same                 `reconciling`
    code, signing request ───────────────────────►   certificate              `enrolment`

No I/O, no clock. `paths` names where on the console each of it goes.
"""
