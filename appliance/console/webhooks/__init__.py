"""Webhooks: the console tells other programs, signed, retried, in order per contact, never inside its own network."""
