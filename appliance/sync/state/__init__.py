"""What the sync service remembers through restarts and power cuts: `<data>/sync.db`, its own SQLite file.

One thread touches it (`state_thread`); the schema is a list of steps (`steps`) to which each part of sync adds its own.
"""
