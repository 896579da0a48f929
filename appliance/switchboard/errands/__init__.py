"""Customers whom the box owes a call, at work: `errands` steps them, `attempts` keeps the contacts that wait without a
process, `callbacks` is what people ask for."""
