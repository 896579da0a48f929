"""How the branch is right now: looked at every second, sent when it has changed, the newest only, never kept."""
