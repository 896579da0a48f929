"""Runs the console: two ports, one or several processes.

    command line ─ Orders ─► one process: `worker.serve`        several: `workers.run`, each `python -m …worker`

Sockets are bound once and shared, so that any process answers. Must not know what the applications do.
"""
