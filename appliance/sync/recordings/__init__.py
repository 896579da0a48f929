"""Recordings on their way to the console: sealed, announced, uploaded, and only then forgettable.

    finished FLAC ─ sealing ─► age file ─ announcement ─► facts in the chain ─ upload ─► verified by the console

sealing   encrypts to the organisation's keys; the box can't open what it has sealed
upload    the tus client's protocol core: no I/O, no clock
sending   runs one upload over HTTP
delivery  what is to be sealed and sent next, and what becomes of it
"""
