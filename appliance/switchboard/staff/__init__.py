"""Agents at work: who may log in and where they sit, their statuses, what they say of a contact afterwards."""
