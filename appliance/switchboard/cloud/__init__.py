"""What the switchboard does for the sync service: its outbox, and how the branch is right now."""
