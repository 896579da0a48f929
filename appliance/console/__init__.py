"""The console: the cloud side. What the boxes say comes in, people see it, and what admins decide goes down.

    boxes ── box_app (client certificates) ──► ingest ─► database ─► reading, pages ──► people_app ── people
                                               live ──► notices ─► live board

Stateless processes on one database (PostgreSQL; SQLite for one process) and one store of recordings: `apps` puts the
two applications together, `serving` runs them. An optional extra of the package; nothing of the box imports it.
"""
