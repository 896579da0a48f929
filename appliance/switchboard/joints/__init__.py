"""Contacts that begin or meet by command: calls of the box, pick-up, park, pages."""
