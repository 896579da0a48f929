"""The local API: its operations, their arguments, what they change and what they show."""
