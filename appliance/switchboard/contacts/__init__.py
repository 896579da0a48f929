"""Contacts under way: their processes and events, what each event means, and their last care."""
