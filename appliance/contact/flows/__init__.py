"""Flows in a contact: the one that leads it, those beside it, and where they send the customer."""
